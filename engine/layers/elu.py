"""The exponential linear unit: a rectifier whose negative side bends towards −α."""

import random
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class ELU(Pointwise):
    r"""Positive numbers as they are, negative ones on an exponential that ends at −α.

    Equation   y = x where x > 0, else α·(exp(x) − 1);   ∂y/∂x = 1 where x > 0, else α·exp(x)
    Shapes     any shape → the same shape
    Source     Clevert et al. 2016, section 3; ONNX Elu-22
    """

    alpha: float = 1.0

    kind: ClassVar[str] = "elu"
    onnx: ClassVar[tuple[str, ...]] = ("Elu",)
    text: ClassVar[str] = "x if x > 0 else α·(exp(x) − 1)"
    formula: ClassVar[str] = r"y = \begin{cases} x & x > 0 \\ \alpha (e^x - 1) & x \le 0 \end{cases}"
    slope_formula: ClassVar[str] = r"([x > 0] + \alpha e^x [x \le 0])"
    numpy: ClassVar[str] = "np.where({x} > 0, {x}, {alpha} * np.expm1({x}))"
    slope_numpy: ClassVar[str] = "np.where({x} > 0, 1, {alpha} * np.exp({x}))"

    def f(self, x: Array) -> Array:
        return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0)))

    def slope(self, x: Array, y: Array) -> Array:
        return np.where(x > 0, 1, self.alpha * np.exp(np.minimum(x, 0)))

    def kinks(self) -> tuple[float, ...]:
        return (0.0,)

    @classmethod
    def drawn(cls, draw: random.Random) -> Self:
        return cls(draw.uniform(0.2, 2.0))
