"""Softsign: any number squashed to between −1 and 1, more slowly than by tanh."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Softsign(Pointwise):
    r"""Each number divided by 1 plus its size.

    Equation   y = x / (1 + |x|);   ∂y/∂x = 1 / (1 + |x|)²
    Shapes     any shape → the same shape
    Source     Bergstra et al. 2009; ONNX Softsign-22
    """

    kind: ClassVar[str] = "softsign"
    onnx: ClassVar[tuple[str, ...]] = ("Softsign",)
    text: ClassVar[str] = "x / (1 + |x|)"
    formula: ClassVar[str] = r"y = \frac{x}{1 + |x|}"
    slope_formula: ClassVar[str] = r"\frac{1}{(1 + |x|)^2}"
    numpy: ClassVar[str] = "{x} / (1 + np.abs({x}))"
    slope_numpy: ClassVar[str] = "1 / (1 + np.abs({x})) ** 2"

    def f(self, x: Array) -> Array:
        return x / (1 + np.abs(x))

    def slope(self, x: Array, y: Array) -> Array:
        return 1 / (1 + np.abs(x)) ** 2

    def stages(self, x: Array) -> list[tuple[str, Array]]:
        return [("1 + |x|", 1 + np.abs(x))]

    def kinks(self) -> tuple[float, ...]:
        return (0.0,)
