"""The logarithm of the sum of exponentials along some axes, a smooth maximum."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._reduce import Axes, Reduce
from convoscope.engine.types import Array


@dataclass(frozen=True)
class ReduceLogSumExp(Reduce):
    r"""The logarithm of the sum of the exponentials of all numbers along `axes`.

    Equation   y = C + log Σ exp(x − C),  C = max x;   ∂y/∂x = exp(x − y)
    Shapes     (d0, …, dn) → the same with length 1 along `axes`, or without them when `keepdims` is off
    Notes      C makes no difference to the value and keeps exp from overflowing. Of no numbers it is −∞.
    Raises     ShapeError for an axis that is not there, or named twice.
    Source     ONNX ReduceLogSumExp-28
    """

    kind: ClassVar[str] = "reduce_log_sum_exp"
    onnx: ClassVar[tuple[str, ...]] = ("ReduceLogSumExp",)
    text: ClassVar[str] = "max + log of it"
    formula: ClassVar[str] = r"y = C + \log \sum_a e^{x_a - C}, \quad C = \max_a x_a"
    slope_formula: ClassVar[str] = r"e^{x - y}"
    numpy: ClassVar[str] = "np.log(np.sum(np.exp({w})))"
    slope_numpy: ClassVar[str] = "np.exp({x} - {y})"

    def reduce(self, x: Array, axes: Axes) -> Array:
        top = x.max(axis=axes, keepdims=True, initial=-np.inf)
        top = np.where(np.isfinite(top), top, 0).astype(x.dtype)
        return top + np.log(np.exp(x - top).sum(axis=axes, keepdims=True))

    def slope(self, x: Array, y: Array, axes: Axes) -> Array:
        return np.exp(x - y)

    def stages(self, w: Array) -> list[tuple[str, float]]:
        return [("max", w.max()), ("sum of exp(x − max)", np.exp(w - w.max()).sum())]
