"""The negative."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Neg(Pointwise):
    r"""Each number with the other sign.

    Equation   y = −x;   ∂y/∂x = −1
    Shapes     any shape → the same shape
    Source     ONNX Neg-13
    """

    kind: ClassVar[str] = "neg"
    onnx: ClassVar[tuple[str, ...]] = ("Neg",)
    text: ClassVar[str] = "−x"
    formula: ClassVar[str] = r"y = -x"
    slope_formula: ClassVar[str] = r"(-1)"
    numpy: ClassVar[str] = "-{x}"
    slope_numpy: ClassVar[str] = "-1"
    symbol: ClassVar[str] = "−1"

    def f(self, x: Array) -> Array:
        return np.negative(x)

    def slope(self, x: Array, y: Array) -> Array:
        return np.full_like(y, -1)
