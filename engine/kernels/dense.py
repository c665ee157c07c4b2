"""The dense layer as a matrix product, or as a matrix times a vector for one example."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Call, Kernel, Weights
from convoscope.engine.kernels.slot import Slot
from convoscope.engine.layers.dense import Dense
from convoscope.engine.types import Params, Shape


class DenseWeights(Weights):
    """weight: (K, D). bias: (K, 1)."""

    layer: Dense

    def __init__(self, layer: Dense, x_shapes: Sequence[Shape], dtype: np.dtype[np.floating], params: Params) -> None:
        super().__init__(layer, x_shapes, dtype, params)
        self.weight = self.plain("weight")
        self.bias = self.plain("bias")[:, None] if layer.bias else np.zeros((layer.units, 1), dtype)

    def refresh(self) -> None:
        for mine, name in ((self.weight, "weight"), (self.bias[:, 0], "bias")):
            if name in self.params and not np.may_share_memory(mine, self.params[name]):
                np.copyto(mine, self.params[name])


class DenseKernel(Kernel[Slot]):
    """Dense on (D, N)."""

    layers = (Dense,)
    weights = DenseWeights
    layer: Dense
    packed: DenseWeights

    def prepare(self) -> list[Call]:
        x, y, w, b = self.xs[0].matrix, self.y.matrix, self.packed.weight, self.packed.bias
        if y.shape[1] == 1:
            product: Call = partial(np.dot, w, x[:, 0], out=y[:, 0])
        else:
            product = partial(np.matmul, w, x, out=y)
        return [product, partial(np.add, y, b, out=y)] if self.layer.bias else [product]

    def adjoint(self, dy: Slot, dxs: Sequence[Slot | None]) -> Adjoint:
        (dx,), x, g, w = dxs, self.xs[0].matrix, dy.matrix, self.packed.weight
        weight, bias, single = np.zeros_like(w), np.zeros(len(g), dy.dtype), g.shape[1] == 1
        calls: list[Call] = [partial(np.multiply if single else np.matmul, g, x.T, out=weight)]
        if dx is not None and single:
            calls.append(partial(np.dot, g[:, 0], w, out=dx.matrix[:, 0]))
        elif dx is not None:
            calls.append(partial(np.matmul, w.T, g, out=dx.matrix))
        if not self.layer.bias:
            return Adjoint(calls, {"weight": weight})
        total: Call = partial(np.copyto, bias, g[:, 0]) if single else partial(np.add.reduce, g, 1, out=bias)
        return Adjoint([*calls, total], {"weight": weight, "bias": bias})
