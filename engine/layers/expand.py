"""Expand: axes of length 1 stretched by repeating their one cell."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Window
from convoscope.engine.layer import Example, Saved
from convoscope.engine.layers._broadcast import aligned, folded, joined
from convoscope.engine.layers._copy import Copy
from convoscope.engine.layers._onnx import needed
from convoscope.engine.types import Array, Params, Shape


@dataclass(frozen=True)
class Expand(Copy):
    r"""The input stretched to the shape that it and `shape` have in common.

    Equation   y[n, c, i, j] = x[n, c, 0, 0]    for an x of shape (N, C, 1, 1)
    Shapes     any shape → the one that it and `shape` both stretch to, lined up at their ends
    Notes      The gradient of a repeated cell is the sum of those of its copies.
    Raises     AttributeValueError for a negative size; ShapeError when the two do not fit.
    Source     ONNX Expand-13
    """

    shape: tuple[int, ...]

    kind: ClassVar[str] = "expand"
    onnx: ClassVar[tuple[str, ...]] = ("Expand",)
    formula: ClassVar[str] = r"y_{n,c,i,j} = x_{n,c,0,0}"

    def __post_init__(self) -> None:
        if min(self.shape, default=0) < 0:
            raise AttributeValueError(f"expand: shape is {self.shape}; a size is 0 or more.")

    def output_shape(self, *x_shapes: Shape) -> Shape:
        return joined("expand", (x_shapes[0], self.shape))

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        return (aligned(x_shapes[0], self.output_shape(x_shapes[0])),)

    def move(self, x: Array, filling: Any) -> Array:
        return np.broadcast_to(x, self.output_shape(x.shape)).copy()

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        return (folded(dy, xs[0].shape),), {}

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        """−1, which some exporters write for "as it is", is no size: 1 says the same."""
        return Reading(cls(tuple(1 if n == -1 else n for n in needed(node, "shape", 1))))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("Expand", extras=(("shape", np.array(self.shape, np.int64)),)),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        y = tuple(draw.randint(1, 3) for _ in range(draw.randint(1, 4)))
        x = tuple(n if draw.random() < 0.5 else 1 for n in y)[draw.choice([0, draw.randrange(len(y))]) :]
        shape = tuple(
            n if m == 1 or draw.random() < 0.5 else 1 for n, m in zip(y[::-1], (*x[::-1], *[1] * 4), strict=False)
        )
        return Example(cls(shape[::-1]), (x,), mixes_batch=len(x) < len(y) or x[0] != y[0])
