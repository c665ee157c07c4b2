"""GELU: each number times the probability that a normal one is below it."""

import random
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.exchange import OnnxNode, Reading
from convoscope.engine.layers._onnx import word
from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.stable import erf
from convoscope.engine.types import Array

FORMS = ("none", "tanh")
C, A = float(np.sqrt(2 / np.pi)), 0.044715


@dataclass(frozen=True)
class GELU(Pointwise):
    r"""Each number times Φ of it, Φ the distribution function of the normal distribution.

    Equation   approximate = "none":  y = x·Φ(x),  Φ(x) = (1 + erf(x/√2)) / 2;
                                      ∂y/∂x = Φ(x) + x·φ(x),  φ(x) = exp(−x²/2) / √(2π)
               approximate = "tanh":  y = x·(1 + t) / 2,  t = tanh(√(2/π)·(x + 0.044715·x³));
                                      ∂y/∂x = (1 + t)/2 + x·(1 − t²)/2 · √(2/π)·(1 + 0.134145·x²)
    Shapes     any shape → the same shape
    Notes      The NumPy line of the first form calls math.erf, which NumPy lacks.
    Raises     AttributeValueError for another `approximate`.
    Source     Hendrycks and Gimpel 2016, section 2; ONNX Gelu-20
    """

    approximate: str = "none"

    kind: ClassVar[str] = "gelu"
    onnx: ClassVar[tuple[str, ...]] = ("Gelu",)
    text: ClassVar[str] = "x · Φ(x)"
    opset: ClassVar[int] = 20

    def __post_init__(self) -> None:
        if self.approximate not in FORMS:
            raise AttributeValueError(f"gelu: approximate is {self.approximate!r}; it is one of {', '.join(FORMS)}.")

    def _bell(self, x: Array) -> tuple[Array, Array]:
        """Φ(x), or its approximation by tanh, and the derivative of it."""
        if self.approximate == "none":
            return (1 + erf(x / np.sqrt(2).astype(x.dtype))) / 2, np.exp(-x * x / 2) / np.sqrt(2 * np.pi).astype(
                x.dtype
            )
        t = np.tanh(C * (x + A * x * x * x))
        return (1 + t) / 2, (1 - t * t) / 2 * C * (1 + 3 * A * x * x)

    def f(self, x: Array) -> Array:
        return x * self._bell(x)[0]

    def slope(self, x: Array, y: Array) -> Array:
        share, density = self._bell(x)
        return share + x * density

    def stages(self, x: Array) -> list[tuple[str, Array]]:
        return [("Φ(x)", self._bell(x)[0])]

    def formulas(self) -> tuple[str, str]:
        if self.approximate == "none":
            return (
                r"y = x \, \Phi(x) = \tfrac{x}{2} (1 + \operatorname{erf} \tfrac{x}{\sqrt{2}})",
                r"(\Phi(x) + x \, \varphi(x))",
            )
        return (
            r"y = \tfrac{x}{2} (1 + t), \quad t = \tanh(\sqrt{2 / \pi} \, (x + 0.044715 \, x^3))",
            r"(\tfrac{1 + t}{2} + x \, \tfrac{1 - t^2}{2} \sqrt{2 / \pi} \, (1 + 0.134145 \, x^2))",
        )

    def sources(self) -> tuple[str, str]:
        if self.approximate == "none":
            share = "(1 + erf({x} / np.sqrt(2))) / 2"
            return "{x} * " + share, share + " + {x} * np.exp(-({x} ** 2) / 2) / np.sqrt(2 * np.pi)"
        t = "np.tanh(np.sqrt(2 / np.pi) * ({x} + 0.044715 * {x} ** 3))"
        grown = f"{{x}} * (1 - {t} ** 2) / 2 * np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * {{x}} ** 2)"
        return f"{{x}} * (1 + {t}) / 2", f"(1 + {t}) / 2 + {grown}"

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        return Reading(cls(word(node, "approximate", "none", FORMS)))

    @classmethod
    def drawn(cls, draw: random.Random) -> Self:
        return cls(draw.choice(FORMS))
