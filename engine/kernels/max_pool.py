"""Max pooling without looking for the place of the maximum: forward by pairwise maxima, backward by comparison.

The gradient goes to the first of equal maxima in reading order: taps are asked in that order, and one that has been
served shuts the others out.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Call, Kernel
from convoscope.engine.kernels.slot import Slot
from convoscope.engine.layer import Layer
from convoscope.engine.layers._slide import Slide
from convoscope.engine.layers.max_pool2d import MaxPool2d
from convoscope.engine.types import Array, Shape

USUAL = Slide((2, 2), (2, 2), (0, 0, 0, 0), (1, 1))


class MaxPoolKernel(Kernel[Slot]):
    """MaxPool2d with any window, stride, padding and dilation."""

    layers = (MaxPool2d,)
    layer: MaxPool2d

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        assert isinstance(layer, MaxPool2d)
        return len(layer.kernel) == 2

    def prepare(self) -> list[Call]:
        self.slide = self.layer.slide(self.xs[0].shape)
        if self.slide == USUAL:
            self.pairs = Pairs(self.xs[0], self.y)
            return self.pairs.calls
        y = squeezed(self.y.cells)
        largest: list[Call] = [partial(np.maximum, y[inside], x, out=y[inside]) for x, inside in self.taps(self.xs[0])]
        return [partial(y.fill, -np.inf), *largest]

    def taps(self, slot: Slot) -> list[tuple[Array, tuple[slice, slice, slice]]]:
        """Per cell of the window in reading order: the cells of `slot` that it meets, and for which windows."""
        slide, cells, (_, oh, ow, _) = self.slide, squeezed(slot.cells), self.y.cells.shape
        met = []
        for u in range(slide.kernel[0]):
            for v in range(slide.kernel[1]):
                rows = meets(u * slide.dilation[0] - slide.padding[0], slide.stride[0], cells.shape[1], oh)
                columns = meets(v * slide.dilation[1] - slide.padding[1], slide.stride[1], cells.shape[2], ow)
                met.append((cells[:, rows[0], columns[0]], (slice(None), rows[1], columns[1])))
        return met

    def adjoint(self, dy: Slot, dxs: Sequence[Slot | None]) -> Adjoint:
        (dx,) = dxs
        if dx is None:
            return Adjoint([])
        if self.slide == USUAL:
            return Adjoint(self.pairs.adjoint(dy, dx))
        y, g = squeezed(self.y.cells), squeezed(dy.cells)
        reach = [(k - 1) * d for k, d in zip(self.slide.kernel, self.slide.dilation, strict=True)]
        overlap = any(s <= r for s, r in zip(self.slide.stride, reach, strict=True))
        hit, served, share = np.empty(y.shape, bool), np.empty(y.shape, bool), np.empty(y.shape, y.dtype)
        calls: list[Call] = [partial(served.fill, False)]
        if overlap:
            calls.append(partial(dx.cells.fill, 0))
        for (x, at), (target, _) in zip(self.taps(self.xs[0]), self.taps(dx), strict=True):
            calls += [partial(np.equal, x, y[at], out=hit[at]), partial(np.greater, hit[at], served[at], out=hit[at])]
            if overlap:
                calls += [partial(np.multiply, g[at], hit[at], out=share[at])]
                calls += [partial(np.add, target, share[at], out=target)]
            else:
                calls += [partial(np.multiply, g[at], hit[at], out=target)]
            calls += [partial(np.logical_or, served[at], hit[at], out=served[at])]
        return Adjoint(calls[:-1])


class Pairs:
    """Plain 2×2 pooling: the larger of each two columns, then of each two rows.

    Backward the other way round: the upper row wins if it is not smaller, then in each row the left column, which
    together is the first of equal maxima in reading order. Of one example alone the two rows are compared first, which
    are runs of memory while columns are not; the backward pass then begins with the columns.
    """

    def __init__(self, x: Slot, y: Slot) -> None:
        (_, h, w, last), self.y = y.cells.shape, y
        self.left, self.right = self._columns(x, h, w)
        self.larger = np.empty(self.left.shape, y.dtype)
        self.upper, self.lower = self.larger[:, ::2], self.larger[:, 1::2]
        columns: list[Call] = [partial(np.maximum, self.left, self.right, out=self.larger)]
        if last == 1:
            self.calls, self.before = self._rows_first(x, h, w), columns
        else:
            self.calls, self.before = [*columns, partial(np.maximum, self.upper, self.lower, out=squeezed(y.cells))], []

    def _rows_first(self, x: Slot, h: int, w: int) -> list[Call]:
        cells = squeezed(x.cells)[:, : 2 * h, : 2 * w]
        larger = np.empty((len(cells), h, 2 * w), x.dtype)
        return [
            partial(np.maximum, cells[:, ::2], cells[:, 1::2], out=larger),
            partial(np.maximum, larger[:, :, ::2], larger[:, :, 1::2], out=squeezed(self.y.cells)),
        ]

    def _columns(self, slot: Slot, h: int, w: int) -> tuple[Array, Array]:
        cells = squeezed(slot.cells)[:, : 2 * h, : 2 * w]
        return cells[:, :, ::2], cells[:, :, 1::2]

    def adjoint(self, dy: Slot, dx: Slot) -> list[Call]:
        """dL/dx, from where the maxima were."""
        g, (_, h, w, _) = squeezed(dy.cells), dy.cells.shape
        to_left, to_right = self._columns(dx, h, w)
        row_won, column_won = np.empty(g.shape, bool), np.empty(self.left.shape, bool)
        share = np.empty(self.left.shape, dy.dtype)
        return [
            *self.before,
            partial(np.greater_equal, self.upper, self.lower, out=row_won),
            partial(np.multiply, g, row_won, out=share[:, ::2]),
            partial(np.logical_not, row_won, out=row_won),
            partial(np.multiply, g, row_won, out=share[:, 1::2]),
            partial(np.greater_equal, self.left, self.right, out=column_won),
            partial(np.multiply, share, column_won, out=to_left),
            partial(np.logical_not, column_won, out=column_won),
            partial(np.multiply, share, column_won, out=to_right),
        ]


def meets(start: int, stride: int, size: int, count: int) -> tuple[slice, slice]:
    """(cells met, windows that meet them): windows 0 … count − 1 at start + stride · window, those inside `size`."""
    first = max(0, -(start // stride)) if start < 0 else 0
    last = min(count - 1, (size - 1 - start) // stride)
    if last < first:
        return slice(0, 0), slice(0, 0)
    return slice(start + stride * first, start + stride * last + 1, stride), slice(first, last + 1)


def squeezed(cells: Array) -> Array:
    """(C, H, W, N), or (C, H, W) for one example: a last axis of one cell would make every inner loop one long."""
    return cells[..., 0] if cells.shape[-1] == 1 else cells
