"""Sharing work among threads. BLAS itself keeps to one thread: its own would spin when there is nothing to do.

A thread that waits sleeps in a lock. Two passes at the same time do not wait for each other: the second runs alone.
"""

import os
import threading
from _thread import allocate_lock
from collections.abc import Sequence

from convoscope.engine.kernels.kernel import Call

MOST = 4


def available() -> int:
    """What CONVOSCOPE_THREADS says, else as many cores as there are, MOST at most; one where BLAS has its own."""
    asked = os.environ.get("CONVOSCOPE_THREADS", "")
    if asked.isdigit():
        return max(1, int(asked))
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST, cores)


COUNT = available()
"""Threads that plans are made for; plans that exist stay as they were made."""


class Helper:
    """A thread that sleeps until there is a job."""

    def __init__(self) -> None:
        self.go, self.done = allocate_lock(), allocate_lock()
        self.go.acquire()
        self.done.acquire()
        self.calls: Sequence[Call] = ()
        self.error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True, name="convoscope tiles").start()

    def _run(self) -> None:
        while True:
            self.go.acquire()
            try:
                make(self.calls)
            except BaseException as error:  # handed to the thread that waits
                self.error = error
            self.calls = ()
            self.done.release()

    def start(self, calls: Sequence[Call]) -> None:
        """Begins to make the calls."""
        self.calls, self.error = calls, None
        self.go.release()

    def wait(self) -> None:
        """Until they are made."""
        self.done.acquire()


_helpers: list[Helper] = []
_busy = threading.Lock()


def use(count: int) -> None:
    """How many threads the plans made from now on are for."""
    global COUNT
    COUNT = max(1, count)


def make(calls: Sequence[Call]) -> None:
    """Makes the calls, one after another."""
    for call in calls:
        call()


def share(shares: Sequence[Sequence[Call]]) -> None:
    """Makes the calls of each share on a thread of its own; the first on this one. Raises what went wrong in any."""
    if not _busy.acquire(blocking=False):
        for calls in shares:
            make(calls)
        return
    try:
        while len(_helpers) < len(shares) - 1:
            _helpers.append(Helper())
        helpers = _helpers[: len(shares) - 1]
        for helper, calls in zip(helpers, shares[1:], strict=True):
            helper.start(calls)
        try:
            make(shares[0])
        finally:
            for helper in helpers:
                helper.wait()
        for helper in helpers:
            if helper.error is not None:
                raise helper.error
    finally:
        _busy.release()
