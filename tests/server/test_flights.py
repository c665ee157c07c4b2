"""Of several processes one makes an answer, and all give it; what a killed one left half is made again."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from convoscope.server.flights import Flights, answers_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="one process is all that serves here")


def counted(file: Path, answer: bytes) -> Callable[[], bytes]:
    """Makes the answer slowly, and notes that it did."""

    def make() -> bytes:
        with file.open("ab") as out:
            out.write(b".")
        time.sleep(0.05)
        return answer

    return make


def test_however_many_processes_ask_one_makes_the_answer(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    children = []
    for _ in range(6):
        child = os.fork()
        if child == 0:
            got = answers_of(100, str(tmp_path / "shared")).get("tag", counted(tmp_path / "made", b"answer"), len)
            os._exit(got != b"answer")
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 6
    assert (tmp_path / "made").read_bytes() == b"."


def test_what_was_left_half_is_made_again(tmp_path: Path) -> None:
    flights = Flights(tmp_path, 100)
    assert flights.get("tag", lambda: b"answer") == b"answer"
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert flights.get("tag", lambda: b"again") == b"again"
    assert (flights.get("tag", lambda: b"never"), flights.found) == (b"again", 1)


def test_what_cannot_be_made_is_not_remembered(tmp_path: Path) -> None:
    flights = Flights(tmp_path, 100)
    with pytest.raises(ZeroDivisionError):
        flights.get("tag", lambda: bytes(1 // 0))
    assert flights.get("tag", lambda: b"") == b""


def test_without_a_folder_everybody_makes_the_answer(tmp_path: Path) -> None:
    assert Flights(tmp_path / "gone", 100).get("tag", lambda: b"answer") == b"answer"


def test_the_folder_stays_within_its_limit(tmp_path: Path) -> None:
    flights = Flights(tmp_path, 1000)
    for k in range(128):
        flights.get(f"{k}", lambda: bytes(50))
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 1000
