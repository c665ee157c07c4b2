"""The largest along some axes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._reduce import Axes, Reduce, first, lowest
from convoscope.engine.types import Array


@dataclass(frozen=True)
class ReduceMax(Reduce):
    r"""The largest of all numbers along `axes`.

    Equation   y = max x;   ∂y/∂x = 1 for the first x = y in reading order, 0 for all others
    Shapes     (d0, …, dn) → the same with length 1 along `axes`, or without them when `keepdims` is off
    Notes      Of equal maxima the first gets the whole gradient. Of no numbers the largest is −∞.
    Raises     ShapeError for an axis that is not there, or named twice.
    Source     ONNX ReduceMax-20
    """

    kind: ClassVar[str] = "reduce_max"
    onnx: ClassVar[tuple[str, ...]] = ("ReduceMax",)
    text: ClassVar[str] = "largest"
    formula: ClassVar[str] = r"y = \max_a x_a"
    slope_formula: ClassVar[str] = r"[x \text{ is the first largest}]"
    numpy: ClassVar[str] = "np.max({w})"
    slope_numpy: ClassVar[str] = "np.argmax({w}) == {place}"

    def reduce(self, x: Array, axes: Axes) -> Array:
        return x.max(axis=axes, keepdims=True, initial=lowest(x.dtype))

    def slope(self, x: Array, y: Array, axes: Axes) -> Array:
        return first(x == y, axes)

    def chosen(self, w: Array) -> int | None:
        return int(np.argmax(w)) if w.size else None
