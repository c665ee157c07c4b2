"""What all pools share: a window that slides over each channel by itself, and its ONNX attributes."""

import random
from dataclasses import dataclass
from typing import Any, Self

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window
from convoscope.engine.layer import Layer, require
from convoscope.engine.layers._onnx import first_output, refused
from convoscope.engine.layers._slide import AUTO_PADS, Slide, read_slide, written_slide
from convoscope.engine.layers._text import spans
from convoscope.engine.types import Index, Params, Shape, Sizes


@dataclass(frozen=True)
class Pool(Layer):
    """Base of the pools: hyper-parameters, shape rule, geometry and exchange; a subclass says what becomes of a window.

    Shapes     (N, C, H, W) → (N, C, ⌊(H + top + bottom − d(kh − 1) − 1)/s⌋ + 1, likewise W); ⌈ ⌉ with ceil_mode
    Raises     ShapeError when the window is larger than the padded input.
    """

    kernel: Sizes
    stride: Sizes = (1, 1)
    padding: Sizes = (0, 0, 0, 0)
    dilation: Sizes = (1, 1)
    ceil_mode: bool = False
    auto_pad: str = "NOTSET"

    @property
    def _slide(self) -> Slide:
        return Slide(self.kernel, self.stride, self.padding, self.dilation, self.auto_pad, self.ceil_mode)

    def slide(self, x: Shape) -> Slide:
        """How the window moves over an input of shape x, with its padding in numbers."""
        return self._slide.over(x[2:])

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        return *x[:2], *self._slide.stops(self.kind, x)

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        return (Window((Axis(), Axis(), *self.slide(x).axes), x, self.output_shape(x)),)

    def _read(self, at: Index, x: Shape) -> str:
        """The window of `at` without its padding, as the index of an array: `0, 2, 4:7, 1:4`."""
        cells = self.windows(x)[0].cells(at)[2:]
        inside = [[c for c in axis if 0 <= c < size] for axis, size in zip(cells, x[2:], strict=True)]
        return f"{at[0]}, {at[1]}, {spans(inside)}"

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        first_output(node)
        kernel = tuple(node.attributes.get("kernel_shape", ()))
        if not 1 <= len(kernel) <= 3:
            raise refused(node, "attribute 'kernel_shape'", kernel, "A pool needs a size for each of 1 to 3 axes.")
        slide = read_slide(node, kernel)
        where = (slide.stride, slide.padding, slide.dilation)
        return Reading(cls(slide.kernel, *where, slide.ceil_mode, slide.auto_pad, **cls._own_onnx(node)))

    @classmethod
    def _own_onnx(cls, node: OnnxNode) -> dict[str, Any]:
        """The fields that only this kind of pool has, as an ONNX node says them."""
        return {}

    def _own_attributes(self) -> dict[str, Any]:
        """The ONNX attributes that only this kind of pool has."""
        return {}

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        """Before version 22 ONNX counted a last window that starts in the padding, though no runtime did."""
        attributes = written_slide(self._slide, x_shapes[0][2:]) | self._own_attributes()
        return (OnnxForm(self.onnx[0], attributes, opset=22 if self.ceil_mode else 19),)

    @classmethod
    def drawn(cls, draw: random.Random, hollow: bool = True, **own: Any) -> tuple[Self, Shape]:
        """A pool of any geometry with an input that it accepts; unless `hollow`, no window is padding alone."""
        rank = draw.choice([1, 2, 2, 2])
        kernel, stride, dilation = (tuple(draw.randint(1, m) for _ in range(rank)) for m in (3, 3, 2))
        most = [2 if hollow else d * (k - 1) // 2 for k, d in zip(kernel, dilation, strict=True)]
        padding = tuple(draw.randint(0, m) for m in (*most, *most))
        auto_pad, ceil_mode = draw.choice((AUTO_PADS[0], *AUTO_PADS)), draw.random() < 0.4
        layer = cls(kernel, stride, padding, dilation, ceil_mode, auto_pad, **own)
        sizes = (d * (k - 1) + 1 + draw.randint(0, 3) for k, d in zip(kernel, dilation, strict=True))
        return layer, (draw.randint(1, 2), draw.randint(1, 2), *sizes)


@dataclass(frozen=True)
class GlobalPool(Layer):
    """Base of the global pools: the window is the whole map; a subclass says what becomes of it."""

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        require(len(x) > 2, lambda: f"{self.kind} reads (N, C, H, W), but its input has shape {x}.")
        return *x[:2], *(1 for _ in x[2:])

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        return (Window((Axis(), Axis(), *(Axis(n, 0) for n in x[2:])), x, self.output_shape(x)),)

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        return Reading(cls())

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm(self.onnx[0]),)

    @classmethod
    def drawn_shape(cls, draw: random.Random) -> Shape:
        """An input of any size."""
        return *(draw.randint(1, 2) for _ in range(2)), *(draw.randint(1, 4) for _ in range(draw.randint(1, 3)))
