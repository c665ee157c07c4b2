"""Instance normalisation: each feature map of each example against its own mean and variance."""

import random
from dataclasses import dataclass
from typing import ClassVar

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis
from convoscope.engine.layer import Example, require
from convoscope.engine.layers._normalization import Normalization, affine_params, whole
from convoscope.engine.layers._onnx import number
from convoscope.engine.types import Params, Shape


@dataclass(frozen=True)
class InstanceNorm(Normalization):
    r"""Each feature map shifted to mean 0 and scaled to variance 1, then scaled and shifted by what was learnt.

    Equation   y = w_c · (x − μ_nc) / √(σ²_nc + ε) + b_c,  μ and σ² over rows and columns
    Shapes     (N, C, H, W) → the same; weight (C), bias (C); any number of axes after the channels
    Notes      σ² is the mean squared deviation. A constant map becomes b.
    Raises     ShapeError when there is no axis after the channels.
    Source     Ulyanov et al. 2016, equation 4; ONNX InstanceNormalization-22
    """

    kind: ClassVar[str] = "instance_norm"
    onnx: ClassVar[tuple[str, ...]] = ("InstanceNormalization",)

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        require(len(x) > 2, lambda: f"instance_norm reads (N, C, H, W), but its input has shape {x}.")
        return x

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        return {"weight": x_shapes[0][1:2], "bias": x_shapes[0][1:2]}

    def blocks(self, x: Shape) -> tuple[Shape, tuple[int, ...]]:
        return x, tuple(range(2, len(x)))

    def neighbours(self, x: Shape) -> tuple[Axis, ...]:
        return whole(x, tuple(range(2, len(x))))

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        return Reading(cls(number(node, "epsilon", 1e-5)), affine_params(node))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("InstanceNormalization", {"epsilon": self.epsilon}, tuple(params.items())),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = (draw.randint(1, 2), draw.randint(1, 3), *(draw.randint(1, 3) for _ in range(draw.randint(1, 2))))
        return Example(cls(draw.choice([1e-5, 0.1])), (shape,))
