"""Convolution, the lecture's layer: one filter for every place of the picture."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.geometry import Axis, Window, product, sliding
from convoscope.engine.layer import Example, Layer, Partials, Saved, require
from convoscope.engine.layers._patches import Slide, patches, patches_adjoint
from convoscope.engine.layers._text import place, span
from convoscope.engine.types import EVAL, Array, Index, Mode, Padding, Pair, Params, Shape


@dataclass(frozen=True)
class Conv2d(Layer):
    r"""Weighted sum of each window of the input, with one filter per output channel.

    Equation   y[n,k,i,j] = b[k] + Σ_{c,u,v} w[k,c,u,v] · x[n, c, s·i + d·u − p, s·j + d·v − p]
    Shapes     (N, C, H, W) → (N, K, ⌊(H + top + bottom − d(kh − 1) − 1)/s⌋ + 1, likewise W);
               weight (K, C/groups, kh, kw), bias (K)
    Notes      Cells outside the input count as 0. With groups, filter k reads only the C/groups channels of its group.
    Raises     ShapeError when channels do not fit groups, or the window is larger than the padded input.
    Source     LeCun et al. 1998, section II.A; ONNX Conv-22 (a cross-correlation: the filter is not flipped).
    """

    filters: int
    kernel: Pair
    stride: Pair = (1, 1)
    padding: Padding = (0, 0, 0, 0)
    dilation: Pair = (1, 1)
    groups: int = 1
    bias: bool = True

    kind: ClassVar[str] = "conv2d"
    onnx: ClassVar[tuple[str, ...]] = ("Conv",)
    picture: ClassVar[ex.Picture] = "weighted_sum"

    @property
    def _slide(self) -> Slide:
        return Slide(self.kernel, self.stride, self.padding, self.dilation)

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        require(len(x) == 4, lambda: f"conv2d reads (N, C, H, W), but its input has shape {x}.")
        require(
            x[1] % self.groups == 0 and self.filters % self.groups == 0,
            lambda: (
                f"conv2d: {self.groups} groups must divide the {x[1]} input channels and the {self.filters} filters."
            ),
        )
        rows, columns = self._slide.count(*x[2:])
        require(
            rows > 0 and columns > 0,
            lambda: (
                f"conv2d: the window {self.kernel} (dilation {self.dilation}) is larger than the input {x[2:]} "
                f"with padding {self.padding}. Use a smaller kernel or more padding."
            ),
        )
        return x[0], self.filters, rows, columns

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        weight = (self.filters, x_shapes[0][1] // self.groups, *self.kernel)
        return {"weight": weight} | ({"bias": (self.filters,)} if self.bias else {})

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        per_group = x[1] // self.groups
        channels = Axis(per_group, per_group if self.groups > 1 else 0, every=self.filters // self.groups)
        return (Window((Axis(), channels, *sliding(*self._geometry)), x, self.output_shape(x)),)

    @property
    def _geometry(self) -> tuple[Pair, Pair, Padding, Pair]:
        return self.kernel, self.stride, self.padding, self.dilation

    def macs(self, *x_shapes: Shape) -> int:
        return int(np.prod(self.output_shape(*x_shapes)) * np.prod(self.param_shapes(*x_shapes)["weight"][1:]))

    def _columns(self, x: Array) -> Array:
        """(N, G, windows, C/G · kh · kw): each window of each group as a row."""
        p = patches(x, self._slide)
        n, c, oh, ow, kh, kw = p.shape
        split = p.reshape(n, self.groups, c // self.groups, oh, ow, kh, kw).transpose(0, 1, 3, 4, 2, 5, 6)
        return split.reshape(n, self.groups, oh * ow, -1)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        (x,) = xs
        filters = params["weight"].reshape(self.groups, self.filters // self.groups, -1)
        y = (filters @ self._columns(x).swapaxes(2, 3)).reshape(self.output_shape(x.shape))
        return y + params["bias"][:, None, None] if self.bias else y, None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        (x,), (n, k, oh, ow) = xs, dy.shape
        filters = params["weight"].reshape(self.groups, k // self.groups, -1)
        given = dy.reshape(n, self.groups, k // self.groups, oh * ow)
        dweight = (given @ self._columns(x)).sum(axis=0).reshape(params["weight"].shape)
        dwindows = (given.swapaxes(2, 3) @ filters).reshape(n, self.groups, oh, ow, -1, *self.kernel)
        dx = patches_adjoint(
            dwindows.transpose(0, 1, 4, 2, 3, 5, 6).reshape(n, -1, oh, ow, *self.kernel), x.shape, self._slide
        )
        return (dx,), {"weight": dweight} | ({"bias": dy.sum(axis=(0, 2, 3))} if self.bias else {})

    # ---- explanations ----------------------------------------------------------------------------------------

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        (x,), (n, k) = xs, at[:2]
        window = self.windows(x.shape)[0]
        cells = window.cells(at)
        w = params["weight"][k]
        inside = [[u for u, cell in enumerate(cells[a]) if 0 <= cell < x.shape[a]] for a in (2, 3)]
        read = [span([cells[a][u] for u in inside[a - 2]]) for a in (2, 3)]
        taps = [span(inside[a], self.kernel[a]) for a in (0, 1)]
        b = float(params["bias"][k]) if self.bias else None
        return ex.weighted_sum(
            at,
            y[at],
            ex.Operand("x", window.read(x, at)[0], cells, "x"),
            ex.Operand("w", w, ([k], list(range(w.shape[0])), *map(list, map(range, self.kernel))), "weight"),
            [f"channel {c}" for c in cells[1]],
            bias=b,
            formula=r"y_{k,i,j} = b_k + \sum_{c,u,v} w_{k,c,u,v} \, x_{c,\, s i + d u - p,\, s j + d v - p}",
            numpy=f"out[{place(at)}] = np.sum(X[{n}, {span(cells[1], x.shape[1])}, {read[0]}, {read[1]}]"
            f" * W[{k}, :, {taps[0]}, {taps[1]}])" + (f" + b[{k}]" if self.bias else ""),
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        (x,), (n, c, i, j) = xs, cell
        _, filters, rows, columns = self.windows(x.shape)[0].reach(cell)
        us = [(i + self.padding[0] - self.stride[0] * o) // self.dilation[0] for o in rows]
        vs = [(j + self.padding[1] - self.stride[1] * o) // self.dilation[1] for o in columns]
        within = c % (x.shape[1] // self.groups)
        grid = product([n], filters, rows, columns)
        local = params["weight"][np.ix_(filters, [within], us, vs)].reshape(-1)
        return Partials(
            grid,
            local,
            "w",
            r"\frac{\partial L}{\partial x_{c,i,j}} = \sum_{k,u,v} w_{k,c,u,v} \,"
            r" \frac{\partial L}{\partial y_{k,i',j'}}"
            r" \quad s i' = i + p - d u",
            f"dX[{place(cell)}] = np.sum(dout[{n}, {span(filters, self.filters)}, {span(rows)}, {span(columns)}]"
            f" * W[{span(filters, self.filters)}, {within}, {span(us)}, {span(vs)}])",
        )

    def param_partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, name: str, at: Index
    ) -> Partials:
        (x,), k = xs, at[0]
        if name == "bias":
            grid = np.argwhere(np.ones_like(y[:, :1], bool)) + np.array([0, k, 0, 0])
            formula = r"\frac{\partial L}{\partial b_k} = \sum_{n,i,j} \frac{\partial L}{\partial y_{n,k,i,j}}"
            return Partials(grid, np.ones(len(grid), y.dtype), "1", formula, f"db[{k}] = np.sum(dout[:, {k}])")
        _, c, u, v = at
        channel = k // (self.filters // self.groups) * (x.shape[1] // self.groups) + c
        met = [self._meets(a, tap, x.shape[2 + a], y.shape[2 + a]) for a, tap in ((0, u), (1, v))]
        rows, columns = ([o for o, _ in m] for m in met)
        read = x[:, channel][:, [cell for _, cell in met[0]]][:, :, [cell for _, cell in met[1]]]
        grid = product(range(len(x)), [k], rows, columns)
        return Partials(
            grid,
            read.reshape(-1),
            "x",
            r"\frac{\partial L}{\partial w_{k,c,u,v}} = \sum_{n,i,j} \frac{\partial L}{\partial y_{n,k,i,j}}"
            r" \, x_{n,c,\, s i + d u - p,\, s j + d v - p}",
            f"dW[{place(at)}] = np.sum(dout[:, {k}, {span(rows)}, {span(columns)}]"
            f" * X[:, {channel}, {span([cell for _, cell in met[0]])}, {span([cell for _, cell in met[1]])}])",
        )

    def _meets(self, axis: int, tap: int, size: int, count: int) -> list[tuple[int, int]]:
        """(window, input cell) for each window whose kernel cell `tap` lies inside the input."""
        start = self.dilation[axis] * tap - self.padding[axis]
        cells = [(o, self.stride[axis] * o + start) for o in range(count)]
        return [(o, cell) for o, cell in cells if 0 <= cell < size]

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        groups, dilation = draw.choice([1, 1, 2, 3]), (draw.randint(1, 2), draw.randint(1, 2))
        kernel = (draw.randint(1, 3), draw.randint(1, 3))
        padding = (draw.randint(0, 2), draw.randint(0, 2), draw.randint(0, 2), draw.randint(0, 2))
        layer = cls(
            groups * draw.randint(1, 2),
            kernel,
            (draw.randint(1, 3), draw.randint(1, 3)),
            padding,
            dilation,
            groups,
            draw.random() < 0.8,
        )
        rows, columns = (dilation[a] * (kernel[a] - 1) + 1 + draw.randint(0, 3) for a in (0, 1))
        return Example(layer, ((draw.randint(1, 2), groups * draw.randint(1, 2), rows, columns),))
