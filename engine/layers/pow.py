"""Powers: one map to the power of another, number by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._broadcast import Binary
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Pow(Binary):
    r"""The first number to the power of the second.

    Equation   y = aᵇ;   ∂y/∂a = b·aᵇ⁻¹,  ∂y/∂b = y·log a
    Shapes     two shapes → the one that both stretch to
    Notes      The result has the first operand's type. A negative number has only whole powers, and no derivative
               along the exponent: both are NaN where they do not exist. At a = 0 the derivative along b > 0 is 0.
    Raises     ShapeError when the shapes do not fit.
    Source     ONNX Pow-15
    """

    kind: ClassVar[str] = "pow"
    onnx: ClassVar[tuple[str, ...]] = ("Pow",)
    text: ClassVar[str] = "a to the power of b"
    formula: ClassVar[str] = r"y = a^b"
    numpy: ClassVar[str] = "{a} ** {b}"
    slopes: ClassVar[tuple[str, str]] = ("{b} * {a} ** ({b} - 1)", "{y} * np.log({a})")
    domain: ClassVar[tuple[float, float]] = (0.3, 2.0)

    def f(self, *xs: Array) -> Array:
        a, b = xs
        if a.dtype.kind == "f":
            return np.power(a, b.astype(a.dtype))
        return np.power(a.astype(np.float64), b).astype(a.dtype)

    def slope(self, k: int, xs: Sequence[Array], y: Array) -> Array:
        a, b = xs
        if k == 0:
            return np.where(b == 0, 0, b * np.power(a, b - 1))
        return np.where((a == 0) & (b > 0), 0, y * np.log(a))
