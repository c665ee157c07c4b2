"""Max pooling without looking for the place of the maximum: forward by pairwise maxima, backward by comparison.

The gradient goes to the first of equal maxima in reading order: taps are asked in that order, and one that has been
served shuts the others out.
"""

from collections.abc import Sequence

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Kernel
from convoscope.engine.kernels.slot import Slot
from convoscope.engine.layer import Layer
from convoscope.engine.layers._slide import Slide
from convoscope.engine.layers.max_pool2d import MaxPool2d
from convoscope.engine.types import Array, Shape


class MaxPoolKernel(Kernel):
    """MaxPool2d with any window, stride, padding and dilation."""

    layers = (MaxPool2d,)
    layer: MaxPool2d

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        assert isinstance(layer, MaxPool2d)
        return len(layer.kernel) == 2

    def prepare(self) -> None:
        self.slide = self.layer.slide(self.xs[0].shape)
        self.pairs = self._pairs()

    def _pairs(self) -> tuple[Array, Array, Array, Array, Array] | None:
        """For plain 2×2 pooling: the two rows of each window, their maximum, and its two columns."""
        if self.slide != Slide((2, 2), (2, 2), (0, 0, 0, 0), (1, 1)):
            return None
        x, (_, h, w, _) = squeezed(self.xs[0].cells), self.y.cells.shape
        upper, lower = x[:, : 2 * h : 2, : 2 * w], x[:, 1 : 2 * h : 2, : 2 * w]
        larger = self.scratch.take("larger of two rows", *upper.shape)
        return upper, lower, larger, larger[:, :, ::2], larger[:, :, 1::2]

    def forward(self) -> None:
        y = squeezed(self.y.cells)
        if self.pairs is not None:
            upper, lower, larger, left, right = self.pairs
            np.maximum(upper, lower, out=larger)
            np.maximum(left, right, out=y)
            return
        y.fill(-np.inf)
        for x, inside in self.taps(self.xs[0]):
            np.maximum(y[inside], x, out=y[inside])

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
            return Adjoint(lambda: None)
        y, given, out = squeezed(self.y.cells), squeezed(dy.cells), dx
        steps = [
            (x, y[inside], given[inside], to[0], inside)
            for (x, inside), to in zip(self.taps(self.xs[0]), self.taps(dx), strict=True)
        ]
        reach = [(k - 1) * d for k, d in zip(self.slide.kernel, self.slide.dilation, strict=True)]
        overlap = any(s <= r for s, r in zip(self.slide.stride, reach, strict=True))
        won, served = np.empty(y.shape, bool), np.empty(y.shape, bool)
        share = self.scratch.take("share of a gradient", *y.shape) if overlap else None

        def run() -> None:
            served.fill(False)
            if overlap:
                out.cells.fill(0)
            for x, largest, g, target, inside in steps:
                hit, done = won[inside], served[inside]
                np.equal(x, largest, out=hit)
                np.greater(hit, done, out=hit)
                if share is not None:
                    np.multiply(g, hit, out=share[inside])
                    np.add(target, share[inside], out=target)
                else:
                    np.multiply(g, hit, out=target)
                np.logical_or(done, hit, out=done)

        return Adjoint(run)


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
