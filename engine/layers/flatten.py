"""Flatten: the same numbers, read as one row per example."""

import random
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import IndexMap
from convoscope.engine.layer import Example, Layer, Partials, Saved, require
from convoscope.engine.layers._onnx import integer, refused
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


@dataclass(frozen=True)
class Flatten(Layer):
    r"""The axes before `axis` as rows, those from it on as columns; no number changes.

    Equation   y[n, (c·H + i)·W + j] = x[n, c, i, j]    for axis = 1
    Shapes     (d0, …, dn) → (d0 ⋯ d_{axis−1}, d_axis ⋯ dn)
    Raises     ShapeError when the input has no such axis.
    Source     ONNX Flatten-25
    """

    axis: int = 1

    kind: ClassVar[str] = "flatten"
    onnx: ClassVar[tuple[str, ...]] = ("Flatten",)
    picture: ClassVar[ex.Picture] = "copy"

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        require(
            -len(x) <= self.axis <= len(x),
            lambda: f"flatten: axis {self.axis} must lie between {-len(x)} and {len(x)} for an input of shape {x}.",
        )
        axis = self.axis + len(x) if self.axis < 0 else self.axis
        return prod(x[:axis]), prod(x[axis:])

    def windows(self, *x_shapes: Shape) -> tuple[IndexMap, ...]:
        (x,) = x_shapes
        return (IndexMap(np.arange(prod(x)).reshape(self.output_shape(x)), x),)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        return xs[0].reshape(self.output_shape(xs[0].shape)), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        return (dy.reshape(xs[0].shape),), {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        cells = self.windows(xs[0].shape)[0].cells(at)
        source = tuple(c[0] for c in cells)
        operand = ex.Operand("x", xs[0][np.ix_(*cells)], cells, "x")
        steps = (ex.Step("x", float(y[at]), float(y[at])),)
        line = f"out[{place(at)}] = X[{place(source)}]"
        return ex.Explanation("copy", at, float(y[at]), r"y_{(c H + i) W + j} = x_{c,i,j}", line, (operand,), steps)

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        (reader,) = self.windows(xs[0].shape)[0].readers(cell)
        formula = r"\frac{\partial L}{\partial x_{c,i,j}} = \frac{\partial L}{\partial y_{(c H + i) W + j}}"
        line = f"dX[{place(cell)}] = dout[{place(reader)}]"
        return Partials(np.array([reader]), np.ones(1, y.dtype), "1", formula, line)

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
