"""The hyperbolic tangent: any number squashed to between −1 and 1."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Tanh(Pointwise):
    r"""Each number squashed to between −1 and 1.

    Equation   y = tanh(x);   ∂y/∂x = 1 − y²
    Shapes     any shape → the same shape
    Source     LeCun et al. 1998b, section 4.4; ONNX Tanh-13
    """

    kind: ClassVar[str] = "tanh"
    onnx: ClassVar[tuple[str, ...]] = ("Tanh",)
    text: ClassVar[str] = "tanh(x)"
    formula: ClassVar[str] = r"y = \tanh x"
    slope_formula: ClassVar[str] = r"(1 - y^2)"
    numpy: ClassVar[str] = "np.tanh({x})"
    slope_numpy: ClassVar[str] = "1 - {y} ** 2"

    def f(self, x: Array) -> Array:
        return np.tanh(x)

    def slope(self, x: Array, y: Array) -> Array:
        return 1 - y * y
