"""Addition: two maps, number by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._broadcast import Binary
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Add(Binary):
    r"""The sum of two numbers at the same place.

    Equation   y = a + b;   ∂y/∂a = ∂y/∂b = 1
    Shapes     two shapes → the one that both stretch to
    Notes      The gradient goes to both operands whole: where branches meet, as in He et al. 2016, it is copied.
    Raises     ShapeError when the shapes do not fit.
    Source     ONNX Add-14
    """

    kind: ClassVar[str] = "add"
    onnx: ClassVar[tuple[str, ...]] = ("Add",)
    text: ClassVar[str] = "a + b"
    formula: ClassVar[str] = r"y = a + b"
    numpy: ClassVar[str] = "{a} + {b}"
    slopes: ClassVar[tuple[str, str]] = ("1", "1")

    def f(self, *xs: Array) -> Array:
        return xs[0] + xs[1]

    def slope(self, k: int, xs: Sequence[Array], y: Array) -> Array:
        return np.ones_like(y)
