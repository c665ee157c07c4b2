"""The rows of the limits table that are about many people: time, places to work at, and what is kept."""

import contextlib
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from convoscope.server.blobs import Folder
from convoscope.server.errors import Problem
from convoscope.server.images import Decoder
from convoscope.server.library import Library
from convoscope.server.limits import Limits
from convoscope.server.services import Services
from convoscope.server.settings import Settings
from convoscope.server.store import Memory, Results
from convoscope.server.uploads import Uploads, place
from tests.live import LiveServer
from tests.server import test_work

SMALL = {"head_seconds": 1, "body_seconds": 2, "images_memory": 3_000}


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
    assert b'"limit":%d' % seconds in said


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


def student_bytes(client: httpx.Client, small: LiveServer) -> None:
    with kept_for_a_test(student_bytes=10) as kept:
        for size in (9, 10):
            kept.keep("image", f"{size}", "ada", {}, bytes(size))
            assert [name for name, _ in kept.of("ada")] == [place("image", f"{size}")], (
                "the least recently used has gone"
            )
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
            long_ago = kept.files.now() - seconds
            os.utime(kept.files.root / place("image", "a"), (long_ago, long_ago))
            kept.sweep()
            assert (kept.find("image", "a") is not None) is there
            assert (kept.size, len(kept.of("ada"))) == (int(there), int(there))


@contextlib.contextmanager
def kept_for_a_test(**limits: int) -> Iterator[Uploads]:
    """An empty store with these limits."""
    with tempfile.TemporaryDirectory() as folder:
        yield Uploads(Folder(Path(folder)), Limits(**{"disk_free": 1, **limits}))


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


ROWS: dict[str, Callable[[httpx.Client, LiveServer], None]] = {
    f.__name__: f
    for f in (
        head_seconds,
        body_seconds,
        at_once,
        queue_length,
        queue_seconds,
        uploads_at_once,
        images_memory,
        results_memory,
        answers_memory,
        student_bytes,
        store_bytes,
        disk_free,
        upload_days,
        decode_memory,
        decode_seconds,
    )
}
