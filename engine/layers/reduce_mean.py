"""The mean along some axes; over rows and columns, global average pooling."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._reduce import Axes, Reduce
from convoscope.engine.types import Array


@dataclass(frozen=True)
class ReduceMean(Reduce):
    r"""The mean of all numbers along `axes`.

    Equation   y = (1/n) Σ x over n numbers;   ∂y/∂x = 1/n
    Shapes     (d0, …, dn) → the same with length 1 along `axes`, or without them when `keepdims` is off
    Raises     ShapeError for an axis that is not there, or named twice.
    Source     Lin et al. 2014, section 3.2; ONNX ReduceMean-18
    """

    kind: ClassVar[str] = "reduce_mean"
    onnx: ClassVar[tuple[str, ...]] = ("ReduceMean",)
    text: ClassVar[str] = "mean"
    formula: ClassVar[str] = r"y = \frac{1}{n} \sum_a x_a"
    slope_formula: ClassVar[str] = r"\frac{1}{n}"
    numpy: ClassVar[str] = "np.mean({w})"
    slope_numpy: ClassVar[str] = "1 / {n}"

    def reduce(self, x: Array, axes: Axes) -> Array:
        return x.sum(axis=axes, keepdims=True) / prod(x.shape[k] for k in axes)

    def slope(self, x: Array, y: Array, axes: Axes) -> Array:
        return np.full_like(x, 1 / prod(x.shape[k] for k in axes))

    def stages(self, w: Array) -> list[tuple[str, float]]:
        return [("sum", w.sum())]
