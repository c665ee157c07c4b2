"""Slice: a part of the input, from a start to an end, every so many steps, along some axes."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Table, Window
from convoscope.engine.layer import Example
from convoscope.engine.layers._axes import axes_of
from convoscope.engine.layers._copy import Copy
from convoscope.engine.layers._onnx import integers, needed
from convoscope.engine.types import Array, Params, Shape


@dataclass(frozen=True)
class Slice(Copy):
    r"""The cells start, start + step, … before end, along each of `axes`; all cells along the others.

    Equation   y[i] = x[start + step·i]
    Shapes     (d0, …, dn) → the same, with the number of cells taken along each of `axes`
    Notes      As in Python: below 0, starts and ends are counted from the end, and beyond it they stop at it. No axes
               means the first ones, no steps means 1. A negative step goes backwards.
    Raises     AttributeValueError for a step of 0, or lists of different lengths; ShapeError for an axis that is not
               there.
    Source     ONNX Slice-13
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    axes: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()

    kind: ClassVar[str] = "slice"
    onnx: ClassVar[tuple[str, ...]] = ("Slice",)
    formula: ClassVar[str] = r"y_i = x_{\text{start} + \text{step} \cdot i}"

    def __post_init__(self) -> None:
        given = {
            name: getattr(self, name) for name in ("ends", "axes", "steps") if getattr(self, name) or name == "ends"
        }
        for name, values in given.items():
            if len(values) != len(self.starts):
                raise AttributeValueError(
                    f"slice: {name} is {values}; it needs as many numbers as starts, {self.starts}."
                )
        if 0 in self.steps:
            raise AttributeValueError(f"slice: steps is {self.steps}; a step of 0 takes the same cell for ever.")

    def _taken(self, x: Shape) -> list[range]:
        """Per axis, the cells that are taken, in the order of the output."""
        taken = [range(n) for n in x]
        axes = axes_of("slice", self.axes or range(len(self.starts)), x)
        for k, axis in enumerate(axes):
            step = self.steps[k] if self.steps else 1
            taken[axis] = range(*slice(self.starts[k], self.ends[k], step).indices(x[axis]))
        return taken

    def output_shape(self, *x_shapes: Shape) -> Shape:
        return tuple(len(cells) for cells in self._taken(x_shapes[0]))

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,), taken = x_shapes, self._taken(x_shapes[0])
        rules = [
            Axis(1, cells.step, cells.start) if cells.step > 0 else Table(tuple((c,) for c in cells)) for cells in taken
        ]
        return (Window(tuple(rules), x, self.output_shape(x)),)

    def move(self, x: Array, filling: Any) -> Array:
        for axis, cells in enumerate(self._taken(x.shape)):
            x = x if cells == range(x.shape[axis]) else np.take(x, cells, axis)
        return x

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        """Before version 10 everything is an attribute, since then a constant input."""
        lists = (
            needed(node, "starts", 1),
            needed(node, "ends", 2),
            integers(node, "axes", 3),
            integers(node, "steps", 4),
        )
        return Reading(cls(*(numbers or () for numbers in lists)))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        axes, steps = self.axes or tuple(range(len(self.starts))), self.steps or (1,) * len(self.starts)
        lists = {"starts": self.starts, "ends": self.ends, "axes": axes, "steps": steps}
        return (OnnxForm("Slice", extras=tuple((name, np.array(v, np.int64)) for name, v in lists.items())),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(2, 4) for _ in range(draw.randint(1, 4)))
        axes = tuple(draw.sample(range(len(shape)), draw.randint(1, len(shape))))
        steps = tuple(draw.choice([1, 2, -1, -2]) for _ in axes)
        ends = [draw.randint(0, shape[k] - 1) for k in axes]
        starts = [
            draw.randint(0, e) if s > 0 else draw.randint(e, shape[k] - 1)
            for k, s, e in zip(axes, steps, ends, strict=True)
        ]
        stops = tuple(e + 1 if s > 0 else e - 1 - shape[k] for k, s, e in zip(axes, steps, ends, strict=True))
        return Example(cls(tuple(starts), stops, axes, steps), (shape,), mixes_batch=0 in axes)
