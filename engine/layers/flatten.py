"""Flatten: the same numbers, read as one row per example."""

import random
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.layer import Example, require
from convoscope.engine.layers._copy import Copy
from convoscope.engine.layers._onnx import integer, refused
from convoscope.engine.types import Array, Params, Shape


@dataclass(frozen=True)
class Flatten(Copy):
    r"""The axes before `axis` as rows, those from it on as columns; no number changes.

    Equation   y[n, (c·H + i)·W + j] = x[n, c, i, j]    for axis = 1
    Shapes     (d0, …, dn) → (d0 ⋯ d_{axis−1}, d_axis ⋯ dn)
    Raises     ShapeError when the input has no such axis.
    Source     ONNX Flatten-25
    """

    axis: int = 1

    kind: ClassVar[str] = "flatten"
    onnx: ClassVar[tuple[str, ...]] = ("Flatten",)
    formula: ClassVar[str] = r"y_{(c H + i) W + j} = x_{c,i,j}"

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,), rank = x_shapes, len(x_shapes[0])
        require(
            -rank <= self.axis <= rank,
            lambda: f"flatten: axis {self.axis} must lie between {-rank} and {rank} for an input of shape {x}.",
        )
        axis = self.axis + rank if self.axis < 0 else self.axis
        return prod(x[:axis]), prod(x[axis:])

    def move(self, x: Array, filling: Any) -> Array:
        return x.reshape(self.output_shape(x.shape))

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        axis, rank = integer(node, "axis", 1), len(node.shapes.get(0, ())) or None
        if rank is not None and not -rank <= axis <= rank:
            raise refused(node, "attribute 'axis'", axis, f"It must lie between {-rank} and {rank}.")
        return Reading(cls(axis))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("Flatten", {"axis": self.axis}),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(1, 3) for _ in range(draw.randint(2, 4)))
        axis = draw.choice([1, 1, draw.randint(-len(shape), len(shape))])
        return Example(cls(axis), (shape,), mixes_batch=axis not in (1, 1 - len(shape)))
