"""Global average pooling: each feature map becomes one number, its mean."""

import random
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.layer import Example, Partials, Saved
from convoscope.engine.layers._pooled import mean
from convoscope.engine.layers._pooling import GlobalPool
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params


@dataclass(frozen=True)
class GlobalAveragePool(GlobalPool):
    r"""Mean of each feature map.

    Equation   y[n,c,0,0] = (1/(H·W)) Σ_{i,j} x[n,c,i,j];   dL/dx = dL/dy / (H·W), the same for every cell
    Shapes     (N, C, H, W) → (N, C, 1, 1); any number of axes after the channels
    Raises     ShapeError when there is no axis after the channels.
    Source     Lin et al. 2013, section 3.2; ONNX GlobalAveragePool-22
    """

    kind: ClassVar[str] = "global_average_pool"
    onnx: ClassVar[tuple[str, ...]] = ("GlobalAveragePool",)
    picture: ClassVar[ex.Picture] = "reduce"

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        return xs[0].mean(axis=tuple(range(2, xs[0].ndim)), keepdims=True), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        x = xs[0].shape
        return (np.broadcast_to(dy / dy.dtype.type(prod(x[2:])), x).copy(),), {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        (x,) = xs
        return mean(
            at,
            y,
            self.windows(x.shape)[0],
            x,
            prod(x.shape[2:]),
            formula=r"y_c = \frac{1}{H W} \sum_{i,j} x_{c,i,j}",
            numpy=f"out[{place(at)}] = np.mean(X[{at[0]}, {at[1]}])",
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        reader, m = (*cell[:2], *(0 for _ in cell[2:])), prod(xs[0].shape[2:])
        formula = r"\frac{\partial L}{\partial x_{c,i,j}} = \frac{1}{H W} \frac{\partial L}{\partial y_c}"
        line = f"dX[{place(cell)}] = dout[{place(reader)}] / {m}"
        return Partials(np.array([reader]), np.array([1 / m], y.dtype), "1/(H·W)", formula, line)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        return Example(cls(), (cls.drawn_shape(draw),))
