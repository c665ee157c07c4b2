"""Convolution with stride 1 as matrix products over columns, a tile of them at a time.

The window's cells are shared out: some become rows of a matrix of columns, the others blocks of filters:

    P[v, k, t] = Σ_{c,u} w[k,c,u,v] · X[c, t + u·row]        one product, (kw·K) × (C·kh) × cells
    y[k, t]    = Σ_v P[v, k, t + v]                          kw shifted runs added

so a large picture is copied kh times instead of kh·kw times, and each copy is a long run of memory (see slot.py). Of a
small picture, or one with few channels, all cells become rows, and nothing is left to add. The bias is one more row,
of ones. Both sides of a product are filled up with zeros to a multiple of four, which BLAS multiplies faster than what
is odd. Backward: dL/dx is the convolution of dL/dy with the filters turned by 180°, by the same code; dL/dw and dL/db
come out of one product, of dL/dy shifted once per block with the columns.
Source: Chellapilla et al. 2006, "High performance convolutional neural networks for document processing" (columns);
Anderson et al. 2017, "Low-memory GEMM-based convolution algorithms", section 4 (shifted sums).
"""

from collections.abc import Sequence
from functools import partial

import numpy as np

from convoscope.engine.kernels import blas
from convoscope.engine.kernels.kernel import Adjoint, Call, Kernel, Weights
from convoscope.engine.kernels.memory import Scratch
from convoscope.engine.kernels.runs import RunSlot
from convoscope.engine.kernels.slot import Margin
from convoscope.engine.layer import Layer
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.types import Array, Params, Shape, Sizes

TILE = 2048
"""Cells of one product: with ten channels all of it fits in the second cache."""


def blocks_of(channels: int, filters: int, kernel: Sizes, cells: int) -> int:
    """Into how many blocks the filters are split: one per column of the window, or one, whichever takes less time."""
    return min((1, kernel[1]), key=lambda blocks: microseconds(blocks, channels, filters, kernel, cells))


def microseconds(blocks: int, channels: int, filters: int, kernel: Sizes, cells: int) -> float:
    """About what a product, its columns and its sums take: a few measured numbers, good enough to choose by."""
    height, width = fours(blocks * filters), fours(channels * kernel[0] * kernel[1] // blocks + 1)
    if blas.LONG:
        slim = 0.5 + filters * cells / 3_500
        return 1.6 + max(blocks * filters, 5) * width * cells / 110_000 + width * cells / 28_000 + (blocks - 1) * slim
    product = 1 + height * width * cells * (height + 6) / height / 50_000  # slim matrices are multiplied slowly
    copied = 0.6 + width * cells / 18_000
    return product + copied + (blocks - 1) * (0.8 + filters * cells / 3_500)


class ConvWeights(Weights):
    """forward: rows (block, k), columns (c, u, v) and the bias. turned: rows (block, c), columns (k, u, v).

    With one block, v runs over the columns of the window; with a block for each of them, v has one value.
    """

    layer: Conv2d

    def __init__(self, layer: Conv2d, x_shapes: Sequence[Shape], dtype: np.dtype[np.floating], params: Params) -> None:
        super().__init__(layer, x_shapes, dtype, params)
        (k, c, kh, kw), (n, _, h, w) = self.shapes["weight"], x_shapes[0]
        self.blocks, self.turned_blocks = (blocks_of(a, b, (kh, kw), n * h * w) for a, b in ((c, k), (k, c)))
        self.forward, self._filters = _matrix(self.blocks, k, c, kh, kw, dtype)
        self.turned, self._turned = _matrix(self.turned_blocks, c, k, kh, kw, dtype)
        self._bias = self.forward[:k, c * kh * kw // self.blocks]
        self.refresh()

    def refresh(self) -> None:
        w = self.params["weight"]
        np.copyto(self._filters, _split(w, self.blocks))
        np.copyto(self._turned, _split(w[:, :, ::-1, ::-1].swapaxes(0, 1), self.turned_blocks))
        if self.layer.bias:
            np.copyto(self._bias, self.params["bias"])


def _matrix(blocks: int, k: int, c: int, kh: int, kw: int, dtype: np.dtype[np.floating]) -> tuple[Array, Array]:
    """Zeros for filters in blocks, and the view (block, k, c, u, v) of those that are filled."""
    height, width = blocks * k, c * kh * kw // blocks
    matrix = np.zeros((fours(height) if blocks > 1 else height, fours(width + 1)), dtype)
    return matrix, matrix[:height, :width].reshape(blocks, k, c, kh, kw // blocks)


def _split(w: Array, blocks: int) -> Array:
    """(K, C, kh, kw) → (block, K, C, kh, kw / blocks)."""
    return w[None] if blocks == 1 else w.transpose(3, 0, 1, 2)[..., None]


class Columns:
    """A stretch of a slot as a matrix: rows of windows, then a row of ones if asked for, then zeros up to a four."""

    def __init__(
        self, taps: Array, start: int, stop: int, height: int, ones: bool, scratch: Scratch, kept: bool = False
    ) -> None:
        source = taps[..., start:stop]
        rows, name = int(np.prod(taps.shape[:-1])), f"columns {taps.shape[:-1]} {ones}"
        shape = height, stop - start
        self.matrix = scratch.own(*shape) if kept else scratch.take(name, *shape)
        if ones:
            self.matrix[rows] = 1
        self.fill: Call = partial(np.copyto, self.matrix[:rows].reshape(source.shape), source)


class Convolution:
    """out = the convolution of what `taps` reads with `filters`, tile by tile.

    shifts: how far to the right each block of the product is read. ones: whether the filters end in a bias.
    kept: whether the columns of the whole picture fit in one tile, which then stays filled for the backward pass.
    """

    def __init__(
        self, filters: Array, taps: Array, out: RunSlot, shifts: list[int], ones: bool, scratch: Scratch
    ) -> None:
        self.filters, self.out, self.shifts, self.scratch = filters, out, shifts, scratch
        cut = spans(out.rows.shape[1], blas.cells(filters, TILE))
        self.kept = len(cut) == 1 and out.room.picture[0] == 1 and ones
        self.columns, self.calls = list[Columns](), list[Call]()
        for start, stop in cut:
            last = stop + shifts[-1]
            columns = Columns(taps, start, last, filters.shape[1], ones, scratch, self.kept)
            self.columns.append(columns)
            self.calls += [columns.fill, *self._product(columns.matrix, start, stop)]
        if out.gaps is not None:
            self.calls.append(partial(out.gaps.fill, 0))

    def _product(self, columns: Array, start: int, stop: int) -> list[Call]:
        out, channels, length = self.out.rows[:, start:stop], len(self.out.rows), stop - start
        if len(self.shifts) == 1:
            return [partial(np.matmul, self.filters, columns, out=out)]
        product = self.scratch.take("products", len(self.filters), columns.shape[1])
        first, second, *rest = (
            product[b * channels : (b + 1) * channels, shift : shift + length] for b, shift in enumerate(self.shifts)
        )
        return [
            partial(np.matmul, self.filters, columns, out=product),
            partial(np.add, first, second, out=out),
            *(partial(np.add, out, part, out=out) for part in rest),
        ]


class ConvColumns(Kernel[RunSlot]):
    """Conv2d with stride 1 and one group."""

    layers = (Conv2d,)
    ties = sums_gaps = True
    weights = ConvWeights
    layer: Conv2d
    packed: ConvWeights

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        assert isinstance(layer, Conv2d)
        if len(layer.kernel) != 2 or layer.stride != (1, 1) or layer.groups != 1:
            return False
        return min(turned_padding(layer, x_shapes[0])) >= 0

    @classmethod
    def margin(cls, layer: Layer, *x_shapes: Shape) -> Margin:
        assert isinstance(layer, Conv2d)
        return Margin(*layer.slide(x_shapes[0]).padding)

    @classmethod
    def adjoint_margin(cls, layer: Layer, *x_shapes: Shape) -> Margin:
        """What dL/dx reads; and a row of zeros below, which the windows that wrap around there meet in dL/dw."""
        assert isinstance(layer, Conv2d)
        top, left, bottom, right = turned_padding(layer, x_shapes[0])
        return Margin(top, left, max(bottom, layer.kernel[1] > 1), right)

    def prepare(self) -> list[Call]:
        x, padding = self.xs[0], self.layer.slide(self.xs[0].shape).padding
        self.taps, self.shifts = self._taps(x, padding, self.packed.blocks, self.y.rows.shape[1])
        self.run = Convolution(self.packed.forward, self.taps, self.y, self.shifts, True, self.scratch)
        return self.run.calls

    def _taps(self, slot: RunSlot, padding: Sizes, blocks: int, length: int) -> tuple[Array, list[int]]:
        """The windows of a slot as runs (C, kh, kw / blocks, length), and how far the blocks are apart."""
        (kh, kw), dilation, n = self.layer.kernel, self.layer.dilation, self.y.room.picture[0]
        shifts = [b * dilation[1] * n for b in range(blocks)]
        return slot.taps((kh, kw // blocks), dilation, padding, length + shifts[-1]), shifts

    def adjoint(self, dy: RunSlot, dxs: Sequence[RunSlot | None]) -> Adjoint:
        (dx,), weight = dxs, WeightGradient(self, dy)
        grads = weight.grads if self.layer.bias else {"weight": weight.grads["weight"]}
        if dx is None:
            return Adjoint(weight.calls, grads)
        padding = turned_padding(self.layer, dx.shape)
        taps, shifts = self._taps(dy, padding, self.packed.turned_blocks, dx.rows.shape[1])
        data = Convolution(self.packed.turned, taps, dx, shifts, False, self.scratch)
        return Adjoint(weight.calls + data.calls, grads)


class WeightGradient:
    """dL/dw and dL/db: dL/dy shifted once per block, times the columns."""

    def __init__(self, kernel: ConvColumns, dy: RunSlot) -> None:
        (k, c, kh, kw), blocks = kernel.packed.shapes["weight"], kernel.packed.blocks
        product, part = np.zeros_like(kernel.packed.forward), np.zeros_like(kernel.packed.forward)
        self.calls: list[Call] = []
        length, ones = dy.rows.shape[1] + kernel.shifts[-1], True
        shifted = dy.shifted(blocks, kernel.shifts[-1] // max(blocks - 1, 1), length)
        into = product
        for start, stop in [(0, length)] if kernel.run.kept else spans(length, blas.cells(product, TILE)):
            if kernel.run.kept:
                columns = kernel.run.columns[0]
            else:
                columns = Columns(kernel.taps, start, stop, product.shape[1], ones, kernel.scratch)
                self.calls.append(columns.fill)
            if blocks == 1:
                given = dy.rows[:, start:stop]
            else:
                stacked = Columns(shifted, start, stop, len(product), False, kernel.scratch)
                self.calls.append(stacked.fill)
                given = stacked.matrix
            self.calls.append(blas.product_over_cells(given, columns.matrix, into))
            if into is part:
                self.calls.append(partial(np.add, product, part, out=product))
            into = part
        weight = product[: blocks * k, : c * kh * kw // blocks].reshape(blocks, k, c, kh, kw // blocks)
        natural = weight[0] if blocks == 1 else weight[..., 0].transpose(1, 2, 3, 0)
        self.grads = {"weight": natural, "bias": product[:k, c * kh * kw // blocks]}


def turned_padding(layer: Conv2d, x: Shape) -> Sizes:
    """The padding with which dL/dy is convolved to get dL/dx: what each side of the window lacks of its reach."""
    reach = [(k - 1) * d for k, d in zip(layer.kernel, layer.dilation, strict=True)]
    return tuple(r - p for r, p in zip(reach + reach, layer.slide(x).padding, strict=True))


def spans(length: int, size: int) -> list[tuple[int, int]]:
    """0 … length cut into stretches of nearly equal length, about `size` each; no more, where products are small."""
    step = -(-length // max(1, -(-length // size) if blas.LONG else round(length / size)))
    return [(start, min(start + step, length)) for start in range(0, length, step)]


def fours(count: int) -> int:
    """The next multiple of four."""
    return -(-count // 4) * 4
