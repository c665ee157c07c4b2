"""Flatten: in batch-last memory the rows of one example already stand one under the other, so nothing is moved."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Call, Kernel
from convoscope.engine.kernels.runs import RunSlot
from convoscope.engine.layer import Layer
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.types import Shape


class FlattenKernel(Kernel[RunSlot]):
    """Flatten from axis 1 on."""

    layers = (Flatten,)
    aliases = True

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        (x,) = x_shapes
        return len(x) in (2, 4) and layer.output_shape(x)[0] == x[0]

    def prepare(self) -> list[Call]:
        (x,) = self.xs
        return [] if self.y.shares(x) else [partial(np.copyto, self.y.matrix.reshape(x.cells.shape), x.cells)]

    def adjoint(self, dy: RunSlot, dxs: Sequence[RunSlot | None]) -> Adjoint:
        (dx,) = dxs
        if dx is None or dx.shares(dy):
            return Adjoint([])
        return Adjoint([partial(np.copyto, dx.cells, dy.matrix.reshape(dx.cells.shape))])
