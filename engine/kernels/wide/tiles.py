"""Tiles: a few rows of one picture, with all the calls that pass over them while they are in the cache."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from convoscope.engine.kernels.kernel import Call
from convoscope.engine.kernels.wide import threads

SMALL, LARGE = 1 << 20, 1 << 24
"""Bytes that a tile may take: the second cache; or what matters when weights fill the cache anyway."""


@dataclass
class Tile:
    """Rows start … stop of picture n. calls: for each thread, what it would do, since each has its own scratch."""

    n: int
    start: int
    stop: int
    calls: list[list[Call]] = field(default_factory=list)


def cut(pictures: int, rows: int, bytes_per_row: float, target: int = SMALL, step: int = 1) -> list[Tile]:
    """All rows of all pictures in tiles of about `target` bytes, as equal as possible, each a multiple of `step`."""
    units = -(-rows // step)
    most = max(1, min(units, int(target // max(1, bytes_per_row * step))))
    count = -(-units // most)
    if threads.COUNT > 1 and pictures * count < threads.COUNT:
        count = min(units, threads.COUNT)
    each = -(-units // count) * step
    return [Tile(n, a, min(a + each, rows)) for n in range(pictures) for a in range(0, rows, each)]


def fill(tiles: Sequence[Tile], make: Callable[[Tile, int], list[Call]]) -> list[Tile]:
    """Adds to every tile what `make` says for each thread."""
    for tile in tiles:
        tile.calls = tile.calls or [[] for _ in range(threads.COUNT)]
        for thread, calls in enumerate(tile.calls):
            calls += make(tile, thread)
    return list(tiles)


def program(tiles: Iterable[Tile]) -> list[Call]:
    """The calls that make all of it: one after another, or on the threads that there are."""
    tiles = list(tiles)
    if threads.COUNT == 1:
        return [call for tile in tiles for call in tile.calls[0]]
    return [lambda: threads.share([tile.calls for tile in tiles])]
