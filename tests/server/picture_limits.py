"""The rows of the limits table that are about pictures: each holds exactly."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import httpx
import pytest

from convoscope.server.decode import Refused, decode
from convoscope.server.limits import Limits
from tests.live import LiveServer
from tests.server.refusals import picture, refused

SMALL = {"image_bytes": 2_000, "decodes_at_once": 1}


def image_bytes(client: httpx.Client, small: LiveServer) -> None:
    limit = SMALL["image_bytes"]
    for length in (limit - 1, limit):
        data = picture(8) + bytes(length - len(picture(8)))
        assert client.put("/api/images", content=data).status_code == 201
    data = picture(8) + bytes(limit + 1 - len(picture(8)))
    refused(client.put("/api/images", content=data), 413, "image_too_large", SMALL["image_bytes"], limit + 1)
    pieces = (data[i : i + 500] for i in range(0, len(data), 500))  # sent in chunks, the length is not known before
    refused(client.put("/api/images", content=pieces), 413, "image_too_large", SMALL["image_bytes"])


def decoding(**limits: int) -> Callable[[bytes], tuple[int, int]]:
    """A decoder with these limits: of a file, width and height."""
    table = SimpleNamespace(**{**Limits().model_dump(), **limits})
    return lambda data: decode(data, table)[:2]  # type: ignore[arg-type]


def exactly(name: str, code: str, limit: int, make: Callable[[int], bytes]) -> None:
    passed = decoding(**{name: limit})
    for value in (limit - 1, limit):
        passed(make(value))
    with pytest.raises(Refused) as caught:
        passed(make(limit + 1))
    assert caught.value.args[0] == code
    assert caught.value.args[2:] == (limit, limit + 1)


def image_pixels(client: httpx.Client, small: LiveServer) -> None:
    for format in ("PNG", "WEBP", "GIF", "BMP"):
        exactly("image_pixels", "image_too_many_pixels", 50, lambda n, f=format: picture(n, 1, f))  # type: ignore[misc]


def image_pixels_jpeg(client: httpx.Client, small: LiveServer) -> None:
    exactly("image_pixels_jpeg", "image_too_many_pixels", 50, lambda n: picture(n, 1, "JPEG"))


def image_side(client: httpx.Client, small: LiveServer) -> None:
    exactly("image_side", "image_side_too_long", 50, lambda n: picture(n, 2))
    exactly("image_side", "image_side_too_long", 50, lambda n: picture(2, n))


def image_stored_side(client: httpx.Client, small: LiveServer) -> None:
    shrunk = decoding(image_stored_side=50)
    assert [shrunk(picture(n, 20)) for n in (49, 50, 51, 100)] == [(49, 20), (50, 20), (50, 20), (50, 10)]


def decodes_at_once(client: httpx.Client, small: LiveServer) -> None:
    data = picture(20)
    with ThreadPoolExecutor(6) as pool:  # one is decoded, five wait; none is refused
        found = list(pool.map(lambda _: client.put("/api/images", content=data).status_code, range(6)))
    assert found == [201] * 6


ROWS: dict[str, Callable[[httpx.Client, LiveServer], None]] = {
    f.__name__: f
    for f in (
        image_bytes,
        image_pixels,
        image_pixels_jpeg,
        image_side,
        image_stored_side,
        decodes_at_once,
    )
}
