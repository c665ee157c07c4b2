"""Tiles: a few rows of one picture, with all the calls that pass over them while they are in the cache."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from convoscope.engine.kernels.kernel import Call
from convoscope.engine.kernels.wide import threads

CACHE = 1 << 20
"""Bytes that a tile should take: they fit in the second cache, with what is made of them."""
WORTH = 1 << 19
"""Bytes from which on it pays to share tiles among threads: about 0.3 ms of work."""


@dataclass(eq=False)
class Tile:
    """Rows start … stop of picture n, and the thread that passes over them, always the same one: so sums over tiles
    are added up in one order, and come out the same every time. first: whether it is the first of its thread."""

    n: int
    start: int
    stop: int
    thread: int = 0
    first: bool = False
    calls: list[Call] = field(default_factory=list)


def cut(pictures: int, rows: int, bytes_per_row: float, caches: float = 1.0, step: int = 1) -> list[Tile]:
    """All rows of all pictures in tiles as equal as possible, each a multiple of `step` rows.

    caches: how often the bytes of a tile may fill CACHE; more than once where filters fill it anyway.
    """
    units = -(-rows // step)
    most = max(1, min(units, int(caches * CACHE // max(1, bytes_per_row * step))))
    count, workers = -(-units // most), threads.COUNT if pictures * rows * bytes_per_row >= WORTH else 1
    if workers > 1:  # as many for each thread
        count = min(units, -(-pictures * count // workers) * workers // pictures or 1)
    each = -(-units // count) * step
    spans = [(n, a, min(a + each, rows)) for n in range(pictures) for a in range(0, rows, each)]
    return [Tile(*span, thread=k % workers, first=k < workers) for k, span in enumerate(spans)]


def fill(tiles: Sequence[Tile], make: Callable[[Tile], list[Call]]) -> list[Tile]:
    """Adds to every tile what `make` says."""
    for tile in tiles:
        tile.calls += make(tile)
    return list(tiles)


def program(tiles: Sequence[Tile]) -> list[Call]:
    """The calls that make all of it: one after another, or each thread its own."""
    shares = [[call for tile in tiles if tile.thread == k for call in tile.calls] for k in range(threads.COUNT)]
    busy = [calls for calls in shares if calls]
    return busy[0] if len(busy) == 1 else [lambda: threads.share(busy)]
