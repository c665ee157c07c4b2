"""The sum of several maps, number by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._broadcast import Broadcast
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Sum(Broadcast):
    r"""The sum of the numbers at the same place.

    Equation   y = Σ_k x_k;   ∂y/∂x_k = 1
    Shapes     one or more shapes → the one that all stretch to
    Raises     ShapeError when the shapes do not fit.
    Source     ONNX Sum-13
    """

    kind: ClassVar[str] = "sum"
    onnx: ClassVar[tuple[str, ...]] = ("Sum",)
    text: ClassVar[str] = "the sum"
    formula: ClassVar[str] = r"y = \sum_k x_k"

    def f(self, *xs: Array) -> Array:
        return reduce(np.add, xs)

    def slope(self, k: int, xs: Sequence[Array], y: Array) -> Array:
        return np.ones_like(y)

    def line(self, xs: Sequence[str]) -> str:
        return " + ".join(xs)

    def slope_line(self, k: int, xs: Sequence[str], y: str) -> str:
        return "1"
