"""The L1 norm along some axes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._reduce import Axes, Reduce
from convoscope.engine.types import Array


@dataclass(frozen=True)
class ReduceL1(Reduce):
    r"""The sum of the sizes of all numbers along `axes`.

    Equation   y = Σ |x|;   ∂y/∂x = sign x
    Shapes     (d0, …, dn) → the same with length 1 along `axes`, or without them when `keepdims` is off
    Raises     ShapeError for an axis that is not there, or named twice.
    Source     ONNX ReduceL1-18
    """

    kind: ClassVar[str] = "reduce_l1"
    onnx: ClassVar[tuple[str, ...]] = ("ReduceL1",)
    text: ClassVar[str] = "sum of sizes"
    formula: ClassVar[str] = r"y = \sum_a |x_a|"
    slope_formula: ClassVar[str] = r"\operatorname{sign} x"
    numpy: ClassVar[str] = "np.sum(np.abs({w}))"
    slope_numpy: ClassVar[str] = "np.sign({x})"
    kinks: ClassVar[tuple[float, ...]] = (0.0,)

    def reduce(self, x: Array, axes: Axes) -> Array:
        return np.abs(x).sum(axis=axes, keepdims=True)

    def slope(self, x: Array, y: Array, axes: Axes) -> Array:
        return np.sign(x)
