"""The reciprocal."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Reciprocal(Pointwise):
    r"""1 divided by each number.

    Equation   y = 1 / x;   ∂y/∂x = −y²
    Shapes     any shape → the same shape
    Notes      ±∞ at 0.
    Source     ONNX Reciprocal-13
    """

    kind: ClassVar[str] = "reciprocal"
    onnx: ClassVar[tuple[str, ...]] = ("Reciprocal",)
    text: ClassVar[str] = "1 / x"
    formula: ClassVar[str] = r"y = \frac{1}{x}"
    slope_formula: ClassVar[str] = r"(-y^2)"
    numpy: ClassVar[str] = "1 / {x}"
    slope_numpy: ClassVar[str] = "-({y} ** 2)"
    domain: ClassVar[tuple[float, float]] = (0.4, 3.0)

    def f(self, x: Array) -> Array:
        return np.reciprocal(x)

    def slope(self, x: Array, y: Array) -> Array:
        return -y * y
