"""Rounding down."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Floor(Pointwise):
    r"""The largest whole number that is not above each number.

    Equation   y = ⌊x⌋;   ∂y/∂x = 0
    Shapes     any shape → the same shape
    Notes      A staircase: flat everywhere but at whole numbers, where it jumps; no gradient passes.
    Source     ONNX Floor-13
    """

    kind: ClassVar[str] = "floor"
    onnx: ClassVar[tuple[str, ...]] = ("Floor",)
    text: ClassVar[str] = "⌊x⌋"
    formula: ClassVar[str] = r"y = \lfloor x \rfloor"
    slope_formula: ClassVar[str] = r"0"
    numpy: ClassVar[str] = "np.floor({x})"
    slope_numpy: ClassVar[str] = "0"
    symbol: ClassVar[str] = "0"

    def f(self, x: Array) -> Array:
        return np.floor(x)

    def slope(self, x: Array, y: Array) -> Array:
        return np.zeros_like(y)

    def kinks(self) -> tuple[float, ...]:
        return (-2.0, -1.0, 0.0, 1.0, 2.0)
