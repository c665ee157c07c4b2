"""Mean subtraction, the lecture's first layer to derive by hand: forward and backward are the same operation."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm
from convoscope.engine.geometry import Axis, Window
from convoscope.engine.layer import Example, Layer, Partials, Saved, require
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


@dataclass(frozen=True)
class MeanSubtraction(Layer):
    r"""Each number minus the mean over the channels at its place.

    Equation   h_i = x_i − (1/D) Σ_k x_k,  i and k are channels;   ∂h_i/∂x_j = δ_ij − 1/D,
               so dL/dx_j = dL/dh_j − (1/D) Σ_i dL/dh_i: the layer itself, applied to the gradient
    Shapes     (N, D, …) → the same
    Raises     ShapeError when there is no channel axis.
    Source     the lecture, "Example: Mean Subtraction (for a single input)"; in ONNX a ReduceMean and a Sub
    """

    kind: ClassVar[str] = "mean_subtraction"
    picture: ClassVar[ex.Picture] = "normalize"

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        require(len(x) > 1, lambda: f"mean_subtraction reads (N, D, …), but its input has shape {x}.")
        return x

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        channels = tuple(Axis(n, 0) if k == 1 else Axis() for k, n in enumerate(x))
        return (Window(channels, x, self.output_shape(x)),)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        return xs[0] - np.mean(xs[0], axis=1, keepdims=True), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        return self.forward(params, dy)[:1], {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        window = self.windows(xs[0].shape)[0]
        column, x = window.read(xs[0], at), float(xs[0][at])
        mean = float(column.mean(dtype=np.float64))
        steps = [("x", x), (f"mean of {column.size} channels", mean), ("x − mean", x - mean)]
        return ex.Explanation(
            "normalize",
            at,
            float(y[at]),
            r"h_i = x_i - \frac{1}{D} \sum_k x_k",
            f"out[{place(at)}] = X[{place(at)}] - np.mean(X[{_column(at)}])",
            (ex.Operand("x", column, window.cells(at), "x"),),
            ex.with_rounding([ex.Step(label, v, v) for label, v in steps], float(y[at])),
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        depth = y.shape[1]
        readers = np.array([(cell[0], i, *cell[2:]) for i in range(depth)])
        formula = (
            r"\frac{\partial L}{\partial x_j} = \frac{\partial L}{\partial h_j}"
            r" - \frac{1}{D} \sum_i \frac{\partial L}{\partial h_i}"
        )
        line = f"dX[{place(cell)}] = dout[{place(cell)}] - np.mean(dout[{_column(cell)}])"
        local = (np.arange(depth) == cell[1]) - 1 / depth
        return Partials(readers, local.astype(y.dtype), "δ − 1/D", formula, line)

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        mean = OnnxForm("ReduceMean", extras=(("axes", np.array([1])),), opset=18)
        return mean, OnnxForm("Sub", reads=(0, -1))

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        return Example(cls(), (tuple(draw.randint(1, 4) for _ in range(draw.randint(2, 4))),))


def _column(at: Index) -> str:
    """All channels at the place of `at`: `0, :, 5, 7`."""
    return ", ".join(":" if k == 1 else str(i) for k, i in enumerate(at))
