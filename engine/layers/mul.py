"""Multiplication: two maps, number by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from convoscope.engine.layers._broadcast import Binary
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Mul(Binary):
    r"""The product of two numbers at the same place.

    Equation   y = a · b;   ∂y/∂a = b,  ∂y/∂b = a
    Shapes     two shapes → the one that both stretch to
    Notes      Each operand's gradient is scaled by the other: a gate, as in Hu et al. 2018 (squeeze and excitation).
    Raises     ShapeError when the shapes do not fit.
    Source     ONNX Mul-14
    """

    kind: ClassVar[str] = "mul"
    onnx: ClassVar[tuple[str, ...]] = ("Mul",)
    text: ClassVar[str] = "a · b"
    formula: ClassVar[str] = r"y = a \cdot b"
    numpy: ClassVar[str] = "{a} * {b}"
    slopes: ClassVar[tuple[str, str]] = ("{b}", "{a}")

    def f(self, *xs: Array) -> Array:
        return xs[0] * xs[1]

    def slope(self, k: int, xs: Sequence[Array], y: Array) -> Array:
        return xs[1 - k]
