"""Mish: each number times the tanh of its softplus, smooth everywhere."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.stable import sigmoid, softplus
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Mish(Pointwise):
    r"""Each number times the tanh of its softplus.

    Equation   y = x · t,  t = tanh(log(1 + exp(x)));   ∂y/∂x = t + x·(1 − t²)·σ(x)
    Shapes     any shape → the same shape
    Source     Misra 2019; ONNX Mish-22
    """

    kind: ClassVar[str] = "mish"
    onnx: ClassVar[tuple[str, ...]] = ("Mish",)
    text: ClassVar[str] = "x · tanh(softplus(x))"
    formula: ClassVar[str] = r"y = x \tanh(\log(1 + e^x))"
    slope_formula: ClassVar[str] = r"(t + x \, (1 - t^2) \, \sigma(x)), \quad t = \tanh(\log(1 + e^x))"
    numpy: ClassVar[str] = "{x} * np.tanh(np.logaddexp({x}, 0))"
    slope_numpy: ClassVar[str] = (
        "np.tanh(np.logaddexp({x}, 0)) + {x} / np.cosh(np.logaddexp({x}, 0)) ** 2 / (1 + np.exp(-{x}))"
    )
    opset: ClassVar[int] = 18

    def f(self, x: Array) -> Array:
        return x * np.tanh(softplus(x))

    def slope(self, x: Array, y: Array) -> Array:
        t = np.tanh(softplus(x))
        return t + x * (1 - t * t) * sigmoid(x)

    def stages(self, x: Array) -> list[tuple[str, Array]]:
        return [("softplus(x)", softplus(x)), ("tanh of it", np.tanh(softplus(x)))]
