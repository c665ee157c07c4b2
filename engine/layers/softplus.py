"""Softplus: the rectifier with its corner rounded off."""

from dataclasses import dataclass
from typing import ClassVar

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.stable import sigmoid, softplus
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Softplus(Pointwise):
    r"""The logarithm of 1 + exp(x), which is close to max(0, x) away from 0.

    Equation   y = log(1 + exp(x));   ∂y/∂x = σ(x) = 1 / (1 + exp(−x))
    Shapes     any shape → the same shape
    Source     Dugas et al. 2001; ONNX Softplus-22
    """

    kind: ClassVar[str] = "softplus"
    onnx: ClassVar[tuple[str, ...]] = ("Softplus",)
    text: ClassVar[str] = "log(1 + exp(x))"
    formula: ClassVar[str] = r"y = \log(1 + e^x)"
    slope_formula: ClassVar[str] = r"\frac{1}{1 + e^{-x}}"
    numpy: ClassVar[str] = "np.logaddexp({x}, 0)"
    slope_numpy: ClassVar[str] = "1 / (1 + np.exp(-{x}))"

    def f(self, x: Array) -> Array:
        return softplus(x)

    def slope(self, x: Array, y: Array) -> Array:
        return sigmoid(x)
