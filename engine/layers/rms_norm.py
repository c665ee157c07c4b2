"""Root mean square normalisation: numbers against their size alone, the mean stays."""

import random
from dataclasses import dataclass
from typing import ClassVar

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.layer import Example
from convoscope.engine.layers._normalization import TrailingNormalization, trailing_params
from convoscope.engine.layers._onnx import integer, number
from convoscope.engine.types import Params, Shape


@dataclass(frozen=True)
class RMSNorm(TrailingNormalization):
    r"""The axes from `axis` on divided by their root mean square, then each place scaled.

    Equation   y = w · x / √(mean(x²) + ε),  the mean over all axes from `axis` on
    Shapes     any shape → the same; weight has the shape of the axes from `axis` on
    Raises     ShapeError when the input has no such axis.
    Source     Zhang and Sennrich 2019, equation 4; ONNX RMSNormalization-23
    """

    kind: ClassVar[str] = "rms_norm"
    onnx: ClassVar[tuple[str, ...]] = ("RMSNormalization",)
    centred: ClassVar[bool] = False

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        return {"weight": self.trailing(x_shapes[0])}

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        axis = integer(node, "axis", -1)
        return Reading(cls(number(node, "epsilon", 1e-5), axis), trailing_params(node, axis))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        attributes = {"epsilon": self.epsilon, "axis": self.axis}
        return (OnnxForm("RMSNormalization", attributes, tuple(params.items()), opset=23),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        epsilon, axis, shape = cls.drawn(draw)
        return Example(cls(epsilon, axis), (shape,), mixes_batch=axis == 0)
