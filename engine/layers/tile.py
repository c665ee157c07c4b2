"""Tile: the input laid side by side with copies of itself."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Table, Window
from convoscope.engine.layer import Example, require
from convoscope.engine.layers._copy import Copy
from convoscope.engine.layers._onnx import needed
from convoscope.engine.types import Array, Params, Shape


@dataclass(frozen=True)
class Tile(Copy):
    r"""`repeats` copies of the input along each axis.

    Equation   y[i, j] = x[i mod H, j mod W]
    Shapes     (d0, …, dn) → (d0 · repeats_0, …, dn · repeats_n)
    Raises     AttributeValueError for a negative number of repeats; ShapeError when there is not one per axis.
    Source     ONNX Tile-13
    """

    repeats: tuple[int, ...]

    kind: ClassVar[str] = "tile"
    onnx: ClassVar[tuple[str, ...]] = ("Tile",)
    formula: ClassVar[str] = r"y_{i,j} = x_{i \bmod H,\, j \bmod W}"

    def __post_init__(self) -> None:
        if min(self.repeats, default=0) < 0:
            raise AttributeValueError(f"tile: repeats is {self.repeats}; there are no fewer than 0 copies.")

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        require(
            len(self.repeats) == len(x),
            lambda: f"tile: repeats {self.repeats} must hold a number for each axis of an input of shape {x}.",
        )
        return tuple(n * r for n, r in zip(x, self.repeats, strict=True))

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        rules = [
            Axis() if r == 1 else Table(tuple((i % n,) for i in range(n * r)))
            for n, r in zip(x, self.repeats, strict=True)
        ]
        return (Window(tuple(rules), x, self.output_shape(x)),)

    def move(self, x: Array, filling: Any) -> Array:
        return np.tile(x, self.repeats)

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        return Reading(cls(needed(node, "repeats", 1)))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("Tile", extras=(("repeats", np.array(self.repeats, np.int64)),)),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(1, 3) for _ in range(draw.randint(1, 4)))
        repeats = tuple(draw.choice([1, 1, 2, 3]) for _ in shape)
        return Example(cls(repeats), (shape,), mixes_batch=repeats[0] > 1)
