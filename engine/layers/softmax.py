"""Softmax: logits in, probabilities out."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.geometry import Axis, Window
from convoscope.engine.layer import Example, Layer, Partials, Saved
from convoscope.engine.layers._text import place
from convoscope.engine.stable import softmax
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


@dataclass(frozen=True)
class Softmax(Layer):
    r"""Probabilities along one axis: positive, adding up to 1.

    Equation   p_j = exp(f_j − C) / Σ_k exp(f_k − C),  C = max f;   ∂p_j/∂f_i = p_j · (δ_ij − p_i)
    Shapes     any shape → the same shape
    Notes      C makes no difference to the value and keeps exp from overflowing.
    Source     the lecture, "Example: Softmax (for N inputs)"; ONNX Softmax-13
    """

    axis: int = -1

    kind: ClassVar[str] = "softmax"
    onnx: ClassVar[tuple[str, ...]] = ("Softmax",)
    picture: ClassVar[ex.Picture] = "normalize"

    def output_shape(self, *x_shapes: Shape) -> Shape:
        return x_shapes[0]

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        axis = self.axis % len(x)
        return (Window(tuple(Axis(n, 0) if k == axis else Axis() for k, n in enumerate(x)), x, x),)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        return softmax(xs[0], self.axis), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        return (y * (dy - (dy * y).sum(axis=self.axis, keepdims=True)),), {}

    def _row(self, at: Index) -> str:
        return ", ".join(":" if k == self.axis % len(at) else str(i) for k, i in enumerate(at))

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        window = self.windows(xs[0].shape)[0]
        cells, f = window.cells(at), window.read(xs[0], at).astype(np.float64)
        largest, mine = float(f.max()), float(xs[0][at])
        top, total = float(np.exp(mine - largest)), float(np.exp(f - largest).sum())
        steps = [
            ex.Step("logit f", mine, mine),
            ex.Step("shifted f − max f", mine - largest, mine - largest),
            ex.Step("exp of it", top, top),
            ex.Step("sum of all exp", total, total),
            ex.Step("divided", top / total, top / total),
        ]
        row = self._row(at)
        shifted = f"X[{row}] - X[{row}].max()"
        return ex.Explanation(
            "normalize",
            at,
            float(y[at]),
            r"p_j = \frac{e^{f_j - C}}{\sum_k e^{f_k - C}}, \quad C = \max_k f_k",
            f"out[{place(at)}] = np.exp(X[{place(at)}] - X[{row}].max()) / np.sum(np.exp({shifted}))",
            (ex.Operand("f", window.read(xs[0], at), cells, "x"),),
            ex.with_rounding(steps, float(y[at])),
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        axis = self.axis % y.ndim
        readers = np.array([(*cell[:axis], j, *cell[axis + 1 :]) for j in range(y.shape[axis])])
        p = y[tuple(readers.T)]
        row, here = self._row(cell), place(cell)
        formula = (
            r"\frac{\partial L}{\partial f_i} = \sum_j \frac{\partial L}{\partial p_j} \, p_j \, (\delta_{ij} - p_i)"
        )
        line = (
            f"dX[{here}] = np.sum(dout[{row}] * out[{row}] * "
            f"((np.arange({y.shape[axis]}) == {cell[axis]}) - out[{here}]))"
        )
        local = p * ((np.arange(len(p)) == cell[axis]) - y[cell])
        return Partials(readers, local.astype(y.dtype), "∂p/∂f", formula, line)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(1, 4) for _ in range(draw.randint(2, 4)))
        axis = draw.randint(1, len(shape) - 1)
        return Example(cls(draw.choice([axis, axis - len(shape)])), (shape,))
