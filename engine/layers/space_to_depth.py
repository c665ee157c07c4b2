"""Space to depth: blocks of pixels stacked as channels, downsampling that loses nothing."""

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
class SpaceToDepth(Copy):
    r"""b² channels of the output from each channel of the input, one for each place in a block of b × b pixels.

    Equation   DCR:  y[n, (b·u + v)·C + c, i, j] = x[n, c, b·i + u, b·j + v]
               CRD:  y[n, b²·c + b·u + v, i, j] = x[n, c, b·i + u, b·j + v]
    Shapes     (N, C, H, W) → (N, b²·C, H/b, W/b)
    Raises     ShapeError when b does not divide the rows or the columns.
    Source     ONNX SpaceToDepth-28
    """

    blocksize: int
    mode: str = "DCR"

    kind: ClassVar[str] = "space_to_depth"
    onnx: ClassVar[tuple[str, ...]] = ("SpaceToDepth",)
    formula: ClassVar[str] = r"y_{(c, u, v),\, i,\, j} = x_{c,\, b i + u,\, b j + v}"

    def __post_init__(self) -> None:
        if self.mode not in MODES or self.blocksize < 1:
            wanted = "mode is DCR or CRD, and blocksize at least 1"
            raise AttributeValueError(f"space_to_depth: mode {self.mode!r} with blocksize {self.blocksize}; {wanted}.")

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,), b = x_shapes, self.blocksize
        require(len(x) == 4, lambda: f"space_to_depth reads (N, C, H, W), but its input has shape {x}.")
        require(
            x[2] % b == 0 and x[3] % b == 0,
            lambda: f"space_to_depth: blocks of {b}×{b} do not divide the {x[2]} rows and {x[3]} columns of {x}.",
        )
        return x[0], x[1] * b**2, x[2] // b, x[3] // b

    def move(self, x: Array, filling: Any) -> Array:
        (n, c, h, w), b = x.shape, self.blocksize
        y = self.output_shape(x.shape)
        blocks = x.reshape(n, c, h // b, b, w // b, b)
        return blocks.transpose((0, 3, 5, 1, 2, 4) if self.mode == "DCR" else (0, 1, 3, 5, 2, 4)).reshape(y)

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        return Reading(cls(integer(node, "blocksize"), word(node, "mode", "DCR", MODES)))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        """The mode CRD came with version 28."""
        settings = {"blocksize": self.blocksize}
        if self.mode == "DCR":
            return (OnnxForm("SpaceToDepth", settings),)
        return (OnnxForm("SpaceToDepth", settings | {"mode": self.mode}, opset=28),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        b = draw.randint(1, 2)
        shape = (draw.randint(1, 2), draw.randint(1, 2), b * draw.randint(1, 2), b * draw.randint(1, 2))
        return Example(cls(b, draw.choice(MODES)), (shape,))
