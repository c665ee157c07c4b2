"""The L2 norm along some axes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._reduce import Axes, Reduce
from convoscope.engine.types import Array


@dataclass(frozen=True)
class ReduceL2(Reduce):
    r"""The length of the vector of all numbers along `axes`.

    Equation   y = √Σ x²;   ∂y/∂x = x / y
    Shapes     (d0, …, dn) → the same with length 1 along `axes`, or without them when `keepdims` is off
    Notes      Where all numbers are 0, the derivative used is 0.
    Raises     ShapeError for an axis that is not there, or named twice.
    Source     ONNX ReduceL2-18
    """

    kind: ClassVar[str] = "reduce_l2"
    onnx: ClassVar[tuple[str, ...]] = ("ReduceL2",)
    text: ClassVar[str] = "root"
    formula: ClassVar[str] = r"y = \sqrt{\sum_a x_a^2}"
    slope_formula: ClassVar[str] = r"\frac{x}{y}"
    numpy: ClassVar[str] = "np.sqrt(np.sum({w} ** 2))"
    slope_numpy: ClassVar[str] = "{x} / {y} if {y} else 0.0"

    def reduce(self, x: Array, axes: Axes) -> Array:
        return np.sqrt((x * x).sum(axis=axes, keepdims=True))

    def slope(self, x: Array, y: Array, axes: Axes) -> Array:
        return np.where(y == 0, 0, x / y)

    def stages(self, w: Array) -> list[tuple[str, float]]:
        return [("sum of squares", (w * w).sum())]
