"""The sign."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Sign(Pointwise):
    r"""1 for positive numbers, −1 for negative ones, 0 for 0.

    Equation   y = sign x;   ∂y/∂x = 0
    Shapes     any shape → the same shape
    Notes      Flat everywhere but at 0, where it jumps; no gradient passes.
    Source     ONNX Sign-13
    """

    kind: ClassVar[str] = "sign"
    onnx: ClassVar[tuple[str, ...]] = ("Sign",)
    text: ClassVar[str] = "sign x"
    formula: ClassVar[str] = r"y = \operatorname{sign} x"
    slope_formula: ClassVar[str] = r"0"
    numpy: ClassVar[str] = "np.sign({x})"
    slope_numpy: ClassVar[str] = "0"
    symbol: ClassVar[str] = "0"

    def f(self, x: Array) -> Array:
        return np.sign(x)

    def slope(self, x: Array, y: Array) -> Array:
        return np.zeros_like(y)

    def kinks(self) -> tuple[float, ...]:
        return (0.0,)
