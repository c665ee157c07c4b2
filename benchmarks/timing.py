"""Times that may be compared on a machine that does other things too.

Contenders take turns in blocks; before each block a rest, since the threads of the one before may still spin. Of each
block the median counts, and of all blocks the median of the ratios of neighbours, so that a slow minute hits both.
"""

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Protocol

BLOCK, REST, MOST = 0.04, 0.03, 200
"""Seconds of a block, seconds of a rest, and the most calls in a block."""

Times = dict[str, list[float]]
Clock = Callable[[], float]


class OwnClock(Protocol):
    """A contender in another process, which measures itself."""

    def block(self) -> list[float]:
        """Seconds of each call in one block."""
        ...


Contender = Callable[[], object] | OwnClock


def compared(contenders: Mapping[str, Contender], turns: int, clock: Clock = time.perf_counter) -> Times:
    """Seconds per call of each contender, a number for every turn.

    clock: time.thread_time counts what the calling thread worked, whatever else the machine was busy with.
    """
    times: Times = {name: [] for name in contenders}
    gc.collect()
    gc.disable()
    try:
        for _ in range(turns):
            for name, run in contenders.items():
                time.sleep(REST)
                if callable(run):
                    run()
                    times[name].append(median(block(run, clock)))
                else:
                    times[name].append(median(run.block()))
    finally:
        gc.enable()
    return times


def block(run: Callable[[], object], clock: Clock) -> list[float]:
    """Seconds of each call in one block, of which there are at least two."""
    found: list[float] = []
    begin = time.perf_counter()
    while len(found) < 2 or (time.perf_counter() - begin < BLOCK and len(found) < MOST):
        start = clock()
        run()
        found.append(clock() - start)
    return found


def ratio(times: Times, ours: str, theirs: str) -> float:
    """The median over the turns of ours / theirs."""
    return median(a / b for a, b in zip(times[ours], times[theirs], strict=True))
