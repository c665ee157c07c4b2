"""Every row of the limits table holds exactly: one below and the limit itself pass, one above is refused.

`ROWS` has a test for each row; a row without one fails.
"""

import contextlib
import io
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from PIL import Image

from convoscope.server.decode import Refused, decode
from convoscope.server.errors import Problem
from convoscope.server.library import Library
from convoscope.server.limits import Limits, rows, value_in_public
from convoscope.server.services import Services
from convoscope.server.settings import Settings
from convoscope.server.store import Results
from convoscope.server.what_if import bounded
from docs.make_limits import PAGE, page
from tests.live import LiveServer, live_server
from tests.server import network_limits, room_limits
from tests.server.conftest import CAT

SMALL = (
    network_limits.SMALL
    | room_limits.SMALL
    | {
        "image_bytes": 2_000,
        "body_bytes": 1_000,
        "header_bytes": 4_096,
        "list_length": 3,
        "windows": 5,
        "batch": 3,
        "edits": 3,
        "convolve_input": 20,
        "convolve_kernel": 5,
        "convolve_products": 36,
        "convolve_frames": 4,
        "connections": 12,
        "keep_alive_seconds": 1,
        "decodes_at_once": 1,
    }
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server whose limits are small enough to be reached."""
    variables = {f"CONVOSCOPE_LIMITS__{name.upper()}": str(value) for name, value in SMALL.items()}
    with live_server(tmp_path_factory.mktemp("small"), **variables) as live:
        yield live


@pytest.fixture
def client(small: LiveServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=small.url, timeout=30, trust_env=False) as found:
        yield found


def picture(width: int, height: int = 1, format: str = "PNG", seed: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (seed % 256, seed // 256, 7)).save(out, format)
    return out.getvalue()


def refused(answer: httpx.Response, status: int, code: str, name: str, value: int | None = None) -> None:
    body = answer.json()
    assert (answer.status_code, body["code"], body["limit"]) == (status, code, SMALL[name])
    assert value is None or body["value"] == value


def image_bytes(client: httpx.Client, small: LiveServer) -> None:
    limit = SMALL["image_bytes"]
    for length in (limit - 1, limit):
        data = picture(8) + bytes(length - len(picture(8)))
        assert client.put("/api/images", content=data).status_code == 201
    data = picture(8) + bytes(limit + 1 - len(picture(8)))
    refused(client.put("/api/images", content=data), 413, "image_too_large", "image_bytes", limit + 1)
    pieces = (data[i : i + 500] for i in range(0, len(data), 500))  # sent in chunks, the length is not known before
    refused(client.put("/api/images", content=pieces), 413, "image_too_large", "image_bytes")


def body_bytes(client: httpx.Client, small: LiveServer) -> None:
    limit = SMALL["body_bytes"]
    for length in (limit - 1, limit):
        assert client.request("GET", "/api/limits", content=bytes(length)).status_code == 200
    answer = client.request("POST", "/api/limits", content=bytes(limit + 1))
    refused(answer, 413, "body_too_large", "body_bytes", limit + 1)


def header_bytes(client: httpx.Client, small: LiveServer) -> None:
    address = urlsplit(small.url)
    for beyond, status in ((-1, b"200"), (0, b"200"), (1, b"400")):
        head = b"GET /api/limits HTTP/1.1\r\nHost: localhost\r\nX: "
        length = SMALL["header_bytes"] + beyond - len(head)
        with socket.create_connection((address.hostname, address.port), 10) as connection:
            connection.sendall(head + b"x" * length)  # not yet at its end: so much is kept and no more
            if status == b"200":
                connection.sendall(b"\r\n\r\n")
            assert connection.recv(65_536).startswith(b"HTTP/1.1 " + status)


def list_length(client: httpx.Client, small: LiveServer) -> None:
    for count, status in ((2, 200), (3, 200)):
        assert client.get(f"{CAT}/activations", params={"nodes": ",".join(["fc"] * count)}).status_code == status
    answer = client.get(f"{CAT}/activations", params={"nodes": "fc,fc,fc,fc"})
    refused(answer, 422, "list_too_long", "list_length", 4)


def windows(client: httpx.Client, small: LiveServer) -> None:
    for count in (4, 5):
        assert client.get(f"{CAT}/nodes/conv1/windows?channel=0&count={count}").status_code == 200
    refused(client.get(f"{CAT}/nodes/conv1/windows?channel=0&count=6"), 422, "too_many_windows", "windows", 6)


def batch(client: httpx.Client, small: LiveServer) -> None:
    def asked(count: int) -> httpx.Response:
        return client.get(f"/api/batches/example-cnn/{','.join(['cat-drawn'] * count)}?objective=loss:3")

    for count in (2, 3):
        assert asked(count).status_code == 200
    refused(asked(4), 422, "too_many_pictures", "batch", 4)


def edits(client: httpx.Client, small: LiveServer) -> None:
    def asked(count: int) -> httpx.Response:
        return client.get(CAT, params={"edit": ";".join(f"fc.bias@{k}=1" for k in range(count))})

    for count in (2, 3):
        assert asked(count).status_code == 200
    refused(asked(4), 422, "list_too_long", "edits", 4)


def steps_within(count: int, **limits: int) -> None:
    services: Any = SimpleNamespace(limits=Limits(**limits))
    bounded(services, Library().model("example-cnn"), count)


def steps(client: httpx.Client, small: LiveServer) -> None:
    for count in (2, 3):
        steps_within(count, steps=3)
    with pytest.raises(Problem, match=r"One answer takes at most 3 training steps of this network\.") as caught:
        steps_within(4, steps=3)
    assert (caught.value.code, caught.value.limit, caught.value.value) == ("too_many_steps", 3, 4)


def step_products(client: httpx.Client, small: LiveServer) -> None:
    one = 1_775_680  # multiplications of the example network, as its card says
    for most in (2 * one, 2 * one + 1):
        steps_within(2, step_products=most)
    with pytest.raises(Problem, match=r"One answer takes at most 1 training steps of this network\."):
        steps_within(2, step_products=2 * one - 1)


def connections(client: httpx.Client, small: LiveServer) -> None:
    address = urlsplit(small.url)
    client.close()
    with contextlib.ExitStack() as stack:
        opened = []
        for k in range(SMALL["connections"] + 1):
            connection = stack.enter_context(socket.create_connection((address.hostname, address.port), 10))
            opened.append(connection)
            if k < SMALL["connections"]:
                connection.sendall(b"GET /api/limits HTTP/1.1\r\nHost: localhost\r\n")  # half a request keeps it open
        said = opened[-1].recv(65_536)
        assert said.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1\r\n" in said.lower()
        assert b'"code":"busy"' in said
        opened[0].sendall(b"\r\n")
        assert opened[0].recv(65_536).startswith(b"HTTP/1.1 200 ")


def keep_alive_seconds(client: httpx.Client, small: LiveServer) -> None:
    address = urlsplit(small.url)
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        connection.sendall(b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while connection.recv(65_536):
            pass  # until the server closes; a server that does not is a timeout here


def decodes_at_once(client: httpx.Client, small: LiveServer) -> None:
    data = picture(20)
    with ThreadPoolExecutor(6) as pool:  # one is decoded, five wait; none is refused
        found = list(pool.map(lambda _: client.put("/api/images", content=data).status_code, range(6)))
    assert found == [201] * 6


def results_memory(client: httpx.Client, small: LiveServer) -> None:
    kept_exactly(Services(Settings(limits=Limits(results_memory=10)), Library()).results)


def answers_memory(client: httpx.Client, small: LiveServer) -> None:
    kept_exactly(Services(Settings(limits=Limits(answers_memory=10)), Library()).answers)


def text_of(size: int, made: list[int]) -> str:
    made.append(size)
    return "x" * size


def kept_exactly(results: Results) -> None:
    made: list[int] = []
    for size, times in ((9, 1), (10, 1), (11, 2)):
        made.clear()
        for _ in range(2):
            results.get(size, partial(text_of, size, made), len)
        assert len(made) == times


def test_decoding(**limits: int) -> Callable[[bytes], tuple[int, int]]:
    table = SimpleNamespace(**{**Limits().model_dump(), **limits})
    return lambda data: decode(data, table)[:2]  # type: ignore[arg-type]


test_decoding.__test__ = False  # type: ignore[attr-defined]


def exactly(name: str, code: str, limit: int, make: Callable[[int], bytes]) -> None:
    decoding = test_decoding(**{name: limit})
    for value in (limit - 1, limit):
        decoding(make(value))
    with pytest.raises(Refused) as caught:
        decoding(make(limit + 1))
    assert caught.value.args[0] == code
    assert caught.value.args[2:] == (limit, limit + 1)


def convolved(client: httpx.Client, name: str, cells: int, taps: int, value: int, path: str = "") -> None:
    """One row of cells under one row of taps passes exactly when `value` is within the limit."""
    body: dict[str, object] = {"input": [[1.0] * cells], "kernel": [[1.0] * taps]}
    if path:
        body["colours"] = {
            "scale": ["#0000ff", "#ffffff", "#ff0000"],
            "paper": "#ffffff",
            "sheet": "#ffffff",
            "ink": "#000000",
        }
    answer = client.post(f"/api/convolve{path}", json=body)
    if value <= SMALL[name]:
        assert answer.status_code == 200, answer.text
    else:
        refused(answer, 422, "convolve_too_large", name, value)


def convolve_input(client: httpx.Client, small: LiveServer) -> None:
    for cells in (19, 20, 21):
        convolved(client, "convolve_input", cells, 1, cells)


def convolve_kernel(client: httpx.Client, small: LiveServer) -> None:
    for taps in (4, 5, 6):
        convolved(client, "convolve_kernel", 6, taps, taps)


def convolve_products(client: httpx.Client, small: LiveServer) -> None:
    for cells, taps in ((11, 5), (19, 2), (20, 2)):  # 35, 36 and 38 products
        convolved(client, "convolve_products", cells, taps, (cells - taps + 1) * taps)


def convolve_frames(client: httpx.Client, small: LiveServer) -> None:
    for frames in (3, 4, 5):
        convolved(client, "convolve_frames", frames, 1, frames, "/run.gif")


def image_pixels(client: httpx.Client, small: LiveServer) -> None:
    for format in ("PNG", "WEBP", "GIF", "BMP"):
        exactly("image_pixels", "image_too_many_pixels", 50, lambda n, f=format: picture(n, 1, f))  # type: ignore[misc]


def image_pixels_jpeg(client: httpx.Client, small: LiveServer) -> None:
    exactly("image_pixels_jpeg", "image_too_many_pixels", 50, lambda n: picture(n, 1, "JPEG"))


def image_side(client: httpx.Client, small: LiveServer) -> None:
    exactly("image_side", "image_side_too_long", 50, lambda n: picture(n, 2))
    exactly("image_side", "image_side_too_long", 50, lambda n: picture(2, n))


def image_stored_side(client: httpx.Client, small: LiveServer) -> None:
    decoding = test_decoding(image_stored_side=50)
    assert [decoding(picture(n, 20)) for n in (49, 50, 51, 100)] == [(49, 20), (50, 20), (50, 20), (50, 10)]


ROWS = (
    {
        f.__name__: f
        for f in (
            image_bytes,
            image_pixels,
            image_pixels_jpeg,
            image_side,
            image_stored_side,
            decodes_at_once,
            body_bytes,
            header_bytes,
            list_length,
            windows,
            batch,
            edits,
            steps,
            step_products,
            convolve_input,
            convolve_kernel,
            convolve_products,
            convolve_frames,
            connections,
            keep_alive_seconds,
            results_memory,
            answers_memory,
        )
    }
    | network_limits.ROWS
    | room_limits.ROWS
)


@pytest.mark.parametrize("name", Limits.model_fields)
def test_the_limit_holds_exactly(client: httpx.Client, small: LiveServer, name: str) -> None:
    assert name in ROWS, f"the limit {name} needs a test"
    ROWS[name](client, small)


def test_there_is_no_test_of_a_limit_that_is_gone() -> None:
    assert set(ROWS) == set(Limits.model_fields)


def test_the_table_is_published_with_what_is_in_force(client: httpx.Client) -> None:
    told = {row["name"]: row for row in client.get("/api/limits").json()["limits"]}
    assert told.keys() == Limits.model_fields.keys()
    for name, row in told.items():
        assert row["value"] == SMALL.get(name, getattr(Limits(), name))
        assert row["unit"]
        assert row["what"].endswith(".")
    assert rows(Limits(windows=7))[list(told).index("windows")]["value"] == 7


def test_the_page_of_the_limits_shows_both_columns() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "docs/limits.md is stale: run `python -m docs.make_limits`"


def test_a_room_has_its_own_column_and_what_was_set_by_hand() -> None:
    given = Limits(windows=7)
    assert Limits.in_force(False, given) == given
    room = Limits.in_force(True, given)
    assert room.windows == 7
    others = [name for name in Limits.model_fields if name != "windows"]
    assert [getattr(room, name) for name in others] == [value_in_public(name) for name in others]
    assert any(value_in_public(name) < getattr(given, name) for name in others)


def test_a_limit_that_is_none_is_refused_at_the_start() -> None:
    variables = os.environ | {"CONVOSCOPE_LIMITS__WINDOWS": "0"}
    command = [sys.executable, "-m", "convoscope.server", "--no-browser", "--port", "0"]
    ended = subprocess.run(command, env=variables, capture_output=True, text=True)
    assert ended.returncode != 0
    assert "windows" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_largest_picture_of_all_fits_into_the_memory_of_its_decoder(server: LiveServer) -> None:
    """16 Mpx with alpha is the most that a PNG may hold."""
    out = io.BytesIO()
    Image.fromarray(np.zeros((4000, 4000, 4), np.uint8)).save(out, "PNG", compress_level=1)
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        told = client.put("/api/images", content=out.getvalue())
    assert told.status_code == 201
    assert (told.json()["width"], told.json()["height"]) == (2048, 2048)
