"""Which input cells an output cell reads, as data: hover, inverse, receptive field and animation derive from it.

An `Axis` says it for one axis in five integers, which travel to the browser as they are:

    cells(i) = stride · (i // every) + offset + dilation · [0 .. size)

    convolution k=3 s=2 p=1       Axis(size=3, stride=2, offset=-1)
    pointwise                     Axis()
    whole axis (dense, softmax)   Axis(size=D, stride=0)
    nearest upsampling by 2       Axis(every=2)
    channels of G groups          Axis(size=C//G, stride=C//G, every=K//G)

Cells below 0 or past the end are padding. A `Window` is one such rule per input axis, and `IndexMap` is for the
layers that re-read cells in another order (flatten, reshape), where no rule per axis exists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from convoscope.engine.types import Array, Index, Shape

Box = tuple[range, ...]
"""A block of cells: one range per axis; ranges may reach into the padding."""


class Axis(NamedTuple):
    """The cells that output position i reads along one input axis.

    size: how many cells. stride: how far the window moves per step. offset: where window 0 starts, −padding.
    dilation: gap between cells, 1 means none. every: how many outputs share one window.
    inverse: the roles are swapped (transposed convolution): position i reads all cells whose own window holds i.
    follows: the output axis that moves this window, None for the axis at the same place.
    """

    size: int = 1
    stride: int = 1
    offset: int = 0
    dilation: int = 1
    every: int = 1
    inverse: bool = False
    follows: int | None = None

    def cells(self, i: int, n: int | None = None) -> list[int]:
        """Input cells read by output i, in reading order; `n`, the input's length, is needed when `inverse`."""
        if self.inverse:
            return _readers(self._replace(inverse=False), i, n or 0)
        start = self.stride * (i // self.every) + self.offset
        return [start + self.dilation * u for u in range(self.size)]

    def reach(self, cell: int, n: int) -> list[int]:
        """Of n outputs, those that read `cell`."""
        if self.inverse:
            return [i for i in self._replace(inverse=False).cells(cell) if 0 <= i < n]
        return _readers(self, cell, n)

    def span(self, first: int, last: int, n: int) -> range:
        """The smallest range that holds all cells read by outputs first..last."""
        if self.inverse:  # some may read nothing
            cells = [c for i in range(first, last + 1) for c in self.cells(i, n)]
            return range(min(cells), max(cells) + 1) if cells else range(0)
        if self.size == 0:
            return range(0)
        ends = [self.stride * (i // self.every) + self.offset for i in (first, last)]
        return range(min(ends), max(ends) + self.dilation * (self.size - 1) + 1)


def _readers(axis: Axis, cell: int, n: int) -> list[int]:
    """All i < n with `cell` in axis.cells(i)."""
    found = []
    for u in range(axis.size):
        rest = cell - axis.offset - axis.dilation * u
        if axis.stride == 0:
            found += list(range(n)) if rest == 0 else []
        elif rest % axis.stride == 0 and rest >= 0:
            group = rest // axis.stride * axis.every
            found += range(group, min(group + axis.every, n))
    return sorted(set(found))


@dataclass(frozen=True)
class Table:
    """Cells given one by one: `rows[i]` are the cells that output i reads (interpolation, uneven windows)."""

    rows: tuple[tuple[int, ...], ...]
    follows: int | None = None

    def cells(self, i: int, n: int | None = None) -> list[int]:
        """Input cells read by output i."""
        return list(self.rows[i])

    def reach(self, cell: int, n: int) -> list[int]:
        """Of n outputs, those that read `cell`."""
        return [i for i in range(n) if cell in self.rows[i]]

    def span(self, first: int, last: int, n: int) -> range:
        """The smallest range that holds all cells read by outputs first..last."""
        cells = [c for row in self.rows[first : last + 1] for c in row]
        return range(min(cells), max(cells) + 1) if cells else range(0)


@dataclass(frozen=True)
class Window:
    """One rule per input axis; the window of an output cell is the product of its axes' cells."""

    axes: tuple[Axis | Table, ...]
    x_shape: Shape
    y_shape: Shape

    def _driver(self, k: int) -> int:
        follows = self.axes[k].follows
        return k if follows is None else follows

    def cells(self, at: Index) -> tuple[list[int], ...]:
        """Per input axis, the cells that output cell `at` reads; padding cells lie outside the shape."""
        return tuple(
            axis.cells(at[self._driver(k)] if self._driver(k) < len(at) else 0, self.x_shape[k])
            for k, axis in enumerate(self.axes)
        )

    def reach(self, cell: Index) -> tuple[list[int], ...]:
        """Per output axis, the positions that read input cell `cell`; their product is the set of readers."""
        readers: list[list[int]] = [list(range(n)) for n in self.y_shape]
        for k, axis in enumerate(self.axes):
            driver = self._driver(k)
            if driver < len(self.y_shape):
                seen = set(axis.reach(cell[k], self.y_shape[driver]))
                readers[driver] = [i for i in readers[driver] if i in seen]
        return tuple(readers)

    def field(self, box: Box) -> Box:
        """The smallest block of input cells that holds every window of the outputs in `box`, padding cut off."""
        spans = []
        for k, axis in enumerate(self.axes):
            driver = self._driver(k)
            outputs = box[driver] if driver < len(box) else range(1)
            span = axis.span(outputs[0], outputs[-1], self.x_shape[k]) if outputs else range(0)
            spans.append(range(max(span.start, 0), min(span.stop, self.x_shape[k])))
        return tuple(spans)

    def read(self, x: Array, at: Index, outside: float = 0.0) -> Array:
        """The numbers under the window of `at`, in reading order, with `outside` in the padding."""
        cells = self.cells(at)
        inside = [np.clip(np.array(c, int), 0, n - 1) for c, n in zip(cells, x.shape, strict=True)]
        values = x[np.ix_(*inside)].copy()
        for k, (c, n) in enumerate(zip(cells, x.shape, strict=True)):
            beyond = [not 0 <= cell < n for cell in c]
            values[(slice(None),) * k + (beyond,)] = outside
        return values


@dataclass(frozen=True)
class IndexMap:
    """Where each output cell is copied from: `source[at]` is the flat input index, −1 for a cell that is filled."""

    source: Array
    x_shape: Shape

    @property
    def y_shape(self) -> Shape:
        """The output's shape."""
        return tuple(self.source.shape)

    def cells(self, at: Index) -> tuple[list[int], ...]:
        """The one input cell that output cell `at` copies; empty lists when it copies none."""
        flat = int(self.source[at])
        if flat < 0:
            return tuple([] for _ in self.x_shape)
        return tuple([int(i)] for i in np.unravel_index(flat, self.x_shape))

    def readers(self, cell: Index) -> list[Index]:
        """The output cells that copy input cell `cell`."""
        flat = int(np.ravel_multi_index(cell, self.x_shape)) if cell else 0
        return [tuple(int(i) for i in at) for at in np.argwhere(self.source == flat)]

    def field(self, box: Box) -> Box:
        """The smallest block of input cells that holds all cells copied into `box`."""
        flat = self.source[tuple(slice(r.start, r.stop) for r in box)].ravel()
        flat = flat[flat >= 0]
        if flat.size == 0:
            return tuple(range(0) for _ in self.x_shape)
        cells = np.unravel_index(flat, self.x_shape)
        return tuple(range(int(c.min()), int(c.max()) + 1) for c in cells)


AnyWindow = Window | IndexMap


def product(*axes: Sequence[int]) -> Array:
    """(M, rank): every cell of the block that the axes span, in reading order."""
    grids = np.meshgrid(*[np.array(a, int) for a in axes], indexing="ij")
    return np.stack([g.ravel() for g in grids], axis=1) if grids else np.zeros((1, 0), int)


def pointwise(x_shape: Shape) -> Window:
    """Each output cell reads the input cell at its own place."""
    return Window(tuple(Axis() for _ in x_shape), x_shape, x_shape)


def slid_size(size: int, kernel: int, stride: int, before: int, after: int, dilation: int = 1) -> int:
    """How many windows fit: ⌊(size + before + after − dilation·(kernel − 1) − 1) / stride⌋ + 1, 0 if none does."""
    return max((size + before + after - dilation * (kernel - 1) - 1) // stride + 1, 0)


def union(boxes: Sequence[Box]) -> Box:
    """The smallest block that holds all the blocks, empty ones left out."""
    full = [b for b in boxes if all(len(r) for r in b)] or list(boxes[:1])
    return tuple(range(min(r.start for r in axis), max(r.stop for r in axis)) for axis in zip(*full, strict=True))
