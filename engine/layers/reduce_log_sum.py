"""The logarithm of the sum along some axes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._reduce import Axes, Reduce
from convoscope.engine.types import Array


@dataclass(frozen=True)
class ReduceLogSum(Reduce):
    r"""The logarithm of the sum of all numbers along `axes`.

    Equation   y = log Σ x;   ∂y/∂x = 1 / Σ x
    Shapes     (d0, …, dn) → the same with length 1 along `axes`, or without them when `keepdims` is off
    Notes      −∞ where the sum is 0, NaN where it is below.
    Raises     ShapeError for an axis that is not there, or named twice.
    Source     ONNX ReduceLogSum-28
    """

    kind: ClassVar[str] = "reduce_log_sum"
    onnx: ClassVar[tuple[str, ...]] = ("ReduceLogSum",)
    text: ClassVar[str] = "log of it"
    formula: ClassVar[str] = r"y = \log \sum_a x_a"
    slope_formula: ClassVar[str] = r"\frac{1}{\sum_b x_b}"
    numpy: ClassVar[str] = "np.log(np.sum({w}))"
    slope_numpy: ClassVar[str] = "1 / np.sum({w})"
    domain: ClassVar[tuple[float, float]] = (0.2, 3.0)

    def reduce(self, x: Array, axes: Axes) -> Array:
        return np.log(x.sum(axis=axes, keepdims=True))

    def slope(self, x: Array, y: Array, axes: Axes) -> Array:
        return np.ones_like(x) / x.sum(axis=axes, keepdims=True)

    def stages(self, w: Array) -> list[tuple[str, float]]:
        return [("sum", w.sum())]
