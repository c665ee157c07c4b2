"""Convolution, the lecture's layer: one filter for every place of the picture."""

import random
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window, product
from convoscope.engine.layer import Example, Layer, Partials, Saved
from convoscope.engine.layers._channels import bias_partials, divided, group_axis
from convoscope.engine.layers._onnx import integer, refused
from convoscope.engine.layers._patches import kernel_axes_first, kernel_axes_last, patches, patches_adjoint
from convoscope.engine.layers._settings import at_least
from convoscope.engine.layers._slide import Slide, read_filters, written_slide
from convoscope.engine.layers._text import place, span, spans
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape, Sizes


@dataclass(frozen=True)
class Conv2d(Layer):
    r"""Weighted sum of each window of the input, with one filter per output channel.

    Equation   y[n,k,i,j] = b[k] + Σ_{c,u,v} w[k,c,u,v] · x[n, c, s·i + d·u − p, s·j + d·v − p]
    Shapes     (N, C, H, W) → (N, K, ⌊(H + top + bottom − d(kh − 1) − 1)/s⌋ + 1, likewise W);
               weight (K, C/groups, kh, kw), bias (K)
    Notes      Cells outside the input count as 0. With groups, filter k reads only the C/groups channels of its group.
               With a kernel of one number it reads (N, C, L), with three (N, C, D, H, W).
    Raises     ShapeError when channels do not fit groups, or the window is larger than the padded input.
    Source     LeCun et al. 1998, section II.A; ONNX Conv-22 (a cross-correlation: the filter is not flipped).
    """

    filters: int
    kernel: Sizes
    stride: Sizes = (1, 1)
    padding: Sizes = (0, 0, 0, 0)
    dilation: Sizes = (1, 1)
    groups: int = 1
    bias: bool = True
    auto_pad: str = "NOTSET"

    kind: ClassVar[str] = "conv2d"
    onnx: ClassVar[tuple[str, ...]] = ("Conv",)
    picture: ClassVar[ex.Picture] = "weighted_sum"

    def __post_init__(self) -> None:
        at_least("conv2d", 1, filters=self.filters, groups=self.groups)

    @property
    def _slide(self) -> Slide:
        return Slide(self.kernel, self.stride, self.padding, self.dilation, self.auto_pad)

    def slide(self, x: Shape) -> Slide:
        """How the window moves over an input of shape x, with its padding in numbers."""
        return self._slide.over(x[2:])

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        counts = self._slide.stops("conv2d", x)
        divided("conv2d", self.groups, x[1], self.filters)
        return x[0], self.filters, *counts

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        weight = (self.filters, x_shapes[0][1] // self.groups, *self.kernel)
        return {"weight": weight} | ({"bias": (self.filters,)} if self.bias else {})

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        channels = group_axis(self.groups, x[1], self.filters)
        return (Window((Axis(), channels, *self.slide(x).axes), x, self.output_shape(x)),)

    def macs(self, *x_shapes: Shape) -> int:
        return prod(self.output_shape(*x_shapes)) * prod(self.param_shapes(*x_shapes)["weight"][1:])

    def _columns(self, x: Array) -> Array:
        """(N, groups, C/groups · kernel cells, windows): each window of each group as a column."""
        kernel_first = kernel_axes_first(patches(x, self.slide(x.shape)), len(self.kernel))
        return kernel_first.reshape(len(x), self.groups, x.shape[1] // self.groups * prod(self.kernel), -1)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        (x,) = xs
        filters = params["weight"].reshape(self.groups, self.filters // self.groups, -1)
        y = (filters @ self._columns(x)).reshape(len(x), self.filters, -1)
        if self.bias:
            y += params["bias"][:, None]
        return y.reshape(self.output_shape(x.shape)), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        (x,), (n, k, *counts) = xs, dy.shape
        filters = params["weight"].reshape(self.groups, k // self.groups, -1)
        given = dy.reshape(n, self.groups, k // self.groups, -1)
        dweight = (given @ self._columns(x).swapaxes(2, 3)).sum(axis=0).reshape(params["weight"].shape)
        dcolumns = (filters.swapaxes(1, 2) @ given).reshape(n, -1, *self.kernel, *counts)
        dx = patches_adjoint(kernel_axes_last(dcolumns, len(self.kernel)), x.shape, self.slide(x.shape))
        return (dx,), {"weight": dweight} | ({"bias": given.sum(axis=(0, 3)).reshape(k)} if self.bias else {})

    # ---- explanations ----------------------------------------------------------------------------------------

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        (x,), (n, k) = xs, at[:2]
        window = self.windows(x.shape)[0]
        cells = window.cells(at)
        w = params["weight"][k]
        inside = [[u for u, cell in enumerate(c) if 0 <= cell < n] for c, n in zip(cells[2:], x.shape[2:], strict=True)]
        read = [[c[u] for u in taps] for c, taps in zip(cells[2:], inside, strict=True)]
        return ex.weighted_sum(
            at,
            y[at],
            ex.Operand("x", window.read(x, at)[0], cells, "x"),
            ex.Operand("w", w, ([k], list(range(w.shape[0])), *map(list, map(range, self.kernel))), "weight"),
            [f"channel {c}" for c in cells[1]],
            bias=float(params["bias"][k]) if self.bias else None,
            formula=r"y_{k,i,j} = b_k + \sum_{c,u,v} w_{k,c,u,v} \, x_{c,\, s i + d u - p,\, s j + d v - p}",
            numpy=f"out[{place(at)}] = np.sum(X[{n}, {span(cells[1], x.shape[1])}, {spans(read)}]"
            f" * W[{k}, :, {spans(inside, self.kernel)}])" + (f" + b[{k}]" if self.bias else ""),
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        (x,), (n, c, *inner), slide = xs, cell, self.slide(xs[0].shape)
        _, filters, *outputs = self.windows(x.shape)[0].reach(cell)
        taps = [slide.tap_of(k, inner[k], o) for k, o in enumerate(outputs)]
        within = c % (x.shape[1] // self.groups)
        return Partials(
            product([n], filters, *outputs),
            params["weight"][np.ix_(filters, [within], *taps)].reshape(-1),
            "w",
            r"\frac{\partial L}{\partial x_{c,i,j}} = \sum_{k,u,v} w_{k,c,u,v} \,"
            r" \frac{\partial L}{\partial y_{k,i',j'}}"
            r" \quad s i' = i + p - d u",
            f"dX[{place(cell)}] = np.sum(dout[{n}, {span(filters, self.filters)}, {spans(outputs)}]"
            f" * W[{span(filters, self.filters)}, {within}, {spans(taps)}])",
            "weight",
            product(filters, [within], *taps),
        )

    def param_partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, name: str, at: Index
    ) -> Partials:
        (x,), k = xs, at[0]
        if name == "bias":
            return bias_partials(y, k)
        _, c, *taps = at
        channel = k // (self.filters // self.groups) * (x.shape[1] // self.groups) + c
        slide = self.slide(x.shape)
        met = [slide.meets(a, tap, x.shape[2 + a], y.shape[2 + a]) for a, tap in enumerate(taps)]
        outputs, cells = [o for o, _ in met], [c for _, c in met]
        return Partials(
            product(range(len(x)), [k], *outputs),
            x[np.ix_(range(len(x)), [channel], *cells)].reshape(-1),
            "x",
            r"\frac{\partial L}{\partial w_{k,c,u,v}} = \sum_{n,i,j} \frac{\partial L}{\partial y_{n,k,i,j}}"
            r" \, x_{n,c,\, s i + d u - p,\, s j + d v - p}",
            f"dW[{place(at)}] = np.sum(dout[:, {k}, {spans(outputs)}] * X[:, {channel}, {spans(cells)}])",
            "x",
            product(range(len(x)), [channel], *cells),
        )

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        params, slide = read_filters(node)
        filters, groups = len(params["weight"]), integer(node, "group", 1)
        if groups < 1 or filters % groups:
            raise refused(node, "attribute 'group'", groups, f"It must divide the {filters} filters.")
        where = (slide.stride, slide.padding, slide.dilation)
        return Reading(cls(filters, slide.kernel, *where, groups, "bias" in params, slide.auto_pad), params)

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        extras = tuple((name, params[name]) for name in ("weight", "bias") if name in params)
        attributes = {"group": self.groups, **written_slide(self._slide, x_shapes[0][2:])}
        return (OnnxForm("Conv", attributes, extras),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        rank, groups = draw.choice([1, 2, 2, 2]), draw.choice([1, 1, 2, 3])
        kernel, stride, dilation = (tuple(draw.randint(1, m) for _ in range(rank)) for m in (3, 3, 2))
        padding = tuple(draw.randint(0, 2) for _ in range(2 * rank))
        auto_pad = draw.choice(["NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"])
        filters = groups * draw.randint(1, 2)
        layer = cls(filters, kernel, stride, padding, dilation, groups, draw.random() < 0.8, auto_pad)
        sizes = (d * (k - 1) + 1 + draw.randint(0, 3) for k, d in zip(kernel, dilation, strict=True))
        return Example(layer, ((draw.randint(1, 2), groups * draw.randint(1, 2), *sizes),))
