"""Gather: the slices of an axis that are named, in the order in which they are named."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import AnyWindow, Axis, Table, Window
from convoscope.engine.layer import Example, require
from convoscope.engine.layers._axes import axis_of
from convoscope.engine.layers._copy import Copy
from convoscope.engine.layers._onnx import constant, integer, refused
from convoscope.engine.types import Array, Params, Shape


@dataclass(frozen=True)
class Gather(Copy):
    r"""The slices of `axis` at `indices`, a number or a nested list of numbers.

    Equation   y[n, k, …] = x[n, indices[k], …]    for axis = 1
    Shapes     (d0, …, dn) → d0, …, the shape of indices in place of d_axis, …, dn
    Notes      An index below 0 is counted from the end. A slice named twice gets both gradients, one named by no index
               gets 0. The indices are part of the layer; a network that computes them cannot be read.
    Raises     ShapeError for an index or an axis that is not there.
    Source     ONNX Gather-13
    """

    indices: int | tuple[Any, ...]
    axis: int = 0

    kind: ClassVar[str] = "gather"
    onnx: ClassVar[tuple[str, ...]] = ("Gather",)
    formula: ClassVar[str] = r"y_{n,k} = x_{n,\text{indices}_k}"

    def _named(self, x: Shape) -> tuple[int, Array]:
        """The axis and the indices, both counted from 0."""
        axis, indices = axis_of("gather", self.axis, x), np.array(self.indices, np.int64)
        wrong = indices[(indices < -x[axis]) | (indices >= x[axis])]
        require(
            wrong.size == 0,
            lambda: f"gather: index {wrong.flat[0]} is outside axis {axis} of {x}, whose cells are 0 to {x[axis] - 1}.",
        )
        return axis, indices % max(x[axis], 1)

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,), (axis, indices) = x_shapes, self._named(x_shapes[0])
        return *x[:axis], *indices.shape, *x[axis + 1 :]

    def windows(self, *x_shapes: Shape) -> tuple[AnyWindow, ...]:
        (x,), (axis, indices) = x_shapes, self._named(x_shapes[0])
        if indices.ndim > 1 or len(x) + indices.ndim == 1:
            return super().windows(x)
        own: Axis | Table = Table(tuple((int(i),) for i in np.atleast_1d(indices)))
        if indices.ndim == 0:
            own = Axis(1, 0, int(indices), follows=0)
        behind = [Axis(follows=k + indices.ndim - 1) for k in range(axis + 1, len(x))]
        return (Window((*[Axis()] * axis, own, *behind), x, self.output_shape(x)),)

    def move(self, x: Array, filling: Any) -> Array:
        axis, indices = self._named(x.shape)
        return np.take(x, indices, axis)

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        indices = constant(node, 1, "indices")
        if indices is None:
            raise refused(node, "input 1 (indices)", "missing", "It says which slices to take.")
        return Reading(cls(_nested(indices.tolist()), integer(node, "axis", 0)))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("Gather", {"axis": self.axis}, (("indices", np.array(self.indices, np.int64)),)),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(1, 3) for _ in range(draw.randint(2, 4)))
        axis = draw.randrange(len(shape))
        wanted = draw.choice([(), (draw.randint(1, 4),), (2, 2)])
        count = int(np.prod(wanted, dtype=int))
        indices = np.array([draw.randint(-shape[axis], shape[axis] - 1) for _ in range(count)]).reshape(wanted)
        layer = cls(_nested(indices.tolist()), draw.choice([axis, axis - len(shape)]))
        return Example(layer, (shape,), mixes_batch=axis == 0)


def _nested(value: Any) -> Any:
    return tuple(_nested(v) for v in value) if isinstance(value, list) else int(value)
