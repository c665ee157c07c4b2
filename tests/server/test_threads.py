"""Python looks for garbage when nobody waits, and large answers let small ones in."""

import gc
import json
import subprocess
import sys

import pytest

from convoscope.server import threads


def looks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When it looked."""
    found: list[float] = []
    monkeypatch.setattr(gc, "collect", lambda: found.append(passed[0]))
    passed[0] = 0.0
    return found


passed = [0.0]


def wait(seconds: float) -> None:
    passed[0] += seconds


def test_it_looks_at_once_when_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    found = looks(monkeypatch)
    threads.look(lambda: False, wait)
    assert found == [0.0]


def test_it_looks_as_soon_as_nobody_waits_and_at_the_latest_after_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    found = looks(monkeypatch)
    threads.look(lambda: passed[0] < 7, wait)
    assert found == [7.0]
    found = looks(monkeypatch)
    threads.look(lambda: True, wait)
    assert found == [600.0]


def test_gaps_in_memory_are_given_back_once_a_minute_however_busy_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    looks(monkeypatch)
    given: list[float] = []
    monkeypatch.setattr(threads, "give_back_gaps", lambda: given.append(passed[0]))
    threads.look(lambda: passed[0] < 150, wait)
    assert given == [0.0, 60.0, 120.0, 150.0]


def test_a_process_that_serves_takes_short_turns_and_never_looks_by_itself() -> None:
    code = (
        "import gc, json, sys; from convoscope.server import threads; threads.share(lambda: True)\n"
        "print(json.dumps([sys.getswitchinterval(), gc.get_threshold()[2]]))"
    )
    turn, never = json.loads(subprocess.check_output([sys.executable, "-c", code]))
    assert turn == pytest.approx(threads.TURN)
    assert never == threads.NEVER
