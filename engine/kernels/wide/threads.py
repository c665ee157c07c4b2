"""Sharing tiles among threads. BLAS itself keeps to one thread: its own would spin when there is nothing to do.

A thread that waits sleeps in a lock. Two passes at the same time do not wait for each other: the second runs alone.
"""

import threading
from _thread import allocate_lock
from collections.abc import Sequence

from convoscope.engine.kernels.kernel import Call

COUNT = 1
"""Threads that plans are made for; plans that exist stay as they were made."""


class Helper:
    """A thread that sleeps until there is a job."""

    def __init__(self) -> None:
        self.go, self.done = allocate_lock(), allocate_lock()
        self.go.acquire()
        self.done.acquire()
        self.jobs: list[list[list[Call]]] = []
        self.number = 0
        self.error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True, name="convoscope tiles").start()

    def _run(self) -> None:
        while True:
            self.go.acquire()
            try:
                work(self.jobs, self.number)
            except BaseException as error:  # handed to the thread that waits
                self.error = error
            self.done.release()

    def start(self, jobs: list[list[list[Call]]], number: int) -> None:
        """Begins to take jobs from the list."""
        self.jobs, self.number, self.error = jobs, number, None
        self.go.release()

    def wait(self) -> None:
        """Until the list is empty. Raises what went wrong."""
        self.done.acquire()
        if self.error is not None:
            raise self.error


_helpers: list[Helper] = []
_busy = threading.Lock()


def use(count: int) -> None:
    """How many threads the plans made from now on are for."""
    global COUNT
    COUNT = max(1, count)


def share(jobs: Sequence[list[list[Call]]]) -> None:
    """Makes every job's calls; a job has a list of calls for each thread, of which one is made."""
    waiting, helpers = list(reversed(jobs)), len(jobs[0]) - 1 if jobs else 0
    if not helpers or not _busy.acquire(blocking=False):
        work(waiting, 0)
        return
    try:
        while len(_helpers) < helpers:
            _helpers.append(Helper())
        for number, helper in enumerate(_helpers[:helpers], 1):
            helper.start(waiting, number)
        try:
            work(waiting, 0)
        finally:
            for helper in _helpers[:helpers]:
                helper.wait()
    finally:
        _busy.release()


def work(jobs: list[list[list[Call]]], number: int) -> None:
    """Takes jobs until there are none left; `pop` takes each only once."""
    while True:
        try:
            calls = jobs.pop()
        except IndexError:
            return
        for call in calls[number]:
            call()
