"""Reshape: the same numbers in the same reading order, under another shape."""

import random
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import numpy as np

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.layer import Example, require
from convoscope.engine.layers._copy import Copy
from convoscope.engine.layers._onnx import integer, needed, refused
from convoscope.engine.types import Array, Params, Shape


@dataclass(frozen=True)
class Reshape(Copy):
    r"""The input's numbers in reading order, under the shape `shape`.

    Equation   y[o] = x[a] where o and a have the same place in reading order
    Shapes     any shape → `shape`, in which 0 stands for the input's size at the same place (unless allowzero),
               and one −1 for whatever is left
    Raises     ShapeError when the sizes do not multiply to the number of inputs. AttributeValueError for two −1.
    Source     ONNX Reshape-25
    """

    shape: tuple[int, ...]
    allowzero: bool = False

    kind: ClassVar[str] = "reshape"
    onnx: ClassVar[tuple[str, ...]] = ("Reshape",)
    formula: ClassVar[str] = r"y_o = x_a, \quad o \text{ and } a \text{ at the same place in reading order}"

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        kept = not self.allowzero
        require(
            all(n != 0 or not kept or k < len(x) for k, n in enumerate(self.shape)),
            lambda: f"reshape: {self.shape} keeps an axis that an input of shape {x} does not have.",
        )
        y = [x[k] if n == 0 and kept else n for k, n in enumerate(self.shape)]
        known = prod(n for n in y if n != -1)
        if -1 in y and known:
            y[y.index(-1)] = prod(x) // known
        require(
            -1 not in y and prod(y) == prod(x),
            lambda: f"reshape: {prod(x)} numbers of shape {x} do not fill the shape {self.shape}.",
        )
        return tuple(y)

    def move(self, x: Array, filling: Any) -> Array:
        return x.reshape(self.output_shape(x.shape))

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        """A shape that holds the batch of 1 with which a file was exported keeps a free batch free."""
        shape, allowzero = needed(node, "shape", 1), bool(integer(node, "allowzero", 0))
        if shape.count(-1) > 1 or min(shape, default=0) < -1:
            raise refused(
                node, "its shape", shape, "Sizes are positive, 0 to keep one, and −1 for one of them at most."
            )
        x = node.shapes.get(0, (1,))
        rest = [n for n in x[1:] if n is not None]
        fixed = shape[:1] == (1,) and min(shape) > 0 and not allowzero
        if fixed and x[:1] == (None,) and len(rest) == len(x) - 1 and prod(rest) == prod(shape):
            shape = (0, *shape[1:])
        return Reading(cls(shape, allowzero))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        settings = {"allowzero": 1} if self.allowzero else {}
        return (OnnxForm("Reshape", settings, (("shape", np.array(self.shape, np.int64)),)),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        a, b, c = draw.randint(1, 3), draw.randint(1, 3), draw.randint(1, 3)
        first, shapes = draw.choice([0, draw.randint(1, 2)]), [(a * b, c), (-1, a), (c, a, b), (a * b * c,), (a, -1, c)]
        return Example(
            cls((first, *draw.choice(shapes))), ((first or draw.randint(1, 3), a, b, c),), mixes_batch=first != 0
        )
