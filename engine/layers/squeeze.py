"""Squeeze: axes of length 1 taken away."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window
from convoscope.engine.layer import Example, require
from convoscope.engine.layers._axes import axes_of
from convoscope.engine.layers._copy import Copy
from convoscope.engine.layers._onnx import integers
from convoscope.engine.types import Array, Params, Shape


@dataclass(frozen=True)
class Squeeze(Copy):
    r"""The same numbers without the axes `axes`, each of length 1; without all such axes when `axes` is None.

    Equation   y[n, c] = x[n, c, 0, 0]    for axes = (2, 3)
    Shapes     (d0, …, dn) → the same without `axes`
    Raises     ShapeError when an axis is not there, or is longer than 1.
    Source     ONNX Squeeze-25
    """

    axes: tuple[int, ...] | None = None

    kind: ClassVar[str] = "squeeze"
    onnx: ClassVar[tuple[str, ...]] = ("Squeeze",)
    formula: ClassVar[str] = r"y_{n,c} = x_{n,c,0,0}"

    def _gone(self, x: Shape) -> tuple[int, ...]:
        if self.axes is None:
            return tuple(k for k, n in enumerate(x) if n == 1)
        gone = axes_of("squeeze", self.axes, x)
        require(
            all(x[k] == 1 for k in gone),
            lambda: f"squeeze: the axes {self.axes} of an input of shape {x} must have length 1.",
        )
        return gone

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        gone = self._gone(x)
        return tuple(n for k, n in enumerate(x) if k not in gone)

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,), gone = x_shapes, self._gone(x_shapes[0])
        rules = [Axis(1, 0) if k in gone else Axis(follows=k - sum(g < k for g in gone)) for k in range(len(x))]
        return (Window(tuple(rules), x, self.output_shape(x)),)

    def move(self, x: Array, filling: Any) -> Array:
        return x.reshape(self.output_shape(x.shape))

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        """Where no axes are given and the shape is known, they are named, so that a batch of 1 is not squeezed away."""
        axes, x = integers(node, "axes", 1), node.shapes.get(0)
        if axes is None and x is not None:
            axes = tuple(k for k, n in enumerate(x) if n == 1)
        return Reading(cls(axes))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        if self.axes == ():  # runtimes differ on an empty list: some take it for all axes
            return (OnnxForm("Identity"),)
        extras = () if self.axes is None else (("axes", np.array(self.axes, np.int64)),)
        return (OnnxForm("Squeeze", extras=extras),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.choice([1, 1, 2, 3]) for _ in range(draw.randint(2, 5)))
        axes = [k for k, n in enumerate(shape) if n == 1 and k and draw.random() < 0.7]
        layer = cls(tuple(draw.choice([k, k - len(shape)]) for k in axes) if draw.random() < 0.8 else None)
        return Example(layer, (shape,), mixes_batch=layer.axes is None)
