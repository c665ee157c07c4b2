"""The continuously differentiable exponential linear unit: ELU without a kink for any α."""

import random
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class CELU(Pointwise):
    r"""Positive numbers as they are, negative ones on an exponential that ends at −α and meets them without a kink.

    Equation   y = max(0, x) + min(0, α·(exp(x/α) − 1));   ∂y/∂x = 1 where x > 0, else exp(x/α)
    Shapes     any shape → the same shape
    Raises     AttributeValueError for α = 0.
    Source     Barron 2017; ONNX Celu-28
    """

    alpha: float = 1.0

    kind: ClassVar[str] = "celu"
    onnx: ClassVar[tuple[str, ...]] = ("Celu",)
    text: ClassVar[str] = "x if x > 0 else α·(exp(x/α) − 1)"
    formula: ClassVar[str] = r"y = \max(0, x) + \min(0, \alpha (e^{x / \alpha} - 1))"
    slope_formula: ClassVar[str] = r"([x > 0] + e^{x / \alpha} [x \le 0])"
    numpy: ClassVar[str] = "np.where({x} > 0, {x}, {alpha} * np.expm1({x} / {alpha}))"
    slope_numpy: ClassVar[str] = "np.where({x} > 0, 1, np.exp({x} / {alpha}))"

    def __post_init__(self) -> None:
        if self.alpha == 0:
            raise AttributeValueError("celu: alpha is 0, and x is divided by it. Use a positive alpha, 1 if in doubt.")

    def f(self, x: Array) -> Array:
        return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0) / self.alpha))

    def slope(self, x: Array, y: Array) -> Array:
        return np.where(x > 0, 1, np.exp(np.minimum(x, 0) / self.alpha))

    def kinks(self) -> tuple[float, ...]:
        return (0.0,)

    @classmethod
    def drawn(cls, draw: random.Random) -> Self:
        return cls(draw.uniform(0.3, 2.0))
