"""Time as a store counts it, so that a machine whose clock is wrong for a while forgets nothing early.

While a process runs, time is what has passed since its start, however the machine's clock is set. When it starts, the
machine's clock is believed from the store's newest note on, and for a week more at most: weeks in which nothing ran
count as one. So an upload may stay longer than was promised; no jump of a clock takes more than a week off its time.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

UNSEEN = 7 * 86_400
"""Seconds that are believed to have passed while nothing ran, at most."""


def passed() -> float:
    """Seconds since some moment, those of a machine asleep included where the system counts them; nobody sets it."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class Clock:
    """One per process and store. file: its time is the newest that any process has noted."""

    def __init__(self, file: Path, wall: Callable[[], float] = time.time) -> None:
        self.file = file
        self.start, self.begun = believed(wall(), noted(file)), passed()

    def now(self) -> float:
        """Seconds since 1970, or since when this machine's clock once said so."""
        return self.start + passed() - self.begun

    def note(self) -> None:
        """Leaves a note that it is as late as it is."""
        with suppress(OSError):
            newest = noted(self.file)
            if newest is None:
                self.file.touch(0o600)
            late = max(self.now(), newest or 0)
            os.utime(self.file, (late, late))


def noted(file: Path) -> float | None:
    """The time of a file, None where there is none."""
    try:
        return file.stat().st_mtime
    except OSError:
        return None


def believed(wall: float, newest: float | None) -> float:
    """What time it is when the machine says `wall` and the newest note of the store is of `newest`."""
    return wall if newest is None else min(max(wall, newest), newest + UNSEEN)
