"""What was never there and what is somebody else's are told in the same bytes and in the same time."""

import os
import random
from collections.abc import Callable
from pathlib import Path
from time import perf_counter_ns

import pytest

from convoscope.server.blobs import Folder
from convoscope.server.errors import Problem
from convoscope.server.library import Library
from convoscope.server.limits import Limits
from convoscope.server.services import Services
from convoscope.server.sessions import Lock
from convoscope.server.settings import Settings
from convoscope.server.uploads import Uploads

LOCK, LIMITS = Lock(bytes(32)), Limits(disk_free=1)
SIGMAS = 4
"""Beyond which a share of pairs is no chance: once in 16,000 runs."""


def slower_too_often(one: Callable[[int], object], other: Callable[[int], object], pairs: int) -> bool:
    """Whether one of two takes longer than the other in more of the pairs than by chance (a sign test).

    The two of a pair follow one another in random order, so what slows the machine down slows both.
    """
    chance, longer = random.Random(1), 0
    for k in range(pairs):
        times = {}
        for what in chance.sample((one, other), 2):
            start = perf_counter_ns()
            what(k)
            times[what] = perf_counter_ns() - start
        longer += times[one] > times[other]
    return abs(longer - pairs / 2) > SIGMAS * pairs**0.5 / 2


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """A room in which ada has pictures."""
    services = Services(Settings(public=True, data=str(tmp_path_factory.mktemp("store")), limits=LIMITS), Library())
    assert services.kept is not None
    for k in range(20):
        services.kept.keep("image", LOCK.sign("ada", f"{k}"), "ada", {}, f"{k}".encode())
    return services


def told(room: Services, id: str) -> str:
    """What is said of the picture of an id."""
    with pytest.raises(Problem) as caught:
        room.picture(id)
    return f"{caught.value.status_code} {caught.value.code} {caught.value.detail} {caught.value.headers}"


def nearly(id: str) -> str:
    """The id with another last letter: what somebody would try who knows all but that."""
    return id[:-1] + ("b" if id[-1] == "a" else "a")


def test_absent_and_not_yours_are_the_same_bytes_in_the_same_time(room: Services) -> None:
    absent = [LOCK.sign("nobody", f"{k}") for k in range(20)]
    others = [nearly(LOCK.sign("ada", f"{k}")) for k in range(20)]
    assert len({told(room, id) for id in (*absent[:5], *others[:5])}) == 1

    def ask(ids: list[str]) -> Callable[[int], object]:
        def asked(k: int) -> object:
            try:
                return room.picture(ids[k % 20])
            except Problem as problem:
                return problem

        return asked

    assert not slower_too_often(ask(absent), ask(others), 600)


def test_sending_what_another_has_sent_is_the_same_work_as_what_nobody_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal bytes are kept once; who sends them cannot tell by the time whether they were there."""
    for k in range(256):  # a new store makes them for its first uploads
        (tmp_path / "blobs" / f"{k:02x}").mkdir(parents=True)
    kept, done = Uploads(Folder(tmp_path), LIMITS), list[str]()
    kept.keep("image", "ada", "ada", {}, b"hers")
    kept.keep("image", "bob", "bob", {}, b"his")

    def noted(name: str) -> Callable[..., object]:
        real = getattr(os, name)

        def call(*args: object, **how: object) -> object:
            done.append(name)
            return real(*args, **how)

        return call

    for name in ("open", "fsync", "link", "utime", "unlink", "replace", "mkdir", "stat"):
        monkeypatch.setattr(os, name, noted(name))
    kept.keep("image", "bob2", "bob", {}, b"hers")
    there = done.copy()
    done.clear()
    kept.keep("image", "bob3", "bob", {}, b"none")
    assert done.count("fsync") == 6, "bytes, index and ref, and the folder of each"
    assert there == done


def test_a_difference_of_time_would_be_seen() -> None:
    assert slower_too_often(lambda _: sum(range(600)), lambda _: sum(range(400)), 300)
