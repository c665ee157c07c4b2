"""Softmax over the classes, which batch-last memory holds as rows."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Call, Kernel
from convoscope.engine.kernels.slot import Slot
from convoscope.engine.layer import Layer
from convoscope.engine.layers.softmax import Softmax
from convoscope.engine.types import Array, Shape


class SoftmaxKernel(Kernel[Slot]):
    """Softmax of (N, K) along K."""

    layers = (Softmax,)

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        assert isinstance(layer, Softmax)
        return len(x_shapes[0]) == 2 and layer.axis in (1, -1)

    def prepare(self) -> list[Call]:
        f, p = row(self.xs[0].matrix), row(self.y.matrix)
        one = np.empty(p.shape[1:], p.dtype)
        return [
            partial(np.maximum.reduce, f, 0, out=one),
            partial(np.subtract, f, one, out=p),
            partial(np.exp, p, out=p),
            partial(np.add.reduce, p, 0, out=one),
            partial(np.divide, p, one, out=p),
        ]

    def adjoint(self, dy: Slot, dxs: Sequence[Slot | None]) -> Adjoint:
        (dx,) = dxs
        if dx is None:
            return Adjoint([])
        p, given, out = row(self.y.matrix), row(dy.matrix), row(dx.matrix)
        mean = np.empty(p.shape[1:], p.dtype)
        return Adjoint(
            [
                partial(np.multiply, given, p, out=out),
                partial(np.add.reduce, out, 0, out=mean),
                partial(np.subtract, given, mean, out=out),
                partial(np.multiply, out, p, out=out),
            ]
        )


def row(matrix: Array) -> Array:
    """(K, N), or (K,) for one example: with one axis less NumPy starts sooner."""
    return matrix[:, 0] if matrix.shape[1] == 1 else matrix
