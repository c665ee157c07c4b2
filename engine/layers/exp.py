"""The exponential function."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Exp(Pointwise):
    r"""e to the power of each number.

    Equation   y = exp(x);   ∂y/∂x = y
    Shapes     any shape → the same shape
    Source     ONNX Exp-13
    """

    kind: ClassVar[str] = "exp"
    onnx: ClassVar[tuple[str, ...]] = ("Exp",)
    text: ClassVar[str] = "exp(x)"
    formula: ClassVar[str] = r"y = e^x"
    slope_formula: ClassVar[str] = r"y"
    numpy: ClassVar[str] = "np.exp({x})"
    slope_numpy: ClassVar[str] = "{y}"

    def f(self, x: Array) -> Array:
        return np.exp(x)

    def slope(self, x: Array, y: Array) -> Array:
        return y
