"""The absolute value."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Abs(Pointwise):
    r"""The size of each number without its sign.

    Equation   y = |x|;   ∂y/∂x = sign x
    Shapes     any shape → the same shape
    Notes      At x = 0 the derivative used is 0.
    Source     ONNX Abs-13
    """

    kind: ClassVar[str] = "abs"
    onnx: ClassVar[tuple[str, ...]] = ("Abs",)
    text: ClassVar[str] = "|x|"
    formula: ClassVar[str] = r"y = |x|"
    slope_formula: ClassVar[str] = r"\operatorname{sign} x"
    numpy: ClassVar[str] = "np.abs({x})"
    slope_numpy: ClassVar[str] = "np.sign({x})"

    def f(self, x: Array) -> Array:
        return np.abs(x)

    def slope(self, x: Array, y: Array) -> Array:
        return np.sign(x)

    def kinks(self) -> tuple[float, ...]:
        return (0.0,)
