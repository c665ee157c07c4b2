"""Root mean square normalisation: numbers against their size alone, the mean stays."""

import random
from dataclasses import dataclass
from typing import ClassVar

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis
from convoscope.engine.layer import Example
from convoscope.engine.layers._axes import axis_of
from convoscope.engine.layers._normalization import Normalization, trailing_params, whole
from convoscope.engine.layers._onnx import integer, number
from convoscope.engine.types import Params, Shape


@dataclass(frozen=True)
class RMSNorm(Normalization):
    r"""The axes from `axis` on divided by their root mean square, then each place scaled.

    Equation   y = w · x / √(mean(x²) + ε),  the mean over all axes from `axis` on
    Shapes     any shape → the same; weight has the shape of the axes from `axis` on
    Raises     ShapeError when the input has no such axis.
    Source     Zhang and Sennrich 2019, equation 4; ONNX RMSNormalization-23
    """

    axis: int = -1

    kind: ClassVar[str] = "rms_norm"
    onnx: ClassVar[tuple[str, ...]] = ("RMSNormalization",)
    centred: ClassVar[bool] = False

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        axis_of("rms_norm", self.axis, x)
        return x

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        (x,) = x_shapes
        return {"weight": x[axis_of("rms_norm", self.axis, x) :]}

    def affine(self, x: Shape) -> tuple[int, ...]:
        return tuple(range(self.axis % len(x), len(x)))

    def blocks(self, x: Shape) -> tuple[Shape, tuple[int, ...]]:
        return x, self.affine(x)

    def neighbours(self, x: Shape) -> tuple[Axis, ...]:
        return whole(x, self.affine(x))

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        axis = integer(node, "axis", -1)
        return Reading(cls(number(node, "epsilon", 1e-5), axis), trailing_params(node, axis))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        attributes = {"epsilon": self.epsilon, "axis": self.axis}
        return (OnnxForm("RMSNormalization", attributes, tuple(params.items()), opset=23),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(1, 3) for _ in range(draw.randint(2, 4)))
        axis = draw.choice([draw.randint(1, len(shape) - 1), -1, 0])
        return Example(cls(draw.choice([1e-5, 0.1]), axis), (shape,), mixes_batch=axis == 0)
