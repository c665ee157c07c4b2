"""The locally connected layer: a convolution without weight sharing, every place has filters of its own."""

import random
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm
from convoscope.engine.geometry import Axis, Window, product
from convoscope.engine.layer import Example, Layer, Partials, Saved
from convoscope.engine.layers._patches import patches, patches_adjoint
from convoscope.engine.layers._settings import at_least
from convoscope.engine.layers._slide import Slide
from convoscope.engine.layers._text import place, spans
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape, Sizes


@dataclass(frozen=True)
class LocallyConnected2d(Layer):
    r"""Weighted sum of each window of the input, with one filter per output channel and place.

    Equation   y[n,k,i,j] = b[k,i,j] + Σ_{c,u,v} w[k,i,j,c,u,v] · x[n, c, s·i + d·u − p, s·j + d·v − p]
    Shapes     (N, C, H, W) → (N, K, H', W'), H' = ⌊(H + top + bottom − d(kh − 1) − 1)/s⌋ + 1, likewise W';
               weight (K, H', W', C, kh, kw), bias (K, H', W')
    Notes      H'·W' times the parameters of a convolution; the input must always have the size it was made for.
               With a kernel of one number it reads (N, C, L), with three (N, C, D, H, W).
    Raises     ShapeError when the window is larger than the padded input.
    Source     the lecture, "Without weight sharing, this is called a locally connected layer"; LeCun 1989,
               "Generalization and network design strategies". ONNX has no such operator; it is written as five.
    """

    filters: int
    kernel: Sizes
    stride: Sizes = (1, 1)
    padding: Sizes = (0, 0, 0, 0)
    dilation: Sizes = (1, 1)
    bias: bool = True

    kind: ClassVar[str] = "locally_connected2d"
    picture: ClassVar[ex.Picture] = "weighted_sum"

    def __post_init__(self) -> None:
        at_least("locally_connected2d", 1, filters=self.filters)

    @property
    def slide(self) -> Slide:
        """How the window moves."""
        return Slide(self.kernel, self.stride, self.padding, self.dilation)

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        return x[0], self.filters, *self.slide.stops("locally_connected2d", x)

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        (x,), places = x_shapes, self.output_shape(*x_shapes)[1:]
        return {"weight": (*places, x[1], *self.kernel)} | ({"bias": places} if self.bias else {})

    def initial(self, rng: np.random.Generator, *x_shapes: Shape) -> Params:
        """He's rule: N(0, 2 / terms) with the C · kernel cells that an output adds up; bias zero."""
        shapes, terms = self.param_shapes(*x_shapes), x_shapes[0][1] * prod(self.kernel)
        weight = (rng.standard_normal(shapes["weight"]) * np.sqrt(2 / terms)).astype(np.float32)
        return {"weight": weight} | ({"bias": np.zeros(shapes["bias"], np.float32)} if self.bias else {})

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        return (Window((Axis(), Axis(x[1], 0), *self.slide.axes), x, self.output_shape(x)),)

    def macs(self, *x_shapes: Shape) -> int:
        return prod(self.output_shape(*x_shapes)) * x_shapes[0][1] * prod(self.kernel)

    def _rows(self, x: Array) -> Array:
        """(places, N, C · kernel cells): the windows at each place, an example per row."""
        p = np.moveaxis(patches(x, self.slide), 1, 1 + len(self.kernel))
        return p.reshape(len(x), -1, x.shape[1] * prod(self.kernel)).swapaxes(0, 1)

    def _filters(self, params: Params) -> Array:
        """(places, K, C · kernel cells)."""
        return (
            params["weight"]
            .reshape(self.filters, -1, prod(params["weight"].shape[-1 - len(self.kernel) :]))
            .swapaxes(0, 1)
        )

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        y = self._rows(xs[0]) @ self._filters(params).swapaxes(1, 2)  # (places, N, K)
        y = y.transpose(1, 2, 0).reshape(self.output_shape(xs[0].shape))
        return y + params["bias"] if self.bias else np.ascontiguousarray(y), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        (x,), (n, k, *counts) = xs, dy.shape
        given = dy.reshape(n, k, -1).transpose(2, 1, 0)  # (places, K, N)
        dweight = (given @ self._rows(x)).swapaxes(0, 1).reshape(params["weight"].shape)
        drows = (given.swapaxes(1, 2) @ self._filters(params)).swapaxes(0, 1)
        dwindows = np.moveaxis(drows.reshape(n, *counts, x.shape[1], *self.kernel), 1 + len(counts), 1)
        dx = patches_adjoint(dwindows, x.shape, self.slide)
        return (dx,), {"weight": dweight} | ({"bias": dy.sum(axis=0)} if self.bias else {})

    # ---- explanations ----------------------------------------------------------------------------------------

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        (x,), (n, *spot) = xs, at
        window = self.windows(x.shape)[0]
        cells = window.cells(at)
        w = params["weight"][*spot]
        inside = [[u for u, cell in enumerate(c) if 0 <= cell < m] for c, m in zip(cells[2:], x.shape[2:], strict=True)]
        read = [[c[u] for u in taps] for c, taps in zip(cells[2:], inside, strict=True)]
        return ex.weighted_sum(
            at,
            y[at],
            ex.Operand("x", window.read(x, at)[0], cells, "x"),
            ex.Operand("w", w, (*([i] for i in spot), *map(list, map(range, w.shape))), "weight"),
            [f"channel {c}" for c in cells[1]],
            bias=float(params["bias"][*spot]) if self.bias else None,
            formula=r"y_{k,i,j} = b_{k,i,j} + \sum_{c,u,v} w_{k,i,j,c,u,v} \, x_{c,\, s i + d u - p,\, s j + d v - p}",
            numpy=f"out[{place(at)}] = np.sum(X[{n}, :, {spans(read)}] * W[{place(tuple(spot))}, :,"
            f" {spans(inside, self.kernel)}])" + (f" + b[{place(tuple(spot))}]" if self.bias else ""),
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        (x,), (n, c, *inner) = xs, cell
        outputs = self.windows(x.shape)[0].reach(cell)[2:]
        taps = [self.slide.tap_of(a, inner[a], o) for a, o in enumerate(outputs)]
        pairs: tuple[Any, ...] = (slice(None), *np.ix_(*outputs), c, *np.ix_(*taps))
        rows = f"*np.ix_({', '.join(map(str, outputs))})"
        formula = (
            r"\frac{\partial L}{\partial x_{c,i,j}} = \sum_{k,u,v} w_{k,i',j',c,u,v} \,"
            r" \frac{\partial L}{\partial y_{k,i',j'}} \quad s i' = i + p - d u"
        )
        line = f"np.sum(dout[{n}][:, {rows}] * W[:, {rows}, {c}, *np.ix_({', '.join(map(str, taps))})])"
        readers = product([n], range(self.filters), *outputs)
        return Partials(readers, params["weight"][pairs].reshape(-1), "w", formula, f"dX[{place(cell)}] = {line}")

    def param_partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, name: str, at: Index
    ) -> Partials:
        (x,), rank = xs, len(self.kernel)
        spot, (c, *taps) = at[: 1 + rank], at[1 + rank :] or (0,)
        readers = product(range(len(y)), *([i] for i in spot))
        upstream = r"\frac{\partial L}{\partial y_{n,k,i,j}}"
        if name == "bias":
            formula = rf"\frac{{\partial L}}{{\partial b_{{k,i,j}}}} = \sum_n {upstream}"
            line = f"db[{place(at)}] = np.sum(dout[:, {place(spot)}])"
            return Partials(readers, np.ones(len(y), y.dtype), "1", formula, line)
        cells: Index = (c, *(axis.cells(i)[u] for axis, i, u in zip(self.slide.axes, spot[1:], taps, strict=True)))
        inside = all(0 <= cell < size for cell, size in zip(cells, x.shape[1:], strict=True))
        column: tuple[Any, ...] = (slice(None), *cells)
        read = x[column] if inside else np.zeros(len(x), x.dtype)
        formula = (
            rf"\frac{{\partial L}}{{\partial w_{{k,i,j,c,u,v}}}} = \sum_n {upstream}"
            r" \, x_{n,c,\, s i + d u - p,\, s j + d v - p}"
        )
        here = f"np.sum(dout[:, {place(spot)}] * X[:, {place(cells)}])" if inside else "0.0"
        return Partials(readers, read, "x", formula, f"dW[{place(at)}] = {here}")

    # ---- exchange --------------------------------------------------------------------------------------------

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        """Every window made a column by filters of a single 1, then times the weights, summed over the column."""
        (x,), cells = x_shapes, prod(self.kernel)
        ones = np.tile(np.eye(cells, dtype=np.float32).reshape(cells, 1, *self.kernel), (x[1], *(1 for _ in x[1:])))
        slide = {"strides": self.stride, "pads": self.padding, "dilations": self.dilation, "group": x[1]}
        weight = np.moveaxis(params["weight"], range(1, 1 + len(self.kernel)), range(-len(self.kernel), 0))
        columns = weight.reshape(self.filters, x[1] * cells, *params["weight"].shape[1 : 1 + len(self.kernel)])
        forms = (
            OnnxForm("Conv", slide, (("windows", ones),)),
            OnnxForm("Unsqueeze", extras=(("axes", np.array([1])),)),
            OnnxForm("Mul", extras=(("weight", columns),)),
            OnnxForm("ReduceSum", {"keepdims": 0}, (("axes", np.array([2])),)),
        )
        return (*forms, OnnxForm("Add", extras=(("bias", params["bias"]),))) if self.bias else forms

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        rank = draw.choice([1, 2, 2])
        kernel, stride, dilation = (tuple(draw.randint(1, m) for _ in range(rank)) for m in (3, 3, 2))
        padding = tuple(draw.randint(0, 2) for _ in range(2 * rank))
        layer = cls(draw.randint(1, 2), kernel, stride, padding, dilation, draw.random() < 0.8)
        sizes = (d * (k - 1) + 1 + draw.randint(0, 2) for k, d in zip(kernel, dilation, strict=True))
        return Example(layer, ((draw.randint(1, 2), draw.randint(1, 2), *sizes),))
