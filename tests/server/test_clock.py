"""However a machine's clock is set, an upload is forgotten neither early nor never."""

import time
from pathlib import Path

import pytest

from convoscope.server.blobs import Folder
from convoscope.server.clock import UNSEEN, Clock, believed, passed
from convoscope.server.limits import Limits
from convoscope.server.uploads import Uploads

DAY, YEAR = 86_400, 365 * 86_400
LIMITS = Limits(disk_free=1, upload_days=30)


def opened(folder: Path, wall: float) -> Uploads:
    """The store as a process sees it that starts when the machine's clock says `wall`."""
    files = Folder(folder)
    files.clock = Clock(folder / "clock", lambda: wall)
    return Uploads(files, LIMITS)


@pytest.mark.parametrize("jump", [-10 * YEAR, 10 * YEAR, 40 * DAY])
def test_a_clock_that_jumps_forgets_nothing_early(tmp_path: Path, jump: float) -> None:
    now = time.time()
    opened(tmp_path, now).keep("image", "before", "ada", {}, b"before")
    wrong = opened(tmp_path, now + jump)
    wrong.sweep()
    wrong.keep("image", "during", "ada", {}, b"during")
    right = opened(tmp_path, now + 60)
    right.sweep()
    assert [right.find("image", id) is not None for id in ("before", "during")] == [True, True]


def test_what_nobody_uses_goes_after_its_days_whatever_the_clock_says(tmp_path: Path) -> None:
    kept = opened(tmp_path, 1e9)
    kept.keep("image", "a", "ada", {}, b"a")
    assert isinstance(kept.files, Folder)
    for days, there in ((29, True), (31, False)):
        kept.files.clock.begun = passed() - days * DAY
        kept.sweep()
        assert bool(kept.of("ada")) is there, days
    assert kept.find("image", "a") is None


def test_the_clock_is_believed_within_a_week_of_the_newest_note() -> None:
    assert believed(500.0, None) == 500.0
    assert [believed(500.0 + jump, 500.0) for jump in (-YEAR, 0, DAY, YEAR)] == [500, 500, 500 + DAY, 500 + UNSEEN]


def test_a_note_is_never_set_back(tmp_path: Path) -> None:
    late, early = (Clock(tmp_path / "clock", lambda at=at: at) for at in (2e9, 1e9))  # type: ignore[misc]
    late.note()
    early.note()
    assert (tmp_path / "clock").stat().st_mtime == pytest.approx(2e9, abs=5)
