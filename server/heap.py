"""How memory that large arrays leave goes back to the system at once, so that a server stays as large as what it keeps.

The GNU C library begins with a rule of its own: what takes 128 KiB or more gets pages for itself, and gives them back
when it is let go. But each time one is let go, larger ones go to the common heap from then on, up to 32 MiB; there the
activations of one picture lie between the small answers of another, and the gaps that forgotten ones leave stay with
the process. Memories that forget the least recently used make such gaps all day. So the rule is held to what it was.

Source     mallopt(3), M_MMAP_THRESHOLD: "setting any of these parameters disables dynamic adjustment"
"""

import ctypes
from contextlib import suppress

LARGE = 128 << 10
"""Bytes from which on an array gets pages for itself."""
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # their numbers in malloc.h


def give_back() -> None:
    """From now on, memory of LARGE bytes or more goes back to the system when it is let go.

    Where the C library is another one, nothing is changed.
    """
    with suppress(AttributeError, OSError, TypeError):  # no such function, no such library, and Windows
        of_c = ctypes.CDLL(None)
        for rule in (MMAP_THRESHOLD, TRIM_THRESHOLD):
            of_c.mallopt(rule, LARGE)
