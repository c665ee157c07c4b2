"""Convolution with stride 1 as matrix products over columns, a tile of them at a time.

A window's rows become the rows of a matrix, its columns become blocks of filters:

    P[v, k, t] = Σ_{c,u} w[k,c,u,v] · X[c, t + u·row]        one product, (kw·K) × (C·kh) × cells
    y[k, t]    = Σ_v P[v, k, t + v]                          kw shifted runs added

so the picture is copied kh times instead of kh·kw times, and each copy is a long run of memory (see slot.py). The bias
is one more row, of ones. Both sides of a product are filled up with zeros to a multiple of four, which BLAS multiplies
faster than what is odd. Backward: dL/dx is the convolution of dL/dy with the filters turned by 180°, by the same code;
dL/dw and dL/db come out of one product, of dL/dy shifted kw times with the columns.
Source: Chellapilla et al. 2006, "High performance convolutional neural networks for document processing" (columns);
Anderson et al. 2017, "Low-memory GEMM-based convolution algorithms", section 4 (shifted sums).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Kernel, Scratch, Weights
from convoscope.engine.kernels.slot import Margin, Slot
from convoscope.engine.layer import Layer
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.types import Array, Params, Shape, Sizes

TILE = 2048
"""Cells of one product: with ten channels all of it fits in the second cache."""


class ConvWeights(Weights):
    """forward: rows (v, k), columns (c, u) and the bias. turned: rows (v, c), columns (k, u), for dL/dx."""

    def __init__(self, layer: Layer, shapes: Mapping[str, Shape], dtype: np.dtype[np.floating]) -> None:
        super().__init__(layer, shapes, dtype)
        k, c, kh, kw = shapes["weight"]
        self.forward, self.turned = (
            np.zeros((fours(kw * k), fours(c * kh + 1)), dtype),
            np.zeros((fours(kw * c), fours(k * kh)), dtype),
        )
        self._filters = self.forward[: kw * k, : c * kh].reshape(kw, k, c, kh)
        self._turned = self.turned[: kw * c, : k * kh].reshape(kw, c, k, kh)
        self._bias = self.forward[:k, c * kh]

    def load(self, params: Params) -> None:
        w = params["weight"]
        np.copyto(self._filters, w.transpose(3, 0, 1, 2))
        np.copyto(self._turned, w[:, :, ::-1, ::-1].transpose(3, 1, 0, 2))
        if "bias" in params:
            np.copyto(self._bias, params["bias"])


class Columns:
    """A stretch of a slot as a matrix: rows (channel, u), then a row of ones if asked for, then zeros up to a four."""

    def __init__(self, runs: Array, start: int, stop: int, memory: Array, ones: bool) -> None:
        self.source = runs[..., start:stop]
        self.rows = self.source.shape[0] * self.source.shape[1]
        self.matrix, self.ones = memory, ones
        self.target = memory[: self.rows].reshape(self.source.shape)

    def fill(self) -> None:
        np.copyto(self.target, self.source)
        if self.rows < len(self.matrix):
            self.matrix[self.rows :] = 0
        if self.ones:
            self.matrix[self.rows] = 1


class Convolution:
    """out = the convolution of what `runs` reads with `filters`, tile by tile.

    shifts: how far to the right each block of the product is read. ones: whether the filters end in a bias.
    kept: whether the columns of the whole picture fit in one tile, which then stays filled for the backward pass.
    """

    def __init__(self, filters: Array, runs: Array, out: Slot, shifts: list[int], ones: bool, scratch: Scratch) -> None:
        self.filters, self.out, self.shifts = filters, out, shifts
        cut = spans(out.rows.shape[1], TILE)
        self.kept = len(cut) == 1 and out.room.picture[0] == 1 and ones
        self.tiles: list[tuple[Columns, Array, list[Array], Array]] = []
        for start, stop in cut:
            length = stop - start + shifts[-1]
            shape = filters.shape[1], length
            memory = np.zeros(shape, out.dtype) if self.kept else scratch.take("columns", *shape)
            columns = Columns(runs, start, start + length, memory, ones)
            product = scratch.take("products", len(filters), length)
            self.tiles.append((columns, product, self._parts(product, stop - start), out.rows[:, start:stop]))

    def _parts(self, product: Array, length: int) -> list[Array]:
        """Per column of the window, its block of the product from where it counts."""
        channels = len(self.out.rows)
        return [
            product[v * channels : (v + 1) * channels, shift : shift + length] for v, shift in enumerate(self.shifts)
        ]

    def run(self) -> None:
        """Fills `out`."""
        for columns, product, parts, target in self.tiles:
            columns.fill()
            np.matmul(self.filters, columns.matrix, out=product)
            if len(parts) == 1:
                np.copyto(target, parts[0])
            else:
                np.add(parts[0], parts[1], out=target)
            for part in parts[2:]:
                np.add(target, part, out=target)
        self.out.put_zeros_back()


class WeightGradient:
    """dL/dw and dL/db: dL/dy shifted once per column of the window, times the columns."""

    def __init__(self, kernel: "ConvColumns", dy: Slot) -> None:
        (k, c, kh, kw), forward, n = kernel.packed.shapes["weight"], kernel.forward_pass, dy.room.picture[0]
        self.product, self.part = np.zeros_like(kernel.packed.forward), np.zeros_like(kernel.packed.forward)
        self.tiles: list[tuple[Columns, Columns]] = []
        shift, length = kernel.layer.dilation[1] * n, dy.rows.shape[1] + kernel.shifts[-1]
        shifted = dy.shifted(kw, shift, length)
        for start, stop in [(0, length)] if forward.kept else spans(length, TILE):
            if forward.kept:
                columns = forward.tiles[0][0]
            else:
                memory = kernel.scratch.take("columns", self.product.shape[1], stop - start)
                columns = Columns(kernel.runs, start, stop, memory, ones=True)
            memory = kernel.scratch.take("products", len(self.product), stop - start)
            self.tiles.append((Columns(shifted, start, stop, memory, ones=False), columns))
        self.kept = forward.kept
        weight = self.product[: kw * k, : c * kh].reshape(kw, k, c, kh).transpose(1, 2, 3, 0)
        self.grads = {"weight": weight, "bias": self.product[:k, c * kh]}

    def run(self) -> None:
        into = self.product
        for given, columns in self.tiles:
            if not self.kept:
                columns.fill()
            given.fill()
            np.matmul(given.matrix, columns.matrix.T, out=into)
            if into is self.part:
                np.add(self.product, self.part, out=self.product)
            into = self.part


class ConvColumns(Kernel):
    """Conv2d with stride 1 and one group."""

    layers = (Conv2d,)
    ties = True
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

    def prepare(self) -> None:
        x, n, layer = self.xs[0], self.y.room.picture[0], self.layer
        self.shifts = [v * layer.dilation[1] * n for v in range(layer.kernel[1])]
        length = self.y.rows.shape[1] + self.shifts[-1]
        self.runs = x.runs(layer.kernel[0], layer.dilation[0], layer.slide(x.shape).padding, length)
        self.forward_pass = Convolution(self.packed.forward, self.runs, self.y, self.shifts, True, self.scratch)

    def forward(self) -> None:
        self.forward_pass.run()

    def adjoint(self, dy: Slot, dxs: Sequence[Slot | None]) -> Adjoint:
        (dx,), layer = dxs, self.layer
        weight = WeightGradient(self, dy)
        grads = weight.grads if layer.bias else {"weight": weight.grads["weight"]}
        if dx is None:
            return Adjoint(weight.run, grads)
        padding, length = turned_padding(layer, dx.shape), dx.rows.shape[1] + self.shifts[-1]
        runs = dy.runs(layer.kernel[0], layer.dilation[0], padding, length)
        data = Convolution(self.packed.turned, runs, dx, self.shifts, False, self.scratch)

        def run() -> None:
            weight.run()
            data.run()

        return Adjoint(run, grads)


def turned_padding(layer: Conv2d, x: Shape) -> Sizes:
    """The padding with which dL/dy is convolved to get dL/dx: what each side of the window lacks of its reach."""
    reach = [(k - 1) * d for k, d in zip(layer.kernel, layer.dilation, strict=True)]
    return tuple(r - p for r, p in zip(reach + reach, layer.slide(x).padding, strict=True))


def spans(length: int, size: int) -> list[tuple[int, int]]:
    """0 … length cut into stretches of nearly equal length, about `size` each."""
    step = -(-length // max(1, round(length / size)))
    return [(start, min(start + step, length)) for start in range(0, length, step)]


def fours(count: int) -> int:
    """The next multiple of four."""
    return -(-count // 4) * 4
