"""What softmax and its logarithm share: the axis that they run along, or several axes together."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window, product
from convoscope.engine.layer import Example, Layer
from convoscope.engine.layers._axes import axis_of
from convoscope.engine.layers._onnx import integer, refused
from convoscope.engine.types import Array, Index, Params, Shape


@dataclass(frozen=True)
class Along(Layer):
    """Base of the layers in which the numbers along `axis` depend on each other, and on no others.

    flat: all axes from `axis` to the last together, as ONNX had it before version 13.
    """

    axis: int = -1
    flat: bool = False

    picture: ClassVar[ex.Picture] = "normalize"

    def axes(self, x: Shape) -> tuple[int, ...]:
        """The axes that the layer runs along, counted from 0."""
        axis = axis_of(self.kind, self.axis, x)
        return tuple(range(axis, len(x))) if self.flat else (axis,)

    def output_shape(self, *x_shapes: Shape) -> Shape:
        self.axes(x_shapes[0])
        return x_shapes[0]

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,), axes = x_shapes, self.axes(x_shapes[0])
        return (Window(tuple(Axis(n, 0) if k in axes else Axis() for k, n in enumerate(x)), x, x),)

    def row(self, at: Index, shape: Shape) -> str:
        """The index that takes all numbers that `at` depends on."""
        axes = self.axes(shape)
        return ", ".join(":" if k in axes else str(i) for k, i in enumerate(at))

    def readers(self, cell: Index, y: Array) -> tuple[Array, Array]:
        """The outputs that read a cell, and which of them stands at the cell's own place."""
        readers = product(*self.windows(y.shape)[0].reach(cell))
        return readers, (readers == np.array(cell)).all(axis=1)

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        """Before version 13 the axes from `axis` on are one; that says nothing new where the others have length 1."""
        axis, x = integer(node, "axis", 1 if node.version < 13 else -1), node.shapes.get(0)
        if x is not None and not -len(x) <= axis < len(x):
            raise refused(node, "attribute 'axis'", axis, f"It must lie between {-len(x)} and {len(x) - 1}.")
        alone = x is not None and all(n == 1 for n in x[axis % len(x) + 1 :])
        return Reading(cls(axis, node.version < 13 and not alone))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        if not self.flat:
            return (OnnxForm(self.onnx[0], {"axis": self.axis}),)
        (x,) = x_shapes
        back = np.array([-1, *x[1:]], np.int64)  # the batch stays free
        flatten = OnnxForm("Flatten", {"axis": self.axes(x)[0]})
        return flatten, OnnxForm(self.onnx[0], {"axis": 1}), OnnxForm("Reshape", extras=(("shape", back),))

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(1, 4) for _ in range(draw.randint(1, 4)))
        axis, flat = draw.randrange(len(shape)), draw.random() < 0.3
        return Example(cls(draw.choice([axis, axis - len(shape)]), flat), (shape,), mixes_batch=axis == 0)
