"""The sum along some axes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._reduce import Axes, Reduce
from convoscope.engine.types import Array


@dataclass(frozen=True)
class ReduceSum(Reduce):
    r"""The sum of all numbers along `axes`.

    Equation   y = Σ x;   ∂y/∂x = 1
    Shapes     (d0, …, dn) → the same with length 1 along `axes`, or without them when `keepdims` is off
    Notes      Of no numbers the sum is 0.
    Raises     ShapeError for an axis that is not there, or named twice.
    Source     ONNX ReduceSum-13
    """

    kind: ClassVar[str] = "reduce_sum"
    onnx: ClassVar[tuple[str, ...]] = ("ReduceSum",)
    text: ClassVar[str] = "sum"
    formula: ClassVar[str] = r"y = \sum_a x_a"
    numpy: ClassVar[str] = "np.sum({w})"
    slope_numpy: ClassVar[str] = "1"
    opset: ClassVar[int] = 17

    def reduce(self, x: Array, axes: Axes) -> Array:
        return x.sum(axis=axes, keepdims=True)

    def slope(self, x: Array, y: Array, axes: Axes) -> Array:
        return np.ones_like(x)
