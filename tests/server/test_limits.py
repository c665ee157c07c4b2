"""Every row of the limits table holds exactly: one below and the limit itself pass, one above is refused.

`ROWS` has a test for each row; a row without one fails.
"""

import contextlib
import io
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from PIL import Image

from convoscope.server.blobs import Folder
from convoscope.server.decode import Refused, decode
from convoscope.server.errors import Problem
from convoscope.server.images import Decoder
from convoscope.server.library import Library
from convoscope.server.limits import Limits, rows, value_in_public
from convoscope.server.services import Services
from convoscope.server.settings import Settings
from convoscope.server.store import Memory, Results
from convoscope.server.uploads import Uploads
from convoscope.server.what_if import bounded
from docs.make_limits import PAGE, page
from tests.live import LiveServer, live_server
from tests.server import network_limits, test_work
from tests.server.conftest import CAT

SMALL = network_limits.SMALL | {
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
    "head_seconds": 1,
    "body_seconds": 2,
    "images_memory": 3_000,
    "decodes_at_once": 1,
}


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


def head_seconds(client: httpx.Client, small: LiveServer) -> None:
    too_slow(small, b"GET /api/limits HTTP/1.1\r\nHost: localhost\r\n", SMALL["head_seconds"])


def body_seconds(client: httpx.Client, small: LiveServer) -> None:
    head = b"PUT /api/images HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1234"
    too_slow(small, head, SMALL["body_seconds"])


def too_slow(small: LiveServer, half: bytes, seconds: int) -> None:
    address = urlsplit(small.url)
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        start = time.monotonic()
        connection.sendall(half)
        said = connection.recv(65_536)
        assert time.monotonic() - start > seconds - 0.1
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"too_slow"' in said


def at_once(client: httpx.Client, small: LiveServer) -> None:
    test_work.test_no_more_are_worked_on_at_once_than_the_limit_says()


def queue_length(client: httpx.Client, small: LiveServer) -> None:
    test_work.test_the_queue_holds_exactly_as_many_as_its_limit()


def queue_seconds(client: httpx.Client, small: LiveServer) -> None:
    test_work.test_who_would_wait_longer_than_the_limit_is_told_so_at_once()


def uploads_at_once(client: httpx.Client, small: LiveServer) -> None:
    test_work.test_no_more_files_are_on_their_way_than_the_limit_says()


def images_memory(client: httpx.Client, small: LiveServer) -> None:
    memory: Memory[str] = Memory(10)
    memory.put("nine", "a", 9)
    assert memory.get("nine") == "a"
    memory.put("ten", "b", 10)
    assert (memory.get("nine"), memory.get("ten")) == (None, "b")
    memory.put("eleven", "c", 11)
    assert (memory.get("eleven"), memory.get("ten")) == (None, "b")


def student_bytes(client: httpx.Client, small: LiveServer) -> None:
    with kept_for_a_test(student_bytes=10) as kept:
        for size in (9, 10):
            kept.keep("image", f"{size}", "ada", {}, bytes(size))
            assert [name for name, _ in kept.of("ada")] == [f"refs/image-{size}"], "the least recently used has gone"
        with pytest.raises(Problem, match=r"One person's uploads may take 10 bytes\.") as caught:
            kept.keep("image", "11", "ada", {}, bytes(11))
        assert (caught.value.code, caught.value.limit, caught.value.value) == ("store_full", 10, 11)
        kept.keep("image", "1", "bob", {}, bytes(1))
        assert kept.find("image", "10") is not None, "another's uploads do not count"


def store_bytes(client: httpx.Client, small: LiveServer) -> None:
    with kept_for_a_test(store_bytes=20) as kept:
        kept.keep("image", "a", "ada", {}, b"a" * 10)
        kept.keep("image", "b", "bob", {}, b"b" * 9)
        kept.keep("image", "c", "cy", {}, b"c")
        with pytest.raises(Problem, match=r"keeps at most 20 bytes of uploads, and has them\.") as caught:
            kept.keep("image", "d", "di", {}, b"d")
        assert (caught.value.status_code, caught.value.limit) == (507, 20)


def disk_free(client: httpx.Client, small: LiveServer) -> None:
    for size, welcome in ((89, True), (90, True), (91, False)):
        with kept_for_a_test(disk_free=10) as kept:
            kept.files.free = lambda: 100  # type: ignore[method-assign]
            with contextlib.nullcontext() if welcome else pytest.raises(Problem, match="disk is nearly full"):
                kept.keep("image", "a", "ada", {}, bytes(size))


def upload_days(client: httpx.Client, small: LiveServer) -> None:
    for seconds, there in ((86_000, True), (86_390, True), (86_401, False)):
        with kept_for_a_test(upload_days=1) as kept:
            kept.keep("image", "a", "ada", {}, b"a")
            assert isinstance(kept.files, Folder)
            long_ago = time.time() - seconds
            os.utime(kept.files.root / "refs" / "image-a", (long_ago, long_ago))
            kept.sweep()
            assert (kept.find("image", "a") is not None) is there
            assert (kept.size, len(kept.of("ada"))) == (int(there), int(there))


@contextlib.contextmanager
def kept_for_a_test(**limits: int) -> Iterator[Uploads]:
    """An empty store with these limits."""
    with tempfile.TemporaryDirectory() as folder:
        yield Uploads(Folder(Path(folder)), Limits(**{"disk_free": 1, **limits}))


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


def decode_memory(client: httpx.Client, small: LiveServer) -> None:
    for bytes_ in ((1 << 29) - 4096, 1 << 29, (1 << 29) + 4096):
        assert bounds_of_a_decoder(decode_memory=bytes_)[1] == bytes_


def decode_seconds(client: httpx.Client, small: LiveServer) -> None:
    for seconds in (1, 2, 3):
        assert bounds_of_a_decoder(decode_seconds=seconds)[0] == seconds


def bounds_of_a_decoder(**limits: int) -> tuple[int, int]:
    """Seconds and bytes that the system gives to a decoder; what happens beyond them: test_decoder.py."""
    decoder = Decoder(Limits(**limits), "tests.server.harm:decode")
    try:
        found = decoder.picture(b"tell")
    finally:
        decoder.close()
    return found.width, found.height


ROWS = {
    f.__name__: f
    for f in (
        image_bytes,
        image_pixels,
        image_pixels_jpeg,
        image_side,
        image_stored_side,
        decode_seconds,
        decode_memory,
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
        head_seconds,
        body_seconds,
        at_once,
        queue_length,
        queue_seconds,
        uploads_at_once,
        images_memory,
        student_bytes,
        store_bytes,
        disk_free,
        upload_days,
        results_memory,
        answers_memory,
    )
} | network_limits.ROWS


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
