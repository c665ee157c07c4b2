"""Unsqueeze: axes of length 1 put in."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window
from convoscope.engine.layer import Example
from convoscope.engine.layers._axes import axes_of
from convoscope.engine.layers._copy import Copy
from convoscope.engine.layers._onnx import needed
from convoscope.engine.types import Array, Params, Shape


@dataclass(frozen=True)
class Unsqueeze(Copy):
    r"""The same numbers with axes of length 1 at the places `axes` of the output.

    Equation   y[n, c, 0, 0] = x[n, c]    for axes = (2, 3)
    Shapes     (d0, …, dn) → the same with `axes` put in
    Raises     ShapeError when the output has no such axis, or one is named twice.
    Source     ONNX Unsqueeze-25
    """

    axes: tuple[int, ...]

    kind: ClassVar[str] = "unsqueeze"
    onnx: ClassVar[tuple[str, ...]] = ("Unsqueeze",)
    formula: ClassVar[str] = r"y_{n,c,0,0} = x_{n,c}"

    def _kept(self, x: Shape) -> list[int]:
        """The output axes at which the input's stand."""
        rank = len(x) + len(self.axes)
        new = axes_of("unsqueeze", self.axes, (1,) * rank)
        return [k for k in range(rank) if k not in new]

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,), kept = x_shapes, self._kept(x_shapes[0])
        return tuple(x[kept.index(k)] if k in kept else 1 for k in range(len(x) + len(self.axes)))

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        return (Window(tuple(Axis(follows=k) for k in self._kept(x)), x, self.output_shape(x)),)

    def move(self, x: Array, filling: Any) -> Array:
        return x.reshape(self.output_shape(x.shape))

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        return Reading(cls(needed(node, "axes", 1)))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("Unsqueeze", extras=(("axes", np.array(self.axes, np.int64)),)),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(1, 3) for _ in range(draw.randint(1, 3)))
        rank = len(shape) + draw.randint(1, 2)
        axes = draw.sample(range(rank), rank - len(shape))
        return Example(cls(tuple(draw.choice([k, k - rank]) for k in axes)), (shape,), mixes_batch=0 in axes)
