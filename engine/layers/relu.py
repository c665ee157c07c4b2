"""The rectifier: a gate that lets positive numbers through."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class ReLU(Pointwise):
    r"""The larger of each number and 0.

    Equation   y = max(0, x);   dL/dx = dL/dy where x > 0, else 0
    Shapes     any shape → the same shape
    Notes      At x = 0 the gate is shut: the derivative used there is 0, as in PyTorch.
    Source     Nair and Hinton 2010, section 2; ONNX Relu-14
    """

    kind: ClassVar[str] = "relu"
    onnx: ClassVar[tuple[str, ...]] = ("Relu",)
    text: ClassVar[str] = "max(0, x)"
    formula: ClassVar[str] = r"y = \max(0, x)"
    slope_formula: ClassVar[str] = r"[x > 0]"
    numpy: ClassVar[str] = "np.maximum({x}, 0)"
    slope_numpy: ClassVar[str] = "{x} > 0"
    symbol: ClassVar[str] = "[x > 0]"

    def f(self, x: Array) -> Array:
        return np.maximum(x, 0)

    def slope(self, x: Array, y: Array) -> Array:
        return x > 0

    def kinks(self) -> tuple[float, ...]:
        return (0.0,)
