"""The mean of several maps, number by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._broadcast import Broadcast
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Mean(Broadcast):
    r"""The mean of the numbers at the same place.

    Equation   y = (1/K) Σ_k x_k over K inputs;   ∂y/∂x_k = 1/K
    Shapes     one or more shapes → the one that all stretch to
    Raises     ShapeError when the shapes do not fit.
    Source     ONNX Mean-13
    """

    kind: ClassVar[str] = "mean"
    onnx: ClassVar[tuple[str, ...]] = ("Mean",)
    text: ClassVar[str] = "the mean"
    formula: ClassVar[str] = r"y = \frac{1}{K} \sum_{k=1}^{K} x_k"

    def f(self, *xs: Array) -> Array:
        return reduce(np.add, xs) / len(xs)

    def slope(self, k: int, xs: Sequence[Array], y: Array) -> Array:
        return np.full_like(y, 1 / len(xs))

    def line(self, xs: Sequence[str]) -> str:
        return f"({' + '.join(xs)}) / {len(xs)}"

    def slope_line(self, k: int, xs: Sequence[str], y: str) -> str:
        return f"1 / {len(xs)}"
