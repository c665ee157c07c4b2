"""The thresholded rectifier: a gate that opens at α."""

import random
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class ThresholdedReLU(Pointwise):
    r"""Numbers above α as they are, 0 for the others.

    Equation   y = x where x > α, else 0;   dL/dx = dL/dy where x > α, else 0
    Shapes     any shape → the same shape
    Notes      The curve jumps at α, from 0 to α; at x = α the gate is shut.
    Source     Konda et al. 2014; ONNX ThresholdedRelu-22
    """

    alpha: float = 1.0

    kind: ClassVar[str] = "thresholded_relu"
    onnx: ClassVar[tuple[str, ...]] = ("ThresholdedRelu",)
    text: ClassVar[str] = "x if x > α else 0"
    formula: ClassVar[str] = r"y = x \, [x > \alpha]"
    slope_formula: ClassVar[str] = r"[x > \alpha]"
    numpy: ClassVar[str] = "np.where({x} > {alpha}, {x}, 0)"
    slope_numpy: ClassVar[str] = "{x} > {alpha}"
    symbol: ClassVar[str] = "[x > α]"

    def f(self, x: Array) -> Array:
        return np.where(x > self.alpha, x, 0)

    def slope(self, x: Array, y: Array) -> Array:
        return x > self.alpha

    def kinks(self) -> tuple[float, ...]:
        return (self.alpha,)

    @classmethod
    def drawn(cls, draw: random.Random) -> Self:
        return cls(draw.uniform(-1.0, 1.0))
