"""The logarithm of softmax: logits in, log-probabilities out."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.layer import Partials, Saved
from convoscope.engine.layers._along import Along
from convoscope.engine.layers._text import place
from convoscope.engine.stable import log_softmax
from convoscope.engine.types import EVAL, Array, Index, Mode, Params


@dataclass(frozen=True)
class LogSoftmax(Along):
    r"""Log-probabilities along one axis: none above 0, their exponentials adding up to 1.

    Equation   y_j = f_j − C − log Σ_k exp(f_k − C),  C = max f;   ∂y_j/∂f_i = δ_ij − exp(y_i)
    Shapes     any shape → the same shape
    Notes      Finite where the probability itself is too small for a number. With `flat`, all axes from `axis` on are
               taken as one, as ONNX did before version 13.
    Raises     ShapeError when the input has no such axis.
    Source     Goodfellow et al. 2016, section 6.2.2.3; ONNX LogSoftmax-13
    """

    kind: ClassVar[str] = "log_softmax"
    onnx: ClassVar[tuple[str, ...]] = ("LogSoftmax",)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        return log_softmax(xs[0], self.axes(xs[0].shape)), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        return (dy - np.exp(y) * dy.sum(axis=self.axes(y.shape), keepdims=True),), {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        window = self.windows(xs[0].shape)[0]
        cells, f = window.cells(at), window.read(xs[0], at).astype(np.float64)
        largest, mine = float(f.max()), float(xs[0][at])
        total = float(np.exp(f - largest).sum())
        named = {
            "logit f": mine,
            "shifted f − max f": mine - largest,
            "sum of all exp": total,
            "log of the sum": float(np.log(total)),
            "shifted − log": mine - largest - float(np.log(total)),
        }
        row = self.row(at, y.shape)
        shifted = f"X[{row}] - X[{row}].max()"
        return ex.Explanation(
            "normalize",
            at,
            float(y[at]),
            r"y_j = f_j - C - \log \sum_k e^{f_k - C}, \quad C = \max_k f_k",
            f"out[{place(at)}] = X[{place(at)}] - X[{row}].max() - np.log(np.sum(np.exp({shifted})))",
            (ex.Operand("f", window.read(xs[0], at), cells, "x"),),
            ex.with_rounding([ex.Step(label, v, v) for label, v in named.items()], float(y[at])),
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        readers, own = self.readers(cell, y)
        row, here = self.row(cell, y.shape), place(cell)
        formula = r"\frac{\partial L}{\partial f_i} = \sum_j \frac{\partial L}{\partial y_j} \, (\delta_{ij} - e^{y_i})"
        line = f"dX[{here}] = dout[{here}] - np.exp(out[{here}]) * np.sum(dout[{row}])"
        return Partials(readers, (own - np.exp(y[cell])).astype(y.dtype), "∂y/∂f", formula, line)
