"""Concatenation: maps stacked one behind the other along an axis, mostly the channels."""

import random
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window
from convoscope.engine.layer import Example, Layer, Partials, Saved, readers_of, require
from convoscope.engine.layers._axes import axis_of
from convoscope.engine.layers._copy import copied, returned
from convoscope.engine.layers._onnx import integer
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


@dataclass(frozen=True)
class Concat(Layer):
    r"""The inputs one after the other along `axis`.

    Equation   y[n, c_k + c, i, j] = x_k[n, c, i, j]    for axis = 1, where c_k counts the channels of the inputs before
    Shapes     (N, C_0, H, W), (N, C_1, H, W), … → (N, Σ C_k, H, W)
    Notes      Each input gets its own part of the gradient back.
    Raises     ShapeError when the inputs differ in another axis.
    Source     Szegedy et al. 2015, section 4; Huang et al. 2017, equation 2; ONNX Concat-13
    """

    axis: int = 1

    kind: ClassVar[str] = "concat"
    onnx: ClassVar[tuple[str, ...]] = ("Concat",)
    picture: ClassVar[ex.Picture] = "copy"

    def output_shape(self, *x_shapes: Shape) -> Shape:
        require(len(x_shapes) > 0, lambda: "concat reads one or more inputs, but none was given.")
        axis = axis_of("concat", self.axis, x_shapes[0])
        others = {(*x[:axis], *x[axis + 1 :]) if len(x) > axis else x for x in x_shapes}
        require(
            len(others) == 1,
            lambda: f"concat: the inputs {', '.join(map(str, x_shapes))} must be equal in all axes but axis {axis}.",
        )
        x = x_shapes[0]
        return *x[:axis], sum(s[axis] for s in x_shapes), *x[axis + 1 :]

    def _starts(self, *x_shapes: Shape) -> tuple[int, list[int]]:
        """The axis, counted from 0, and where along it each input begins; at the end, where the last one ends."""
        axis = axis_of("concat", self.axis, x_shapes[0])
        return axis, [0, *accumulate(x[axis] for x in x_shapes)]

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        y, (axis, starts) = self.output_shape(*x_shapes), self._starts(*x_shapes)
        return tuple(
            Window(tuple(Axis(offset=-starts[k]) if a == axis else Axis() for a in range(len(x))), x, y)
            for k, x in enumerate(x_shapes)
        )

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        return np.concatenate(xs, self.axis), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        axis, starts = self._starts(*(x.shape for x in xs))
        return tuple(np.split(dy, starts[1:-1], axis)), {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        axis, starts = self._starts(*(x.shape for x in xs))
        k = next(k for k in range(len(xs)) if starts[k] <= at[axis] < starts[k + 1])
        window = self.windows(*(x.shape for x in xs))[k]
        return copied(xs, y, at, k, window, r"y_{c_k + c,\, i,\, j} = x^{(k)}_{c,i,j}", f"X{k}")

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        return returned(readers_of(self.windows(*(x.shape for x in xs))[which], cell), cell, y, f"X{which}")

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        return Reading(cls(integer(node, "axis")), data=tuple(range(len(node.inputs))))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("Concat", {"axis": self.axis}),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(1, 3) for _ in range(draw.randint(1, 4)))
        axis = draw.randrange(len(shape))
        shapes = tuple((*shape[:axis], draw.randint(1, 3), *shape[axis + 1 :]) for _ in range(draw.randint(1, 4)))
        return Example(cls(draw.choice([axis, axis - len(shape)])), shapes, mixes_batch=axis == 0)
