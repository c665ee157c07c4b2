"""Where: one of two maps, chosen place by place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.exchange import OnnxForm
from convoscope.engine.layers._broadcast import Broadcast
from convoscope.engine.types import Array, Params, Shape

BOOL = 9
"""ONNX's number for true and false."""


@dataclass(frozen=True)
class Where(Broadcast):
    r"""The first of two numbers where the condition holds, the second where it does not.

    Equation   y = a where c ≠ 0, else b;   ∂y/∂a = [c ≠ 0],  ∂y/∂b = [c = 0],  ∂y/∂c = 0
    Shapes     condition, a, b → the shape that all three stretch to
    Notes      The condition is an input like the others, true or false, or a number that counts as true unless it is 0.
    Raises     ShapeError when the shapes do not fit.
    Source     ONNX Where-16
    """

    kind: ClassVar[str] = "where"
    onnx: ClassVar[tuple[str, ...]] = ("Where",)
    text: ClassVar[str] = "a if c else b"
    formula: ClassVar[str] = r"y = \begin{cases} a & c \ne 0 \\ b & c = 0 \end{cases}"
    letters: ClassVar[tuple[str, ...]] = ("c", "a", "b")
    kinks: ClassVar[tuple[float, ...]] = (0.0,)

    def f(self, *xs: Array) -> Array:
        return np.where(xs[0] != 0, xs[1], xs[2])

    def slope(self, k: int, xs: Sequence[Array], y: Array) -> Array:
        return (xs[0] != 0, xs[0] == 0)[k - 1] if k else np.zeros_like(y)

    def line(self, xs: Sequence[str]) -> str:
        return f"{xs[1]} if {xs[0]} else {xs[2]}"

    def slope_line(self, k: int, xs: Sequence[str], y: str) -> str:
        return f"{xs[0]} {('!=', '==')[k - 1]} 0" if k else "0"

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        """ONNX wants a condition that is true or false, not a number."""
        return OnnxForm("Cast", {"to": BOOL}, reads=(0,)), OnnxForm("Where", reads=(-1, 1, 2))
