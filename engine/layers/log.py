"""The natural logarithm."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Log(Pointwise):
    r"""The natural logarithm of each number.

    Equation   y = log x;   ∂y/∂x = 1 / x
    Shapes     any shape → the same shape
    Notes      −∞ at 0, NaN below.
    Source     ONNX Log-13
    """

    kind: ClassVar[str] = "log"
    onnx: ClassVar[tuple[str, ...]] = ("Log",)
    text: ClassVar[str] = "log x"
    formula: ClassVar[str] = r"y = \log x"
    slope_formula: ClassVar[str] = r"\frac{1}{x}"
    numpy: ClassVar[str] = "np.log({x})"
    slope_numpy: ClassVar[str] = "1 / {x}"
    domain: ClassVar[tuple[float, float]] = (0.2, 4.0)

    def f(self, x: Array) -> Array:
        return np.log(x)

    def slope(self, x: Array, y: Array) -> Array:
        return 1 / x
