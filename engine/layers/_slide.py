"""How a window moves over the spatial axes: what convolutions and pools share besides their numerics."""

from dataclasses import dataclass, replace
from itertools import product

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.geometry import Axis, slid_size
from convoscope.engine.layer import require
from convoscope.engine.layers._onnx import constant, refused, word
from convoscope.engine.types import Array, Shape, Sizes

AUTO_PADS = ("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID")
LAYOUTS = {1: "(N, C, L)", 2: "(N, C, H, W)", 3: "(N, C, D, H, W)"}


@dataclass(frozen=True)
class Slide:
    """How a window moves over the spatial axes, a number per axis; `padding` has all the befores, then the afters.

    auto_pad, ceil_mode: rules that make the padding depend on the input's size; `over` turns them into numbers.
    """

    kernel: Sizes
    stride: Sizes
    padding: Sizes
    dilation: Sizes
    auto_pad: str = "NOTSET"
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        if self.rank not in LAYOUTS:
            raise AttributeValueError(f"kernel is {self.kernel}; a window has a size for each of 1 to 3 axes.")
        for name, least in (("kernel", 1), ("stride", 1), ("dilation", 1), ("padding", 0)):
            values, wanted = getattr(self, name), self.rank * (2 if name == "padding" else 1)
            if len(values) != wanted or min(values, default=least) < least:
                raise AttributeValueError(
                    f"{name} is {values}; a window of {self.rank} axes needs {wanted} numbers, each at least {least}."
                )
        if self.auto_pad not in AUTO_PADS:
            raise AttributeValueError(f"auto_pad is {self.auto_pad!r}; it is one of {', '.join(AUTO_PADS)}.")

    @property
    def rank(self) -> int:
        """How many axes the window slides over."""
        return len(self.kernel)

    @property
    def before(self) -> Sizes:
        """Padding in front of each axis."""
        return self.padding[: self.rank]

    @property
    def after(self) -> Sizes:
        """Padding behind each axis."""
        return self.padding[self.rank :]

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The geometry, one rule per spatial axis."""
        return tuple(map(Axis, self.kernel, self.stride, (-p for p in self.before), self.dilation))

    def over(self, sizes: Sizes) -> "Slide":
        """The same slide with its padding in numbers, for an input of these sizes.

        SAME_* pads until ⌈size/stride⌉ windows fit, the odd cell behind (UPPER) or in front (LOWER).
        With `ceil_mode`, a last window that hangs over the end still counts if it starts inside input or padding.
        """
        ends = [self._ends(k, size) for k, size in enumerate(sizes)]
        padding = (*(before for before, _ in ends), *(after for _, after in ends))
        return replace(self, padding=padding, auto_pad="NOTSET", ceil_mode=False)

    def _ends(self, k: int, size: int) -> tuple[int, int]:
        stride, span = self.stride[k], self.span(k)
        if self.auto_pad == "VALID":
            return 0, 0
        if self.auto_pad != "NOTSET":
            total = max((-(-size // stride) - 1) * stride + span - size, 0)
            small = total // 2
            return (small, total - small) if self.auto_pad == "SAME_UPPER" else (total - small, small)
        before, after = self.before[k], self.after[k]
        room = size + before + after - span
        if not self.ceil_mode or room < 0:
            return before, after
        last = -(-room // stride) * stride  # where the last window starts, in padded cells
        if last >= size + before:
            last -= stride
        return before, max(after, last + span - size - before)

    def count(self, sizes: Sizes) -> Sizes:
        """How many windows fit along each axis, once the padding is in numbers."""
        return tuple(map(slid_size, sizes, self.kernel, self.stride, self.before, self.after, self.dilation))

    def stops(self, kind: str, x: Shape) -> Sizes:
        """How many windows fit along each axis of an input of shape x. Raises ShapeError where none does."""
        require(len(x) == 2 + self.rank, lambda: f"{kind} reads {LAYOUTS[self.rank]}, but its input has shape {x}.")
        counts = self.over(x[2:]).count(x[2:])
        require(
            min(counts) > 0,
            lambda: (
                f"{kind}: the window {self.kernel} (dilation {self.dilation}) is larger than the input {x[2:]} "
                f"with padding {self.padding}. Use a smaller kernel or more padding."
            ),
        )
        return counts

    def written(self, k: int, count: int) -> int:
        """How long an axis is that `count` windows cover exactly, without its padding."""
        return self.stride[k] * (count - 1) + self.span(k) - self.before[k] - self.after[k]

    def span(self, k: int) -> int:
        """Cells from the first of a window to its last, both included."""
        return self.dilation[k] * (self.kernel[k] - 1) + 1

    def taps(self, count: Sizes) -> list[tuple[Sizes, tuple[slice, ...]]]:
        """Per kernel cell, the cells of the padded input that it meets, one per window."""
        return [
            (cell, tuple(map(_progression, cell, self.dilation, self.stride, count)))
            for cell in product(*map(range, self.kernel))
        ]

    def meets(self, k: int, tap: int, size: int, count: int) -> tuple[list[int], list[int]]:
        """Along axis k, the windows whose kernel cell `tap` lies inside the input, and the input cells it meets."""
        cells = [(o, self.stride[k] * o + self.dilation[k] * tap - self.before[k]) for o in range(count)]
        inside = [(o, cell) for o, cell in cells if 0 <= cell < size]
        return [o for o, _ in inside], [cell for _, cell in inside]

    def tap_of(self, k: int, cell: int, windows: list[int]) -> list[int]:
        """Along axis k, the kernel cell with which each of the windows reads input cell `cell`."""
        return [(cell + self.before[k] - self.stride[k] * o) // self.dilation[k] for o in windows]


def _progression(tap: int, dilation: int, stride: int, count: int) -> slice:
    return slice(tap * dilation, tap * dilation + stride * count, stride)


def read_sizes(node: OnnxNode, name: str, default: Sizes, least: int) -> Sizes:
    """An attribute with as many integers as `default`, none below `least`."""
    values = tuple(int(v) for v in node.attributes.get(name, default))
    if len(values) != len(default) or min(values) < least:
        wanted = f"It must be {len(default)} integers, each at least {least}."
        raise refused(node, f"attribute {name!r}", values, wanted)
    return values


def read_slide(node: OnnxNode, kernel: Sizes) -> Slide:
    """The slide that an ONNX node describes; missing attributes mean stride 1, dilation 1, no padding."""
    ones, auto_pad = (1,) * len(kernel), word(node, "auto_pad", "NOTSET", AUTO_PADS)
    return Slide(
        read_sizes(node, "kernel_shape", kernel, 1),
        read_sizes(node, "strides", ones, 1),
        read_sizes(node, "pads", (0, 0) * len(kernel), 0) if auto_pad == "NOTSET" else (0, 0) * len(kernel),
        read_sizes(node, "dilations", ones, 1),
        auto_pad,
        bool(node.attributes.get("ceil_mode", 0)),
    )


def read_filters(node: OnnxNode) -> tuple[dict[str, Array], Slide]:
    """Weight and bias of an ONNX node that convolves, and its slide."""
    weight, bias = constant(node, 1, "weight"), constant(node, 2, "bias")
    if weight is None or not 3 <= weight.ndim <= 5:
        shape = None if weight is None else weight.shape
        raise refused(node, "the shape of its weight", shape, "It must have two axes of channels and 1 to 3 of kernel.")
    slide = read_slide(node, weight.shape[2:])
    if slide.kernel != weight.shape[2:]:
        wanted = f"Its weight of shape {weight.shape} has kernels of {weight.shape[2:]}."
        raise refused(node, "attribute 'kernel_shape'", slide.kernel, wanted)
    return {"weight": weight} | ({} if bias is None else {"bias": bias}), slide


def written_slide(slide: Slide, sizes: Sizes) -> dict[str, object]:
    """A slide over an input of these sizes as ONNX attributes.

    ONNX Runtime refuses SAME_* with dilation, or with a stride larger than the kernel; there the padding is written
    out. It also rounds up with VALID and ceil_mode, where the standard rounds down; VALID is written as no padding.
    """
    plain = max(slide.dilation) == 1 and all(map(int.__ge__, slide.kernel, slide.stride))
    attributes: dict[str, object] = {"kernel_shape": slide.kernel, "strides": slide.stride}
    if max(slide.dilation) > 1:
        attributes["dilations"] = slide.dilation
    if slide.auto_pad.startswith("SAME") and plain:
        return attributes | {"auto_pad": slide.auto_pad}
    if slide.auto_pad != "NOTSET":
        return attributes | {"pads": slide.over(sizes).padding}
    return attributes | {"pads": slide.padding} | ({"ceil_mode": 1} if slide.ceil_mode else {})
