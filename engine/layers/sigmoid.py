"""The sigmoid: any number squashed to between 0 and 1."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.stable import sigmoid
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Sigmoid(Pointwise):
    r"""Each number squashed to between 0 and 1.

    Equation   y = σ(x) = 1 / (1 + exp(−x));   ∂y/∂x = y·(1 − y)
    Shapes     any shape → the same shape
    Source     Rumelhart et al. 1986, equation 2; ONNX Sigmoid-13
    """

    kind: ClassVar[str] = "sigmoid"
    onnx: ClassVar[tuple[str, ...]] = ("Sigmoid",)
    text: ClassVar[str] = "1 / (1 + exp(−x))"
    formula: ClassVar[str] = r"y = \frac{1}{1 + e^{-x}}"
    slope_formula: ClassVar[str] = r"y \, (1 - y)"
    numpy: ClassVar[str] = "1 / (1 + np.exp(-{x}))"
    slope_numpy: ClassVar[str] = "{y} * (1 - {y})"
    domain: ClassVar[tuple[float, float]] = (-4.0, 4.0)

    def f(self, x: Array) -> Array:
        return sigmoid(x)

    def slope(self, x: Array, y: Array) -> Array:
        return y * (1 - y)

    def stages(self, x: Array) -> list[tuple[str, Array]]:
        return [("exp(−x)", np.exp(-x))]
