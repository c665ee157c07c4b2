"""The smallest along some axes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._reduce import Axes, Reduce, first, highest
from convoscope.engine.types import Array


@dataclass(frozen=True)
class ReduceMin(Reduce):
    r"""The smallest of all numbers along `axes`.

    Equation   y = min x;   ∂y/∂x = 1 for the first x = y in reading order, 0 for all others
    Shapes     (d0, …, dn) → the same with length 1 along `axes`, or without them when `keepdims` is off
    Notes      Of equal minima the first gets the whole gradient. Of no numbers the smallest is ∞.
    Raises     ShapeError for an axis that is not there, or named twice.
    Source     ONNX ReduceMin-20
    """

    kind: ClassVar[str] = "reduce_min"
    onnx: ClassVar[tuple[str, ...]] = ("ReduceMin",)
    text: ClassVar[str] = "smallest"
    formula: ClassVar[str] = r"y = \min_a x_a"
    slope_formula: ClassVar[str] = r"[x \text{ is the first smallest}]"
    numpy: ClassVar[str] = "np.min({w})"
    slope_numpy: ClassVar[str] = "np.argmin({w}) == {place}"

    def reduce(self, x: Array, axes: Axes) -> Array:
        return x.min(axis=axes, keepdims=True, initial=highest(x.dtype))

    def slope(self, x: Array, y: Array, axes: Axes) -> Array:
        return first(x == y, axes)

    def chosen(self, w: Array) -> int | None:
        return int(np.argmin(w)) if w.size else None
