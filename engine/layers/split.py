"""Split: one of the parts that an axis is cut into. A node with several outputs becomes a layer for each."""

import random
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, ClassVar

import numpy as np

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window
from convoscope.engine.layer import Example, require
from convoscope.engine.layers._axes import axis_of
from convoscope.engine.layers._copy import Copy
from convoscope.engine.layers._onnx import integer, integers, refused
from convoscope.engine.types import Array, Params, Shape


@dataclass(frozen=True)
class Split(Copy):
    r"""Part number `part` of those that `axis` is cut into, counted from 0.

    Equation   y[i] = x[start + i],  start = Σ of the sizes of the parts before
    Shapes     (d0, …, dn) → the same, with the part's size along `axis`
    Notes      `sizes` says how long each part is. Without it there are `parts` of equal size, the last one smaller
               when they do not divide the axis.
    Raises     AttributeValueError for a part that is not there or a negative size; ShapeError when the sizes do not
               add up to the axis.
    Source     ONNX Split-18
    """

    axis: int = 0
    part: int = 0
    parts: int = 2
    sizes: tuple[int, ...] = ()

    kind: ClassVar[str] = "split"
    onnx: ClassVar[tuple[str, ...]] = ("Split",)
    formula: ClassVar[str] = r"y_i = x_{\text{start} + i}"

    def __post_init__(self) -> None:
        count = len(self.sizes) or self.parts
        if not 0 <= self.part < count:
            raise AttributeValueError(
                f"split: part is {self.part}; the {count} parts are counted from 0 to {count - 1}."
            )
        if min(self.sizes, default=0) < 0:
            raise AttributeValueError(f"split: sizes is {self.sizes}; a size is 0 or more.")

    def _cut(self, x: Shape) -> tuple[int, range]:
        """The axis, counted from 0, and the cells of the part along it."""
        axis = axis_of("split", self.axis, x)
        each = -(-x[axis] // self.parts)
        sizes = self.sizes or tuple(max(min(each, x[axis] - each * k), 0) for k in range(self.parts))
        require(
            sum(sizes) == x[axis],
            lambda: f"split: the sizes {sizes} must add up to {x[axis]}, the length of axis {axis} of {x}.",
        )
        ends = list(accumulate(sizes))
        return axis, range(ends[self.part] - sizes[self.part], ends[self.part])

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,), (axis, cells) = x_shapes, self._cut(x_shapes[0])
        return *x[:axis], len(cells), *x[axis + 1 :]

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,), (axis, cells) = x_shapes, self._cut(x_shapes[0])
        rules = tuple(Axis(offset=cells.start) if k == axis else Axis() for k in range(len(x)))
        return (Window(rules, x, self.output_shape(x)),)

    def move(self, x: Array, filling: Any) -> Array:
        axis, cells = self._cut(x.shape)
        return np.take(x, cells, axis)

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        """The sizes are an attribute before version 13 and a constant input since; equal parts need none."""
        sizes = integers(node, "split", 1) or ()
        if sizes and len(sizes) != len(node.outputs):
            raise refused(node, "split", sizes, f"It needs a size for each of the {len(node.outputs)} outputs.")
        parts = integer(node, "num_outputs", len(node.outputs))
        return Reading(cls(integer(node, "axis", 0), node.output, len(sizes) or parts, sizes))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        """As the slice that the part is."""
        axis, cells = self._cut(x_shapes[0])
        lists = {"starts": cells.start, "ends": cells.stop, "axes": axis}
        return (OnnxForm("Slice", extras=tuple((name, np.array([v], np.int64)) for name, v in lists.items())),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        rank = draw.randint(1, 4)
        axis, parts = draw.randrange(rank), draw.randint(1, 3)
        sizes = tuple(draw.randint(1, 3) for _ in range(parts))
        length = parts * draw.randint(1, 2)
        given = draw.random() < 0.6
        shape = tuple((sum(sizes) if given else length) if k == axis else draw.randint(1, 3) for k in range(rank))
        layer = cls(draw.choice([axis, axis - rank]), draw.randrange(parts), parts, sizes if given else ())
        return Example(layer, (shape,), mixes_batch=axis == 0)
