"""The largest of several maps, number by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._broadcast import Broadcast
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Max(Broadcast):
    r"""The largest of the numbers at the same place.

    Equation   y = max_k x_k;   ∂y/∂x_k = 1 for the first x_k = y, 0 for all others
    Shapes     one or more shapes → the one that all stretch to
    Notes      Of equal maxima the first gets the whole gradient.
    Raises     ShapeError when the shapes do not fit.
    Source     ONNX Max-13
    """

    kind: ClassVar[str] = "max"
    onnx: ClassVar[tuple[str, ...]] = ("Max",)
    text: ClassVar[str] = "the largest"
    formula: ClassVar[str] = r"y = \max_k x_k"

    def f(self, *xs: Array) -> Array:
        return reduce(np.maximum, xs)

    def slope(self, k: int, xs: Sequence[Array], y: Array) -> Array:
        earlier = reduce(np.logical_or, [x == y for x in xs[:k]], np.zeros_like(y, bool))
        return (xs[k] == y) & ~earlier

    def line(self, xs: Sequence[str]) -> str:
        return f"max({', '.join(xs)})" if len(xs) > 1 else xs[0]

    def slope_line(self, k: int, xs: Sequence[str], y: str) -> str:
        return " * ".join([f"({xs[k]} == {y})", *(f"({x} != {y})" for x in xs[:k])])
