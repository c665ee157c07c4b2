"""Global Lp pooling: each feature map becomes one number, its p-norm."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.layer import Example, Partials, Saved
from convoscope.engine.layers._pooled import norm, order
from convoscope.engine.layers._pooling import GlobalPool
from convoscope.engine.layers._settings import at_least
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


@dataclass(frozen=True)
class GlobalLpPool(GlobalPool):
    r"""p-norm of each feature map.

    Equation   y[n,c,0,0] = (Σ_{i,j} |x[n,c,i,j]|^p)^(1/p);   ∂y/∂x = sign(x) · (|x| / y)^(p − 1)
    Shapes     (N, C, H, W) → (N, C, 1, 1); any number of axes after the channels
    Notes      Where y = 0 the derivative used is 0.
    Raises     ShapeError when there is no axis after the channels; AttributeValueError for p < 1.
    Source     ONNX GlobalLpPool-22
    """

    p: int = 2

    kind: ClassVar[str] = "global_lp_pool"
    onnx: ClassVar[tuple[str, ...]] = ("GlobalLpPool",)
    picture: ClassVar[ex.Picture] = "reduce"

    def __post_init__(self) -> None:
        at_least("global_lp_pool", 1, p=self.p)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        (x,) = xs
        powers = (np.abs(x) ** self.p).sum(axis=tuple(range(2, x.ndim)), keepdims=True)
        return powers ** x.dtype.type(1 / self.p), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        (x,) = xs
        return (dy * np.sign(x) * (np.abs(x) / np.where(y == 0, 1, y)) ** (self.p - 1),), {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        return norm(
            at,
            y,
            self.windows(xs[0].shape)[0],
            xs[0],
            self.p,
            formula=r"y_c = \left( \sum_{i,j} \left| x_{c,i,j} \right|^p \right)^{1/p}",
            numpy=f"out[{place(at)}] = np.sum(np.abs(X[{at[0]}, {at[1]}]) ** {self.p}) ** (1 / {self.p})",
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        reader, x = (*cell[:2], *(0 for _ in cell[2:])), xs[0][cell]
        size = y[reader]
        local = np.sign(x) * (np.abs(x) / (size or 1)) ** (self.p - 1)
        formula = (
            r"\frac{\partial L}{\partial x_{c,i,j}} = \frac{\partial L}{\partial y_c}"
            r" \, \operatorname{sign}(x) \left( \frac{|x|}{y_c} \right)^{p - 1}"
        )
        slope = f"np.sign(X[{place(cell)}]) * (np.abs(X[{place(cell)}]) / out[{place(reader)}]) ** {self.p - 1}"
        line = f"dX[{place(cell)}] = {f'dout[{place(reader)}] * {slope}' if size else '0.0'}"
        return Partials(np.array([reader]), np.array([local], y.dtype), "∂y/∂x", formula, line)

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        return Reading(cls(order(node)))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("GlobalLpPool", {"p": self.p}),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        return Example(cls(draw.randint(1, 4)), (cls.drawn_shape(draw),), kinks=(0.0,))
