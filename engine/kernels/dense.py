"""The dense layer as a matrix product, or as a matrix times a vector for one example."""

from collections.abc import Mapping, Sequence

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Kernel, Weights
from convoscope.engine.kernels.slot import Slot
from convoscope.engine.layer import Layer
from convoscope.engine.layers.dense import Dense
from convoscope.engine.types import Params, Shape


class DenseWeights(Weights):
    """weight: (K, D). bias: (K, 1)."""

    def __init__(self, layer: Layer, shapes: Mapping[str, Shape], dtype: np.dtype[np.floating]) -> None:
        super().__init__(layer, shapes, dtype)
        self.bias = np.zeros((shapes["weight"][0], 1), dtype)

    def load(self, params: Params) -> None:
        self.weight = np.ascontiguousarray(params["weight"], self.dtype)
        if "bias" in params:
            np.copyto(self.bias[:, 0], params["bias"])


class DenseKernel(Kernel):
    """Dense on (D, N)."""

    layers = (Dense,)
    weights = DenseWeights
    layer: Dense
    packed: DenseWeights

    def forward(self) -> None:
        x, y = self.xs[0].matrix, self.y.matrix
        if y.shape[1] == 1:
            np.dot(self.packed.weight, x[:, 0], out=y[:, 0])
        else:
            np.matmul(self.packed.weight, x, out=y)
        np.add(y, self.packed.bias, out=y)

    def adjoint(self, dy: Slot, dxs: Sequence[Slot | None]) -> Adjoint:
        (dx,), x, given = dxs, self.xs[0].matrix, dy.matrix
        weight, bias = np.zeros(self.packed.shapes["weight"], dy.dtype), np.zeros(len(given), dy.dtype)

        def run() -> None:
            if given.shape[1] == 1:
                np.multiply(given, x.T, out=weight)
            else:
                np.matmul(given, x.T, out=weight)
            np.add.reduce(given, 1, out=bias)
            if dx is not None:
                np.matmul(self.packed.weight.T, given, out=dx.matrix)

        return Adjoint(run, {"weight": weight} | ({"bias": bias} if self.layer.bias else {}))
