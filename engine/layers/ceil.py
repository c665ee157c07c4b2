"""Rounding up."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Ceil(Pointwise):
    r"""The smallest whole number that is not below each number.

    Equation   y = ⌈x⌉;   ∂y/∂x = 0
    Shapes     any shape → the same shape
    Notes      A staircase: flat everywhere but at whole numbers, where it jumps; no gradient passes.
    Source     ONNX Ceil-13
    """

    kind: ClassVar[str] = "ceil"
    onnx: ClassVar[tuple[str, ...]] = ("Ceil",)
    text: ClassVar[str] = "⌈x⌉"
    formula: ClassVar[str] = r"y = \lceil x \rceil"
    slope_formula: ClassVar[str] = r"0"
    numpy: ClassVar[str] = "np.ceil({x})"
    slope_numpy: ClassVar[str] = "0"
    symbol: ClassVar[str] = "0"

    def f(self, x: Array) -> Array:
        return np.ceil(x)

    def slope(self, x: Array, y: Array) -> Array:
        return np.zeros_like(y)

    def kinks(self) -> tuple[float, ...]:
        return (-2.0, -1.0, 0.0, 1.0, 2.0)
