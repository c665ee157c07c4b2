"""Flatten, and the mean of each channel, where pixels come with all of their channels."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Call, Kernel
from convoscope.engine.kernels.wide.pixels import PixelSlot
from convoscope.engine.layer import Layer
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.layers.global_average_pool import GlobalAveragePool
from convoscope.engine.types import Shape


class WideFlatten(Kernel[PixelSlot]):
    """Flatten from axis 1 on: rows of numbers in NCHW order."""

    layers = (Flatten,)

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        (x,) = x_shapes
        return len(x) in (2, 4) and layer.output_shape(x)[0] == x[0]

    def prepare(self) -> list[Call]:
        (x,) = self.xs
        return [partial(np.copyto, self.y.whole.reshape(x.shape), x.natural)]

    def adjoint(self, dy: PixelSlot, dxs: Sequence[PixelSlot | None]) -> Adjoint:
        (dx,) = dxs
        return Adjoint([] if dx is None else [partial(np.copyto, dx.natural, dy.whole.reshape(dx.shape))])


class WideGlobalAveragePool(Kernel[PixelSlot]):
    """The mean of each channel of a picture."""

    layers = (GlobalAveragePool,)

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        return len(x_shapes[0]) == 4

    def prepare(self) -> list[Call]:
        x, y = self.xs[0].cells, self.y.cells[:, 0, 0]
        share = y.dtype.type(1 / (x.shape[1] * x.shape[2]))
        return [partial(np.add.reduce, x, (1, 2), out=y), partial(np.multiply, y, share, out=y)]

    def adjoint(self, dy: PixelSlot, dxs: Sequence[PixelSlot | None]) -> Adjoint:
        (dx,) = dxs
        if dx is None:
            return Adjoint([])
        share = dy.dtype.type(1 / (dx.cells.shape[1] * dx.cells.shape[2]))
        return Adjoint([partial(np.multiply, dy.cells, share, out=dx.cells)])
