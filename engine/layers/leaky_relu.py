"""The leaky rectifier: negative numbers pass too, made small."""

import random
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class LeakyReLU(Pointwise):
    r"""Positive numbers as they are, negative ones times α.

    Equation   y = x where x > 0, else α·x;   dL/dx = dL/dy where x > 0, else α·dL/dy
    Shapes     any shape → the same shape
    Notes      At x = 0 the derivative used is α.
    Source     Maas et al. 2013, section 2; ONNX LeakyRelu-16
    """

    alpha: float = 0.01

    kind: ClassVar[str] = "leaky_relu"
    onnx: ClassVar[tuple[str, ...]] = ("LeakyRelu",)
    text: ClassVar[str] = "x if x > 0 else α·x"
    formula: ClassVar[str] = r"y = \begin{cases} x & x > 0 \\ \alpha x & x \le 0 \end{cases}"
    slope_formula: ClassVar[str] = r"([x > 0] + \alpha [x \le 0])"
    numpy: ClassVar[str] = "np.where({x} > 0, {x}, {alpha} * {x})"
    slope_numpy: ClassVar[str] = "np.where({x} > 0, 1, {alpha})"

    def f(self, x: Array) -> Array:
        return np.where(x > 0, x, self.alpha * x)

    def slope(self, x: Array, y: Array) -> Array:
        return np.where(x > 0, 1, self.alpha).astype(y.dtype)

    def kinks(self) -> tuple[float, ...]:
        return (0.0,)

    @classmethod
    def drawn(cls, draw: random.Random) -> Self:
        return cls(draw.uniform(-0.5, 0.5))
