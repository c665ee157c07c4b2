"""A few of the calls that `python3 dev.py soak faults` and `soak kills` make fail: nothing half is ever found."""

import os
import shutil

import pytest

from benchmarks.faults import failed_once
from benchmarks.kills import killed


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_whichever_system_call_fails_nothing_is_lost_and_the_next_try_succeeds() -> None:
    found, wrong = failed_once("upload a picture", ["ENOSPC"], ("link", "write"))
    assert wrong == []
    assert set(found) == {"link", "write"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="servers are forked and killed")
def test_a_server_that_is_killed_has_lost_nothing_that_it_acknowledged() -> None:
    found = killed(2, seed=3)
    assert (found["kills"], found["wrong"]) == (2, 0)
