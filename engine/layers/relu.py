"""The rectifier: a gate that lets positive numbers through."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.geometry import Window, pointwise
from convoscope.engine.layer import Example, Layer, Partials, Saved
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


@dataclass(frozen=True)
class ReLU(Layer):
    r"""The larger of each number and 0.

    Equation   y = max(0, x);   dL/dx = dL/dy where x > 0, else 0
    Shapes     any shape → the same shape
    Notes      At x = 0 the gate is shut: the derivative used there is 0, as in PyTorch.
    Source     Nair and Hinton 2010, section 2; ONNX Relu-14
    """

    kind: ClassVar[str] = "relu"
    onnx: ClassVar[tuple[str, ...]] = ("Relu",)
    picture: ClassVar[ex.Picture] = "pointwise"

    def output_shape(self, *x_shapes: Shape) -> Shape:
        return x_shapes[0]

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        return (pointwise(x_shapes[0]),)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        return np.maximum(xs[0], 0), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        return (dy * (xs[0] > 0),), {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        x = xs[0][at]
        steps = (ex.Step("x", float(x), float(x)), ex.Step("max(0, x)", float(y[at]), float(y[at])))
        cells = tuple([i] for i in at)
        operand = ex.Operand("x", x.reshape((1,) * len(at)), cells, "x")
        line = f"out[{place(at)}] = np.maximum(X[{place(at)}], 0)"
        return ex.Explanation("pointwise", at, float(y[at]), r"y = \max(0, x)", line, (operand,), steps)

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        gate = np.array([xs[0][cell] > 0], y.dtype)
        formula = r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \cdot [x > 0]"
        line = f"dX[{place(cell)}] = dout[{place(cell)}] * (X[{place(cell)}] > 0)"
        return Partials(np.array([cell]), gate, "[x > 0]", formula, line)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        rank = draw.randint(1, 4)
        return Example(cls(), (tuple(draw.randint(1, 4) for _ in range(rank)),), kinks=(0.0,))
