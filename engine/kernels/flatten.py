"""Flatten: in batch-last memory the rows of one example already stand one under the other, so nothing is moved."""

from collections.abc import Sequence

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Kernel
from convoscope.engine.kernels.slot import Slot
from convoscope.engine.layer import Layer
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.types import Shape


class FlattenKernel(Kernel):
    """Flatten from axis 1 on."""

    layers = (Flatten,)
    aliases = True

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        assert isinstance(layer, Flatten)
        return layer.axis in (1, 1 - len(x_shapes[0])) and len(x_shapes[0]) in (2, 4)

    def prepare(self) -> None:
        self.aliased = self.y.shares(self.xs[0])

    def forward(self) -> None:
        if not self.aliased:
            np.copyto(self.y.matrix.reshape(self.xs[0].cells.shape), self.xs[0].cells)

    def adjoint(self, dy: Slot, dxs: Sequence[Slot | None]) -> Adjoint:
        (dx,) = dxs
        if dx is None or dx.shares(dy):
            return Adjoint(lambda: None)
        target, given = dx.cells, dy.matrix.reshape(dx.cells.shape)
        return Adjoint(lambda: np.copyto(target, given))
