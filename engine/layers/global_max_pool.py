"""Global max pooling: each feature map becomes one number, its largest."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.layer import Example, Partials, Saved
from convoscope.engine.layers._pooling import GlobalPool
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params


@dataclass(frozen=True)
class GlobalMaxPool(GlobalPool):
    r"""Largest number of each feature map: was the pattern seen anywhere?

    Equation   y[n,c,0,0] = max_{i,j} x[n,c,i,j];   dL/dx = dL/dy at the winner, 0 elsewhere
    Shapes     (N, C, H, W) → (N, C, 1, 1); any number of axes after the channels
    Notes      Ties go to the first of the equal maxima in reading order, forward and backward.
    Raises     ShapeError when there is no axis after the channels.
    Source     Oquab et al. 2015, section 3.2; ONNX GlobalMaxPool-22
    """

    kind: ClassVar[str] = "global_max_pool"
    onnx: ClassVar[tuple[str, ...]] = ("GlobalMaxPool",)
    picture: ClassVar[ex.Picture] = "reduce"

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        flat = xs[0].reshape(*xs[0].shape[:2], -1)
        winner = flat.argmax(axis=-1)  # the first of equal maxima
        return flat.max(axis=-1).reshape(self.output_shape(xs[0].shape)), winner

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        (x,), (n, c) = xs, dy.shape[:2]
        won = saved[..., None] == np.arange(x[0, 0].size)
        return ((dy.reshape(n, c, 1) * won).reshape(x.shape),), {}

    def _winner(self, saved: Saved, at: Index, x: Array) -> Index:
        return *at[:2], *(int(i) for i in np.unravel_index(saved[at[:2]], x.shape[2:]))

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        window, value = self.windows(xs[0].shape)[0], float(y[at])
        return ex.Explanation(
            "reduce",
            at,
            value,
            r"y_c = \max_{i,j} x_{c,i,j}",
            f"out[{place(at)}] = np.max(X[{at[0]}, {at[1]}])",
            (ex.Operand("x", window.read(xs[0], at), window.cells(at), "x"),),
            (ex.Step("largest", value, value),),
            marks={"winner": self._winner(saved, at, xs[0])},
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        reader = (*cell[:2], *(0 for _ in cell[2:]))
        won = self._winner(saved, reader, xs[0]) == cell
        formula = r"\frac{\partial L}{\partial x_{a}} = \frac{\partial L}{\partial y_c} \cdot [x_a \text{ won}]"
        line = f"dX[{place(cell)}] = {f'dout[{place(reader)}]' if won else '0.0'}"
        return Partials(np.array([reader]), np.array([won], y.dtype), "[won]", formula, line)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        return Example(cls(), (cls.drawn_shape(draw),))
