"""Group normalisation: the channels of a group, all places together, against their mean and variance."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis
from convoscope.engine.layer import Example, require
from convoscope.engine.layers._normalization import Normalization, affine_params, whole
from convoscope.engine.layers._onnx import integer, number, refused
from convoscope.engine.layers._settings import at_least
from convoscope.engine.types import Array, Params, Shape


@dataclass(frozen=True)
class GroupNorm(Normalization):
    r"""Each group of channels shifted to mean 0 and scaled to variance 1, then each channel scaled and shifted.

    Equation   y = w_c · (x − μ_ng) / √(σ²_ng + ε) + b_c,  μ and σ² over the C/groups channels of c's group
    Shapes     (N, C, H, W) → the same; weight (C), bias (C); any number of axes after the channels
    Notes      One group is layer normalisation over the picture, C groups are instance normalisation.
    Raises     ShapeError when the groups do not divide the channels.
    Source     Wu and He 2018, equations 1 to 5; ONNX GroupNormalization-21
    """

    groups: int = 1

    kind: ClassVar[str] = "group_norm"
    onnx: ClassVar[tuple[str, ...]] = ("GroupNormalization",)

    def __post_init__(self) -> None:
        at_least("group_norm", 1, groups=self.groups)

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        require(len(x) > 1, lambda: f"group_norm reads (N, C, H, W), but its input has shape {x}.")
        require(x[1] % self.groups == 0, lambda: f"group_norm: {self.groups} groups must divide the {x[1]} channels.")
        return x

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        return {"weight": x_shapes[0][1:2], "bias": x_shapes[0][1:2]}

    def blocks(self, x: Shape) -> tuple[Shape, tuple[int, ...]]:
        grouped = (x[0], self.groups, x[1] // self.groups, *x[2:])
        return grouped, tuple(range(2, len(grouped)))

    def neighbours(self, x: Shape) -> tuple[Axis, ...]:
        per_group = x[1] // self.groups
        return Axis(), Axis(per_group, per_group, every=per_group), *whole(x, tuple(range(2, len(x))))[2:]

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        params, groups = affine_params(node), integer(node, "num_groups")
        if groups < 1:
            raise refused(node, "attribute 'num_groups'", groups, "There must be at least 1.")
        if node.version < 21:
            params = {name: cls._per_channel(node, p, groups) for name, p in params.items()}
        return Reading(cls(number(node, "epsilon", 1e-5), groups), params)

    @staticmethod
    def _per_channel(node: OnnxNode, p: Array, groups: int) -> Array:
        """Version 18 has one number per group; it is repeated for the channels of the group."""
        channels = (*node.shapes.get(0, ()), None, None)[1]
        if channels is None or p.size != groups or channels % groups:
            wanted = f"It must be one number per group, and {groups} groups must divide channels known at load."
            raise refused(node, "the number of its scales", p.size, wanted)
        return np.repeat(p, channels // groups)

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        attributes = {"epsilon": self.epsilon, "num_groups": self.groups}
        return (OnnxForm("GroupNormalization", attributes, tuple(params.items()), opset=21),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        groups = draw.randint(1, 3)
        spatial = (draw.randint(1, 3) for _ in range(draw.randint(0, 2)))
        shape = (draw.randint(1, 2), groups * draw.randint(1, 2), *spatial)
        return Example(cls(draw.choice([1e-5, 0.1]), groups), (shape,))
