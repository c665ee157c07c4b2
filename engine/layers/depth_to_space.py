"""Depth to space: groups of channels laid out as blocks of pixels, the upsampling of super-resolution networks."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.layer import Example, require
from convoscope.engine.layers._copy import Copy
from convoscope.engine.layers._onnx import integer, word
from convoscope.engine.types import Array, Params, Shape

MODES = ("DCR", "CRD")


@dataclass(frozen=True)
class DepthToSpace(Copy):
    r"""Each block of b × b pixels of an output channel, from b² channels of the input.

    Equation   DCR:  y[n, c, b·i + u, b·j + v] = x[n, (b·u + v)·C/b² + c, i, j]
               CRD:  y[n, c, b·i + u, b·j + v] = x[n, b²·c + b·u + v, i, j]
    Shapes     (N, C, H, W) → (N, C/b², b·H, b·W)
    Raises     ShapeError when b² does not divide the channels.
    Source     Shi et al. 2016, equation 4 (CRD); ONNX DepthToSpace-28
    """

    blocksize: int
    mode: str = "DCR"

    kind: ClassVar[str] = "depth_to_space"
    onnx: ClassVar[tuple[str, ...]] = ("DepthToSpace",)
    formula: ClassVar[str] = r"y_{c,\, b i + u,\, b j + v} = x_{(c, u, v),\, i,\, j}"

    def __post_init__(self) -> None:
        if self.mode not in MODES or self.blocksize < 1:
            wanted = "mode is DCR or CRD, and blocksize at least 1"
            raise AttributeValueError(f"depth_to_space: mode {self.mode!r} with blocksize {self.blocksize}; {wanted}.")

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,), b = x_shapes, self.blocksize
        require(len(x) == 4, lambda: f"depth_to_space reads (N, C, H, W), but its input has shape {x}.")
        require(
            x[1] % b**2 == 0, lambda: f"depth_to_space: blocks of {b}×{b} do not divide the {x[1]} channels of {x}."
        )
        return x[0], x[1] // b**2, x[2] * b, x[3] * b

    def move(self, x: Array, filling: Any) -> Array:
        (n, c, h, w), b = x.shape, self.blocksize
        y = self.output_shape(x.shape)
        if self.mode == "DCR":
            return x.reshape(n, b, b, c // b**2, h, w).transpose(0, 3, 4, 1, 5, 2).reshape(y)
        return x.reshape(n, c // b**2, b, b, h, w).transpose(0, 1, 4, 2, 5, 3).reshape(y)

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        return Reading(cls(integer(node, "blocksize"), word(node, "mode", "DCR", MODES)))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("DepthToSpace", {"blocksize": self.blocksize, "mode": self.mode}),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        b = draw.randint(1, 2)
        shape = (draw.randint(1, 2), b * b * draw.randint(1, 2), draw.randint(1, 2), draw.randint(1, 3))
        return Example(cls(b, draw.choice(MODES)), (shape,))
