"""How memory that was let go goes back to the system, so that a server stays as large as what it keeps.

Memories that forget the least recently used let go of large arrays and small answers all day, in any order. The GNU C
library gives what takes 128 KiB or more pages for itself, and gives those back when it is let go; but each time it does
so, larger ones go to the common heap from then on, up to 32 MiB. There the gaps that forgotten ones leave between small
things stay with the process. So the rule is held to what it was at first; and pages of the heap that lie in gaps are
given back once a minute, which takes some milliseconds. Threads share one heap, as they share one interpreter: with one
for each of them, what one lets go is of no use to the others.

Source     mallopt(3), M_MMAP_THRESHOLD: "setting any of these parameters disables dynamic adjustment"; malloc_trim(3)
"""

import ctypes
from contextlib import suppress

LARGE = 128 << 10
"""Bytes from which on an array gets pages for itself."""
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8  # their numbers in malloc.h
ELSEWHERE = (AttributeError, OSError, TypeError)
"""What asking for these functions raises where the C library is another one, and on Windows."""


def give_back_large() -> None:
    """From now on, memory of LARGE bytes or more goes back when it is let go. Called before threads are started."""
    with suppress(*ELSEWHERE):
        of_c = ctypes.CDLL(None)
        for rule, value in ((MMAP_THRESHOLD, LARGE), (TRIM_THRESHOLD, LARGE), (ARENA_MAX, 1)):
            of_c.mallopt(rule, value)


def give_back_gaps() -> None:
    """Pages in which nothing lies go back to the system now."""
    with suppress(*ELSEWHERE):
        ctypes.CDLL(None).malloc_trim(0)
