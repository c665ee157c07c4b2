"""Layer normalisation: all numbers of an example, or its last axes, against their mean and variance."""

import random
from dataclasses import dataclass
from typing import ClassVar

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.layer import Example
from convoscope.engine.layers._normalization import TrailingNormalization, trailing_params
from convoscope.engine.layers._onnx import first_output, integer, number
from convoscope.engine.types import Params, Shape


@dataclass(frozen=True)
class LayerNorm(TrailingNormalization):
    r"""The axes from `axis` on shifted to mean 0 and scaled to variance 1, then each place scaled and shifted.

    Equation   y = w · (x − μ) / √(σ² + ε) + b,  μ and σ² over all axes from `axis` on
    Shapes     any shape → the same; weight and bias have the shape of the axes from `axis` on
    Raises     ShapeError when the input has no such axis.
    Source     Ba et al. 2016, equation 3; ONNX LayerNormalization-17
    """

    bias: bool = True

    kind: ClassVar[str] = "layer_norm"
    onnx: ClassVar[tuple[str, ...]] = ("LayerNormalization",)

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        trailing = self.trailing(x_shapes[0])
        return {"weight": trailing} | ({"bias": trailing} if self.bias else {})

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        first_output(node)
        axis = integer(node, "axis", -1)
        params = trailing_params(node, axis)
        return Reading(cls(number(node, "epsilon", 1e-5), axis, "bias" in params), params)

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        attributes = {"epsilon": self.epsilon, "axis": self.axis}
        return (OnnxForm("LayerNormalization", attributes, tuple(params.items())),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        epsilon, axis, shape = cls.drawn(draw)
        return Example(cls(epsilon, axis, draw.random() < 0.7), (shape,), mixes_batch=axis == 0)
