"""Hard sigmoid: a ramp from 0 to 1."""

import random
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class HardSigmoid(Pointwise):
    r"""A straight line, cut off at 0 and at 1.

    Equation   y = max(0, min(1, α·x + β));   ∂y/∂x = α where 0 < α·x + β < 1, else 0
    Shapes     any shape → the same shape
    Source     Courbariaux et al. 2015; ONNX HardSigmoid-22
    """

    alpha: float = 0.2
    beta: float = 0.5

    kind: ClassVar[str] = "hard_sigmoid"
    onnx: ClassVar[tuple[str, ...]] = ("HardSigmoid",)
    text: ClassVar[str] = "max(0, min(1, α·x + β))"
    formula: ClassVar[str] = r"y = \max(0, \min(1, \alpha x + \beta))"
    slope_formula: ClassVar[str] = r"\alpha \, [0 < \alpha x + \beta < 1]"
    numpy: ClassVar[str] = "np.clip({alpha} * {x} + {beta}, 0, 1)"
    slope_numpy: ClassVar[str] = "{alpha} * (np.abs({alpha} * {x} + {beta} - 1 / 2) < 1 / 2)"
    domain: ClassVar[tuple[float, float]] = (-4.0, 4.0)

    def f(self, x: Array) -> Array:
        return np.clip(self.alpha * x + self.beta, 0, 1)

    def slope(self, x: Array, y: Array) -> Array:
        line = self.alpha * x + self.beta
        return self.alpha * ((line > 0) & (line < 1)).astype(y.dtype)

    def stages(self, x: Array) -> list[tuple[str, Array]]:
        return [("α·x + β", self.alpha * x + self.beta)]

    def kinks(self) -> tuple[float, ...]:
        return (-self.beta / self.alpha, (1 - self.beta) / self.alpha) if self.alpha else ()

    @classmethod
    def drawn(cls, draw: random.Random) -> Self:
        return cls(draw.uniform(0.1, 1.0), draw.uniform(0.0, 1.0))
