"""The square root."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Sqrt(Pointwise):
    r"""The square root of each number.

    Equation   y = √x;   ∂y/∂x = 1 / (2y)
    Shapes     any shape → the same shape
    Notes      The slope is ∞ at 0; root and slope are NaN below.
    Source     ONNX Sqrt-13
    """

    kind: ClassVar[str] = "sqrt"
    onnx: ClassVar[tuple[str, ...]] = ("Sqrt",)
    text: ClassVar[str] = "√x"
    formula: ClassVar[str] = r"y = \sqrt{x}"
    slope_formula: ClassVar[str] = r"\frac{1}{2 y}"
    numpy: ClassVar[str] = "np.sqrt({x})"
    slope_numpy: ClassVar[str] = "1 / (2 * {y})"
    domain: ClassVar[tuple[float, float]] = (0.2, 4.0)

    def f(self, x: Array) -> Array:
        return np.sqrt(x)

    def slope(self, x: Array, y: Array) -> Array:
        return 1 / (2 * y)
