"""Layers that look at one number at a time, a tile at a time: alone, or right behind the convolution before them."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Call, Kernel, Weights
from convoscope.engine.kernels.wide.pixels import PixelSlot
from convoscope.engine.kernels.wide.tiles import Tile, cut, fill, program
from convoscope.engine.layer import Layer
from convoscope.engine.layers.add import Add
from convoscope.engine.layers.batch_norm import BatchNorm
from convoscope.engine.layers.clip import Clip
from convoscope.engine.layers.relu import ReLU
from convoscope.engine.types import Array, Params, Shape


class Elementwise(Kernel[PixelSlot]):
    """Base: a subclass says what happens to the rows of a tile, forward and backward."""

    follows = True

    def prepare(self) -> list[Call]:
        return program(fill(self.tiles(), self.forward_tile))

    def tiles(self) -> list[Tile]:
        """The output, in tiles."""
        shape = self.y.cells.shape
        rows = shape[1] if len(shape) == 4 else 1
        return cut(shape[0] if len(shape) == 4 else 1, rows, 3 * self.y.cells.nbytes / max(shape[0] * rows, 1))

    def part(self, slot: PixelSlot, tile: Tile) -> Array:
        """The rows of a tile in a slot."""
        return slot.cells[tile.n, tile.start : tile.stop] if slot.cells.ndim == 4 else slot.cells

    def forward_tile(self, tile: Tile) -> list[Call]:
        """What makes the output's rows."""
        raise NotImplementedError


class WideReLU(Elementwise):
    """ReLU."""

    layers = (ReLU,)

    def forward_tile(self, tile: Tile) -> list[Call]:
        x, y = self.part(self.xs[0], tile), self.part(self.y, tile)
        zeros = self.scratch.flat("zeros", *x.shape)  # NumPy is three times faster with an array than with the number 0
        return [partial(np.maximum, x, zeros, out=y)]

    def adjoint(self, dy: PixelSlot, dxs: Sequence[PixelSlot | None]) -> Adjoint:
        (dx,) = dxs
        if dx is None:
            return Adjoint([])

        def tile(tile: Tile) -> list[Call]:
            x, g, out = self.part(self.xs[0], tile), self.part(dy, tile), self.part(dx, tile)
            gate = self.scratch.flat(f"gate {tile.thread}", *x.shape, dtype=np.bool_)
            return [partial(np.greater, x, x.dtype.type(0), out=gate), partial(np.multiply, g, gate, out=out)]

        return Adjoint(program(fill(self.tiles(), tile)))


class WideClip(Elementwise):
    """Clip with both bounds, the rectifier of mobile networks."""

    layers = (Clip,)
    layer: Clip

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        assert isinstance(layer, Clip)
        return layer.min is not None and layer.max is not None and layer.min <= layer.max

    def forward_tile(self, tile: Tile) -> list[Call]:
        x, y = self.part(self.xs[0], tile), self.part(self.y, tile)
        bounds = [self.scratch.flat(f"bound {b}", *x.shape) for b in (self.layer.min, self.layer.max)]
        for array, bound in zip(bounds, (self.layer.min, self.layer.max), strict=True):
            array.fill(bound)
        return [partial(np.maximum, x, bounds[0], out=y), partial(np.minimum, y, bounds[1], out=y)]

    def adjoint(self, dy: PixelSlot, dxs: Sequence[PixelSlot | None]) -> Adjoint:
        (dx,) = dxs
        if dx is None:
            return Adjoint([])
        low, high = (self.y.dtype.type(b) for b in (self.layer.min, self.layer.max))

        def tile(tile: Tile) -> list[Call]:
            x, g, out = self.part(self.xs[0], tile), self.part(dy, tile), self.part(dx, tile)
            above, below = (
                self.scratch.flat(f"{b} {tile.thread}", *x.shape, dtype=np.bool_) for b in ("above", "below")
            )
            return [
                partial(np.greater, x, low, out=above),
                partial(np.less, x, high, out=below),
                partial(np.logical_and, above, below, out=above),
                partial(np.multiply, g, above, out=out),
            ]

        return Adjoint(program(fill(self.tiles(), tile)))


class WideAdd(Elementwise):
    """The sum of two arrays of one shape."""

    layers = (Add,)

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        return len(x_shapes) == 2 and x_shapes[0] == x_shapes[1]

    def forward_tile(self, tile: Tile) -> list[Call]:
        a, b = (self.part(x, tile) for x in self.xs)
        return [partial(np.add, a, b, out=self.part(self.y, tile))]

    def adjoint(self, dy: PixelSlot, dxs: Sequence[PixelSlot | None]) -> Adjoint:
        return Adjoint([partial(np.copyto, dx.cells, dy.cells) for dx in dxs if dx is not None])


class BatchNormWeights(Weights):
    """The line that batch normalisation is in inference: y = slope · x + offset; and what its gradients need."""

    layer: BatchNorm

    def __init__(
        self, layer: BatchNorm, x_shapes: Sequence[Shape], dtype: np.dtype[np.floating], params: Params
    ) -> None:
        super().__init__(layer, x_shapes, dtype, params)
        self.slope, self.offset, self.mean, self.inverse = (np.zeros(self.shapes["mean"], dtype) for _ in range(4))
        self.refresh()

    def refresh(self) -> None:
        params = self.params
        self.mean[:] = params["mean"]
        self.inverse[:] = 1 / np.sqrt(params["variance"].astype(np.float64) + self.layer.epsilon)
        self.slope[:] = params["weight"] * self.inverse
        self.offset[:] = params["bias"] - self.mean.astype(np.float64) * self.slope


class WideBatchNorm(Elementwise):
    """Batch normalisation by its running statistics."""

    layers = (BatchNorm,)
    layer: BatchNorm
    weights = BatchNormWeights
    packed: BatchNormWeights

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        assert isinstance(layer, BatchNorm)
        return not layer.training_mode and len(x_shapes[0]) == 4

    def forward_tile(self, tile: Tile) -> list[Call]:
        x, y = self.part(self.xs[0], tile), self.part(self.y, tile)
        return [partial(np.multiply, x, self.packed.slope, out=y), partial(np.add, y, self.packed.offset, out=y)]

    def adjoint(self, dy: PixelSlot, dxs: Sequence[PixelSlot | None]) -> Adjoint:
        (dx,), w, tiles = dxs, self.packed, self.tiles()
        grads = {name: np.zeros_like(w.mean) for name in ("weight", "bias", "mean", "variance")}
        sums = np.zeros((2, len(tiles), len(w.mean)), dy.dtype)  # of dy, and of dy · (x − mean), by tile

        def tile(tile: Tile) -> list[Call]:
            x, g, k = self.part(self.xs[0], tile), self.part(dy, tile), tiles.index(tile)
            centred = self.scratch.flat(f"centred {tile.thread}", *x.shape)
            calls: list[Call] = [
                partial(np.add.reduce, g, (0, 1), out=sums[0, k]),
                partial(np.subtract, x, w.mean, out=centred),
                partial(np.einsum, "hwc,hwc->c", centred, g, out=sums[1, k]),
            ]
            return calls if dx is None else [*calls, partial(np.multiply, g, w.slope, out=self.part(dx, tile))]

        def gather() -> None:
            total, centred = sums.sum(axis=1)
            grads["bias"][:], grads["weight"][:] = total, centred * w.inverse
            grads["mean"][:] = -w.slope * total
            grads["variance"][:] = -0.5 * w.slope * w.inverse * grads["weight"]

        return Adjoint([*program(fill(tiles, tile)), gather], grads)
