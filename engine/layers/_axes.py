"""Axes counted from either end, as ONNX counts them."""

from collections.abc import Sequence

from convoscope.engine.layer import require
from convoscope.engine.types import Shape


def axis_of(kind: str, axis: int, shape: Shape) -> int:
    """The axis counted from 0. Raises ShapeError where an array of this shape has no such axis."""
    rank = len(shape)
    require(
        -rank <= axis < rank,
        lambda: f"{kind}: axis {axis} must lie between {-rank} and {rank - 1} for an input of shape {shape}.",
    )
    return axis % rank


def axes_of(kind: str, axes: Sequence[int], shape: Shape) -> tuple[int, ...]:
    """The axes counted from 0, in the order given. Raises ShapeError for an axis that is not there or named twice."""
    found = tuple(axis_of(kind, axis, shape) for axis in axes)
    require(len(set(found)) == len(found), lambda: f"{kind}: the axes {tuple(axes)} name one axis twice.")
    return found
