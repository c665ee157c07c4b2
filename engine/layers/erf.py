"""The error function, which GELU is made of."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.stable import erf
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Erf(Pointwise):
    r"""The error function of each number.

    Equation   y = (2/√π) ∫₀ˣ exp(−t²) dt;   ∂y/∂x = (2/√π) exp(−x²)
    Shapes     any shape → the same shape
    Notes      The NumPy line calls math.erf, which NumPy lacks.
    Source     Abramowitz and Stegun 1964, 7.1.1; ONNX Erf-13
    """

    kind: ClassVar[str] = "erf"
    onnx: ClassVar[tuple[str, ...]] = ("Erf",)
    text: ClassVar[str] = "erf(x)"
    formula: ClassVar[str] = r"y = \frac{2}{\sqrt{\pi}} \int_0^x e^{-t^2} dt"
    slope_formula: ClassVar[str] = r"\frac{2}{\sqrt{\pi}} e^{-x^2}"
    numpy: ClassVar[str] = "erf({x})"
    slope_numpy: ClassVar[str] = "2 / np.sqrt(np.pi) * np.exp(-({x} ** 2))"

    def f(self, x: Array) -> Array:
        return erf(x)

    def slope(self, x: Array, y: Array) -> Array:
        return 2 / np.sqrt(np.pi).astype(y.dtype) * np.exp(-x * x)
