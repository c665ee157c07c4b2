"""SiLU, also called Swish: each number times its own sigmoid."""

import random
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from convoscope.engine.exchange import OnnxForm
from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.stable import sigmoid
from convoscope.engine.types import Array, Params, Shape


@dataclass(frozen=True)
class SiLU(Pointwise):
    r"""Each number times the sigmoid of α times it.

    Equation   y = x · σ(α·x);   ∂y/∂x = σ(α·x) + α·y·(1 − σ(α·x))
    Shapes     any shape → the same shape
    Notes      Written to ONNX as Sigmoid and Mul, because Swish came only with version 24.
    Source     Elfwing et al. 2018; Ramachandran et al. 2017; ONNX Swish-24
    """

    alpha: float = 1.0

    kind: ClassVar[str] = "silu"
    onnx: ClassVar[tuple[str, ...]] = ("Swish",)
    text: ClassVar[str] = "x · σ(α·x)"
    formula: ClassVar[str] = r"y = x \, \sigma(\alpha x)"
    slope_formula: ClassVar[str] = r"(\sigma(\alpha x) + \alpha y \, (1 - \sigma(\alpha x)))"
    numpy: ClassVar[str] = "{x} / (1 + np.exp(-{alpha} * {x}))"
    slope_numpy: ClassVar[str] = "(1 + {alpha} * ({x} - {y})) / (1 + np.exp(-{alpha} * {x}))"

    def f(self, x: Array) -> Array:
        return x * sigmoid(self.alpha * x)

    def slope(self, x: Array, y: Array) -> Array:
        s = sigmoid(self.alpha * x)
        return s + self.alpha * y * (1 - s)

    def stages(self, x: Array) -> list[tuple[str, Array]]:
        return [("σ(α·x)", sigmoid(self.alpha * x))]

    @classmethod
    def drawn(cls, draw: random.Random) -> Self:
        return cls(draw.choice([1.0, draw.uniform(0.3, 2.0)]))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        scaled = OnnxForm("Mul", extras=(("alpha", np.array(self.alpha, np.float32)),))
        gate = (OnnxForm("Sigmoid"), OnnxForm("Mul", reads=(0, -1)))
        return gate if self.alpha == 1 else (scaled, *gate)
