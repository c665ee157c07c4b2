"""The sum of squares along some axes."""

from dataclasses import dataclass
from typing import ClassVar

from convoscope.engine.layers._reduce import Axes, Reduce
from convoscope.engine.types import Array


@dataclass(frozen=True)
class ReduceSumSquare(Reduce):
    r"""The sum of the squares of all numbers along `axes`.

    Equation   y = Σ x²;   ∂y/∂x = 2x
    Shapes     (d0, …, dn) → the same with length 1 along `axes`, or without them when `keepdims` is off
    Raises     ShapeError for an axis that is not there, or named twice.
    Source     ONNX ReduceSumSquare-18
    """

    kind: ClassVar[str] = "reduce_sum_square"
    onnx: ClassVar[tuple[str, ...]] = ("ReduceSumSquare",)
    text: ClassVar[str] = "sum of squares"
    formula: ClassVar[str] = r"y = \sum_a x_a^2"
    slope_formula: ClassVar[str] = r"2 x"
    numpy: ClassVar[str] = "np.sum({w} ** 2)"
    slope_numpy: ClassVar[str] = "2 * {x}"

    def reduce(self, x: Array, axes: Axes) -> Array:
        return (x * x).sum(axis=axes, keepdims=True)

    def slope(self, x: Array, y: Array, axes: Axes) -> Array:
        return 2 * x
