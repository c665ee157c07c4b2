"""Rounding to the nearest whole number."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Round(Pointwise):
    r"""The nearest whole number, the even one of two that are equally near.

    Equation   y = round x;   ∂y/∂x = 0
    Shapes     any shape → the same shape
    Notes      A staircase: flat everywhere but at halves, where it jumps; no gradient passes.
    Source     ONNX Round-22
    """

    kind: ClassVar[str] = "round"
    onnx: ClassVar[tuple[str, ...]] = ("Round",)
    text: ClassVar[str] = "round x"
    formula: ClassVar[str] = r"y = \operatorname{round} x"
    slope_formula: ClassVar[str] = r"0"
    numpy: ClassVar[str] = "np.round({x})"
    slope_numpy: ClassVar[str] = "0"
    symbol: ClassVar[str] = "0"

    def f(self, x: Array) -> Array:
        return np.round(x)

    def slope(self, x: Array, y: Array) -> Array:
        return np.zeros_like(y)

    def kinks(self) -> tuple[float, ...]:
        return (-1.5, -0.5, 0.5, 1.5)
