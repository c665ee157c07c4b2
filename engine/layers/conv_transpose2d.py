"""Transposed convolution: the backward pass of a convolution, used as a forward pass. It makes pictures larger."""

import random
from dataclasses import dataclass, replace
from math import prod
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.errors import AttributeValueError
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window, product
from convoscope.engine.layer import Example, Layer, Partials, Saved, require
from convoscope.engine.layers._channels import bias_partials, divided, group_axis
from convoscope.engine.layers._onnx import integer, refused
from convoscope.engine.layers._patches import kernel_axes_first, kernel_axes_last, patches, patches_adjoint
from convoscope.engine.layers._settings import at_least
from convoscope.engine.layers._slide import LAYOUTS, Slide, read_filters, read_sizes
from convoscope.engine.layers._text import place, span, spans
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape, Sizes


@dataclass(frozen=True)
class ConvTranspose2d(Layer):
    r"""Each input cell lays its filters, times its number, on the output; where they overlap, they add.

    Equation   y[n,k,i,j] = b[k] + Σ w[c,k,u,v] · x[n,c,i',j']  over all c, u, v, i', j' with s·i' + d·u − p = i,
               likewise j: the window slides over the output, with one stop per input cell
    Shapes     (N, C, H, W) → (N, K, s(H − 1) + d(kh − 1) + 1 + output_padding − top − bottom, likewise W);
               weight (C, K/groups, kh, kw), bias (K)
    Notes      Padding is cut off the output, output_padding keeps more of its end (which only b may have reached).
               With a kernel of one number it reads (N, C, L), with three (N, C, D, H, W).
    Raises     ShapeError when channels do not fit groups, or nothing is left of the output.
    Source     Dumoulin and Visin 2016, chapter 4; ONNX ConvTranspose-22
    """

    filters: int
    kernel: Sizes
    stride: Sizes = (1, 1)
    padding: Sizes = (0, 0, 0, 0)
    dilation: Sizes = (1, 1)
    groups: int = 1
    bias: bool = True
    output_padding: Sizes = (0, 0)

    kind: ClassVar[str] = "conv_transpose2d"
    onnx: ClassVar[tuple[str, ...]] = ("ConvTranspose",)
    picture: ClassVar[ex.Picture] = "weighted_sum"

    def __post_init__(self) -> None:
        at_least("conv_transpose2d", 1, filters=self.filters, groups=self.groups)
        if len(self.output_padding) != len(self.kernel) or min(self.output_padding) < 0:
            raise AttributeValueError(
                f"conv_transpose2d: output_padding is {self.output_padding}; "
                f"a window of {len(self.kernel)} axes needs {len(self.kernel)} numbers, each at least 0."
            )

    @property
    def slide(self) -> Slide:
        """How the window moves over the output, one stop per input cell."""
        return Slide(self.kernel, self.stride, self.padding, self.dilation)

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,), rank = x_shapes, self.slide.rank
        require(len(x) == 2 + rank, lambda: f"conv_transpose2d reads {LAYOUTS[rank]}, but its input has shape {x}.")
        divided("conv_transpose2d", self.groups, x[1], self.filters)
        sizes = tuple(map(int.__add__, map(self.slide.written, range(rank), x[2:]), self.output_padding))
        require(
            min(sizes) > 0,
            lambda: f"conv_transpose2d: padding {self.padding} cuts all of the output away; {sizes} would be left.",
        )
        return x[0], self.filters, *sizes

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        weight = (x_shapes[0][1], self.filters // self.groups, *self.kernel)
        return {"weight": weight} | ({"bias": (self.filters,)} if self.bias else {})

    def initial(self, rng: np.random.Generator, *x_shapes: Shape) -> Params:
        """He's rule, with the number of terms that an output adds up on average: C/groups · kernel cells / stride."""
        shapes = self.param_shapes(*x_shapes)
        terms = x_shapes[0][1] / self.groups * prod(self.kernel) / prod(self.stride)
        weight = rng.standard_normal(shapes["weight"]) * np.sqrt(2 / max(terms, 1))
        return {"weight": weight.astype(np.float32)} | (
            {"bias": np.zeros(self.filters, np.float32)} if self.bias else {}
        )

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        channels = group_axis(self.groups, x[1], self.filters)
        spatial = (axis._replace(inverse=True) for axis in self.slide.axes)
        return (Window((Axis(), channels, *spatial), x, self.output_shape(x)),)

    def macs(self, *x_shapes: Shape) -> int:
        return prod(x_shapes[0]) * prod(self.param_shapes(*x_shapes)["weight"][1:])

    def _grouped(self, a: Array) -> Array:
        """(N, channels, …) → (N, groups, channels per group, all the rest)."""
        return a.reshape(len(a), self.groups, a.shape[1] // self.groups, -1)

    def _columns(self, dy: Array, x: Shape) -> Array:
        """(N, groups, K/groups · kernel cells, H·W): of each input cell, the outputs on which it lays its filters."""
        stops = tuple(slice(n) for n in x[2:])
        p = kernel_axes_first(patches(dy, self.slide)[(slice(None), slice(None), *stops)], len(self.kernel))
        return p.reshape(len(dy), self.groups, self.filters // self.groups * prod(self.kernel), -1)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        (x,) = xs
        filters = params["weight"].reshape(self.groups, x.shape[1] // self.groups, -1)
        laid = (filters.swapaxes(1, 2) @ self._grouped(x)).reshape(len(x), -1, *self.kernel, *x.shape[2:])
        y = patches_adjoint(kernel_axes_last(laid, len(self.kernel)), self.output_shape(x.shape), self.slide)
        return y + params["bias"].reshape(-1, *(1 for _ in self.kernel)) if self.bias else y, None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        (x,), columns = xs, self._columns(dy, xs[0].shape)
        filters = params["weight"].reshape(self.groups, x.shape[1] // self.groups, -1)
        dweight = (self._grouped(x) @ columns.swapaxes(2, 3)).sum(axis=0).reshape(params["weight"].shape)
        dbias = {"bias": dy.sum(axis=(0, *range(2, dy.ndim)))} if self.bias else {}
        return ((filters @ columns).reshape(x.shape),), {"weight": dweight} | dbias

    # ---- explanations ----------------------------------------------------------------------------------------

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        (x,), (n, k, *outer) = xs, at
        window, slide = self.windows(x.shape)[0], self.slide
        _, channels, *cells = window.cells(at)
        taps = [[slide.tap_of(a, outer[a], [cell])[0] for cell in c] for a, c in enumerate(cells)]
        within = k % (self.filters // self.groups)
        return ex.weighted_sum(
            at,
            y[at],
            ex.Operand("x", window.read(x, at)[0], ([n], channels, *cells), "x"),
            ex.Operand(
                "w", params["weight"][np.ix_(channels, [within], *taps)][:, 0], (channels, [within], *taps), "weight"
            ),
            [f"channel {c}" for c in channels],
            bias=float(params["bias"][k]) if self.bias else None,
            formula=r"y_{k,i,j} = b_k + \sum_{c,u,v} w_{c,k,u,v} \, x_{c,i',j'} \quad s i' + d u - p = i",
            numpy=f"out[{place(at)}] = np.sum(X[{n}, {span(channels, x.shape[1])}, {spans(cells)}]"
            f" * W[{span(channels, x.shape[1])}, {within}, {spans(taps)}])" + (f" + b[{k}]" if self.bias else ""),
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        (x,), (n, c, *inner), slide = xs, cell, self.slide
        _, filters, *outputs = self.windows(x.shape)[0].reach(cell)
        taps = [[slide.tap_of(a, i, [inner[a]])[0] for i in o] for a, o in enumerate(outputs)]
        within = [k % (self.filters // self.groups) for k in filters]
        return Partials(
            product([n], filters, *outputs),
            params["weight"][np.ix_([c], within, *taps)].reshape(-1),
            "w",
            r"\frac{\partial L}{\partial x_{c,i',j'}} = \sum_{k,u,v} w_{c,k,u,v} \,"
            r" \frac{\partial L}{\partial y_{k,\, s i' + d u - p,\, s j' + d v - p}}",
            f"dX[{place(cell)}] = np.sum(dout[{n}, {span(filters, self.filters)}, {spans(outputs)}]"
            f" * W[{c}, :, {spans(taps)}])",
        )

    def param_partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, name: str, at: Index
    ) -> Partials:
        (x,) = xs
        if name == "bias":
            return bias_partials(y, at[0])
        c, k, *taps = at
        slide = self.slide
        met = [slide.meets(a, tap, y.shape[2 + a], x.shape[2 + a]) for a, tap in enumerate(taps)]
        cells, outputs = [i for i, _ in met], [o for _, o in met]
        k += c // (x.shape[1] // self.groups) * (self.filters // self.groups)
        return Partials(
            product(range(len(x)), [k], *outputs),
            x[np.ix_(range(len(x)), [c], *cells)].reshape(-1),
            "x",
            r"\frac{\partial L}{\partial w_{c,k,u,v}} = \sum_{n,i',j'} x_{n,c,i',j'} \,"
            r" \frac{\partial L}{\partial y_{n,k,\, s i' + d u - p,\, s j' + d v - p}}",
            f"dW[{place(at)}] = np.sum(dout[:, {k}, {spans(outputs)}] * X[:, {c}, {spans(cells)}])",
        )

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        params, slide = read_filters(node)
        (channels, per_group), groups = params["weight"].shape[:2], integer(node, "group", 1)
        if groups < 1 or channels % groups:
            raise refused(node, "attribute 'group'", groups, f"It must divide the {channels} input channels.")
        more = read_sizes(node, "output_padding", (0,) * slide.rank, 0)
        if node.attributes.get("output_shape") or slide.auto_pad.startswith("SAME"):
            slide, more = cls._sized(node, slide, more)
        where = (slide.stride, slide.padding, slide.dilation)
        return Reading(cls(per_group * groups, slide.kernel, *where, groups, "bias" in params, more), params)

    @staticmethod
    def _sized(node: OnnxNode, slide: Slide, more: Sizes) -> tuple[Slide, Sizes]:
        """Padding and output padding for output_shape, or for s·H with SAME_*; the rest is cut off both ends."""
        wanted, sizes = tuple(node.attributes.get("output_shape", ()))[-slide.rank :], node.shapes.get(0, ())[2:]
        if wanted and (len(wanted) != slide.rank or len(sizes) != slide.rank or None in sizes):
            need = f"It must be {slide.rank} integers, and the size of the input must be known when the file is loaded."
            raise refused(node, "attribute 'output_shape'", wanted, need)
        bare = Slide(slide.kernel, slide.stride, (0, 0) * slide.rank, slide.dilation)
        known = [size or 1 for size in sizes] if wanted else [1] * slide.rank  # with SAME_* any size cuts the same
        wanted = wanted or slide.stride
        spare = [bare.written(k, n) + more[k] - wanted[k] for k, n in enumerate(known)]
        small, large = ([max(cells, 0) // 2 for cells in spare], [-(-max(cells, 0) // 2) for cells in spare])
        ends = (*small, *large) if slide.auto_pad == "SAME_UPPER" else (*large, *small)
        return replace(bare, padding=ends), tuple(m + max(-cells, 0) for m, cells in zip(more, spare, strict=True))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        attributes = {
            "kernel_shape": self.kernel,
            "strides": self.stride,
            "dilations": self.dilation,
            "pads": self.padding,
            "output_padding": self.output_padding,
            "group": self.groups,
        }
        extras = tuple((name, params[name]) for name in ("weight", "bias") if name in params)
        return (OnnxForm("ConvTranspose", attributes, extras),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        rank, groups = draw.choice([1, 2, 2, 2]), draw.choice([1, 1, 2, 3])
        kernel, stride, dilation = (tuple(draw.randint(1, m) for _ in range(rank)) for m in (3, 3, 2))
        most = [d * (k - 1) // 2 for k, d in zip(kernel, dilation, strict=True)]
        layer = cls(
            groups * draw.randint(1, 2),
            kernel,
            stride,
            tuple(draw.randint(0, m) for m in (*most, *most)),
            dilation,
            groups,
            draw.random() < 0.8,
            tuple(draw.randint(0, s - 1) for s in stride),
        )
        sizes = (draw.randint(1, 3) for _ in range(rank))
        return Example(layer, ((draw.randint(1, 2), groups * draw.randint(1, 2), *sizes),))
