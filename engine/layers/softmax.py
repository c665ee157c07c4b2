"""Softmax: logits in, probabilities out."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.layer import Partials, Saved
from convoscope.engine.layers._along import Along
from convoscope.engine.layers._text import place
from convoscope.engine.stable import softmax
from convoscope.engine.types import EVAL, Array, Index, Mode, Params


@dataclass(frozen=True)
class Softmax(Along):
    r"""Probabilities along one axis: positive, adding up to 1.

    Equation   p_j = exp(f_j − C) / Σ_k exp(f_k − C),  C = max f;   ∂p_j/∂f_i = p_j · (δ_ij − p_i)
    Shapes     any shape → the same shape
    Notes      C makes no difference to the value and keeps exp from overflowing. With `flat`, all axes from `axis` on
               are taken as one, as ONNX did before version 13.
    Raises     ShapeError when the input has no such axis.
    Source     the lecture, "Example: Softmax (for N inputs)"; ONNX Softmax-13
    """

    kind: ClassVar[str] = "softmax"
    onnx: ClassVar[tuple[str, ...]] = ("Softmax",)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        return softmax(xs[0], self.axes(xs[0].shape)), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        return (y * (dy - (dy * y).sum(axis=self.axes(y.shape), keepdims=True)),), {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        window = self.windows(xs[0].shape)[0]
        cells, f = window.cells(at), window.read(xs[0], at).astype(np.float64)
        largest, mine = float(f.max()), float(xs[0][at])
        every = np.exp(f - largest)
        top, total = float(np.exp(mine - largest)), float(every.sum())
        steps = [
            ex.Step("logit f", mine, mine),
            ex.Step("shifted f − max f", mine - largest, mine - largest),
            ex.Step("exp of it", top, top),
            ex.Step("sum of all exp", total, total),
            ex.Step("divided", top / total, top / total),
        ]
        row = self.row(at, y.shape)
        shifted = f"X[{row}] - X[{row}].max()"
        return ex.Explanation(
            "normalize",
            at,
            float(y[at]),
            r"p_j = \frac{e^{f_j - C}}{\sum_k e^{f_k - C}}, \quad C = \max_k f_k",
            f"out[{place(at)}] = np.exp(X[{place(at)}] - X[{row}].max()) / np.sum(np.exp({shifted}))",
            (ex.Operand("f", window.read(xs[0], at), cells, "x"), ex.Operand("exp(f − max f)", every)),
            ex.with_rounding(steps, float(y[at])),
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        readers, own = self.readers(cell, y)
        local = y[tuple(readers.T)] * (own - y[cell])
        row, here = self.row(cell, y.shape), place(cell)
        formula = (
            r"\frac{\partial L}{\partial f_i} = \sum_j \frac{\partial L}{\partial p_j} \, p_j \, (\delta_{ij} - p_i)"
        )
        line = f"dX[{here}] = out[{here}] * (dout[{here}] - np.sum(dout[{row}] * out[{row}]))"
        return Partials(readers, local.astype(y.dtype), "∂p/∂f", formula, line)
