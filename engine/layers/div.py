"""Division: two maps, number by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from convoscope.engine.layers._broadcast import Binary
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Div(Binary):
    r"""The quotient of two numbers at the same place.

    Equation   y = a / b;   ∂y/∂a = 1 / b,  ∂y/∂b = −y / b
    Shapes     two shapes → the one that both stretch to
    Notes      Whole numbers are divided towards 0: −7 / 2 is −3.
    Raises     ShapeError when the shapes do not fit.
    Source     ONNX Div-14
    """

    kind: ClassVar[str] = "div"
    onnx: ClassVar[tuple[str, ...]] = ("Div",)
    text: ClassVar[str] = "a / b"
    formula: ClassVar[str] = r"y = \frac{a}{b}"
    numpy: ClassVar[str] = "{a} / {b}"
    slopes: ClassVar[tuple[str, str]] = ("1 / {b}", "-{y} / {b}")
    domain: ClassVar[tuple[float, float]] = (0.5, 3.0)

    def f(self, *xs: Array) -> Array:
        a, b = xs
        if a.dtype.kind == "f":
            return a / b
        down = a // b
        return down + ((down < 0) & (down * b != a)).astype(a.dtype)

    def slope(self, k: int, xs: Sequence[Array], y: Array) -> Array:
        return -y / xs[1] if k else 1 / xs[1]
