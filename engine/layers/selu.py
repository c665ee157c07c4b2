"""The scaled exponential linear unit: an ELU that keeps mean 0 and variance 1 from layer to layer."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class SELU(Pointwise):
    r"""ELU with the two constants that make mean 0 and variance 1 a fixed point.

    Equation   y = γ·x where x > 0, else γ·α·(exp(x) − 1);   ∂y/∂x = γ where x > 0, else γ·α·exp(x)
    Shapes     any shape → the same shape
    Source     Klambauer et al. 2017, equation 2; ONNX Selu-22
    """

    alpha: float = 1.6732632423543772
    gamma: float = 1.0507009873554805

    kind: ClassVar[str] = "selu"
    onnx: ClassVar[tuple[str, ...]] = ("Selu",)
    text: ClassVar[str] = "γ·x if x > 0 else γ·α·(exp(x) − 1)"
    formula: ClassVar[str] = r"y = \gamma \begin{cases} x & x > 0 \\ \alpha (e^x - 1) & x \le 0 \end{cases}"
    slope_formula: ClassVar[str] = r"\gamma \, ([x > 0] + \alpha e^x [x \le 0])"
    numpy: ClassVar[str] = "{gamma} * np.where({x} > 0, {x}, {alpha} * np.expm1({x}))"
    slope_numpy: ClassVar[str] = "{gamma} * np.where({x} > 0, 1, {alpha} * np.exp({x}))"

    def f(self, x: Array) -> Array:
        return self.gamma * np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0)))

    def slope(self, x: Array, y: Array) -> Array:
        return self.gamma * np.where(x > 0, 1, self.alpha * np.exp(np.minimum(x, 0)))

    def kinks(self) -> tuple[float, ...]:
        return (0.0,)
