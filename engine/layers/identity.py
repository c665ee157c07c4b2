"""Identity: what comes in goes out."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Window, pointwise
from convoscope.engine.layer import Example
from convoscope.engine.layers._copy import Copy
from convoscope.engine.types import Array, Params, Shape


@dataclass(frozen=True)
class Identity(Copy):
    r"""Every number as it is.

    Equation   y = x;   dL/dx = dL/dy
    Shapes     any shape → the same shape
    Source     ONNX Identity-25
    """

    kind: ClassVar[str] = "identity"
    onnx: ClassVar[tuple[str, ...]] = ("Identity",)
    formula: ClassVar[str] = "y = x"

    def output_shape(self, *x_shapes: Shape) -> Shape:
        return x_shapes[0]

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        return (pointwise(x_shapes[0]),)

    def move(self, x: Array, filling: Any) -> Array:
        return x

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        return Reading(cls())

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("Identity"),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        return Example(cls(), (tuple(draw.randint(1, 4) for _ in range(draw.randint(1, 4))),))
