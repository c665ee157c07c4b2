"""Softmax over the classes, which batch-last memory holds as rows."""

from collections.abc import Sequence

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Kernel
from convoscope.engine.kernels.slot import Slot
from convoscope.engine.layer import Layer
from convoscope.engine.layers.softmax import Softmax
from convoscope.engine.types import Shape


class SoftmaxKernel(Kernel):
    """Softmax of (N, K) along K."""

    layers = (Softmax,)

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        assert isinstance(layer, Softmax)
        return len(x_shapes[0]) == 2 and layer.axis in (1, -1)

    def forward(self) -> None:
        f, p = self.xs[0].matrix, self.y.matrix
        np.subtract(f, f.max(axis=0), out=p)
        np.exp(p, out=p)
        np.divide(p, p.sum(axis=0), out=p)

    def adjoint(self, dy: Slot, dxs: Sequence[Slot | None]) -> Adjoint:
        (dx,) = dxs
        if dx is None:
            return Adjoint(lambda: None)
        p, given, out = self.y.matrix, dy.matrix, dx.matrix

        def run() -> None:
            np.multiply(given, p, out=out)
            mean = out.sum(axis=0)
            np.subtract(given, mean, out=out)
            np.multiply(out, p, out=out)

        return Adjoint(run)
