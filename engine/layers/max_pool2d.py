"""Max pooling: of each window only the largest number goes on, and only it gets the gradient."""

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
class MaxPool2d(Layer):
    r"""Largest number of each window, each channel by itself.

    Equation   y[n,c,i,j] = max_{u,v} x[n, c, s·i + d·u − p, s·j + d·v − p]
    Shapes     (N, C, H, W) → (N, C, ⌊(H + top + bottom − d(kh − 1) − 1)/s⌋ + 1, likewise W)
    Notes      Ties go to the first of the equal maxima in reading order, forward and backward. Padding counts as −∞.
    Raises     ShapeError when the window is larger than the padded input.
    Source     Scherer et al. 2010, section 3.3; ONNX MaxPool-22
    """

    kernel: Pair
    stride: Pair = (1, 1)
    padding: Padding = (0, 0, 0, 0)
    dilation: Pair = (1, 1)

    kind: ClassVar[str] = "max_pool2d"
    onnx: ClassVar[tuple[str, ...]] = ("MaxPool",)
    picture: ClassVar[ex.Picture] = "reduce"

    @property
    def _slide(self) -> Slide:
        return Slide(self.kernel, self.stride, self.padding, self.dilation)

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        require(len(x) == 4, lambda: f"max_pool2d reads (N, C, H, W), but its input has shape {x}.")
        rows, columns = self._slide.count(*x[2:])
        require(
            rows > 0 and columns > 0,
            lambda: (
                f"max_pool2d: the window {self.kernel} is larger than the input {x[2:]} with padding {self.padding}."
            ),
        )
        return *x[:2], rows, columns

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        axes = sliding(self.kernel, self.stride, self.padding, self.dilation)
        return (Window((Axis(), Axis(), *axes), x, self.output_shape(x)),)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        windows = patches(xs[0], self._slide, fill=-np.inf)
        flat = windows.reshape(*windows.shape[:4], -1)
        winner = flat.argmax(axis=-1)  # the first of equal maxima
        return np.take_along_axis(flat, winner[..., None], axis=-1)[..., 0], winner

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        cells = np.arange(self.kernel[0] * self.kernel[1])
        routed = dy[..., None] * (saved[..., None] == cells)
        return (patches_adjoint(routed.reshape(*dy.shape, *self.kernel), xs[0].shape, self._slide),), {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        window = self.windows(xs[0].shape)[0]
        cells = window.cells(at)
        values = window.read(xs[0], at, outside=-np.inf)
        u, v = np.unravel_index(int(saved[at]), self.kernel)
        winner = (at[0], at[1], cells[2][u], cells[3][v])
        inside = [span([c for c in cells[a] if 0 <= c < xs[0].shape[a]]) for a in (2, 3)]
        value = float(y[at])
        return ex.Explanation(
            "reduce",
            at,
            value,
            r"y_{c,i,j} = \max_{u,v} x_{c,\, s i + d u - p,\, s j + d v - p}",
            f"out[{place(at)}] = np.max(X[{at[0]}, {at[1]}, {inside[0]}, {inside[1]}])",
            (ex.Operand("x", values, cells, "x"),),
            (ex.Step("largest", value, value),),
            marks={"winner": winner},
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        (n, c, i, j), window = cell, self.windows(xs[0].shape)[0]
        _, _, rows, columns = window.reach(cell)
        grid = product([n], [c], rows, columns)
        tap = [
            (i + self.padding[0] - self.stride[0] * r) // self.dilation[0] * self.kernel[1]
            + (j + self.padding[1] - self.stride[1] * k) // self.dilation[1]
            for r in rows
            for k in columns
        ]
        won = (saved[tuple(grid.T)] == tap).astype(y.dtype)
        winners = [tuple(int(o) for o in reader) for reader in grid[won > 0]]
        line = " + ".join(f"dout[{place(o)}]" for o in winners) or "0.0"
        formula = (
            r"\frac{\partial L}{\partial x_{a}} = \sum_{o \,:\, x_a \text{ won}} \frac{\partial L}{\partial y_{o}}"
        )
        return Partials(grid, won, "[won]", formula, f"dX[{place(cell)}] = {line}")

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        kernel, dilation = (draw.randint(1, 3), draw.randint(1, 3)), (draw.randint(1, 2), draw.randint(1, 2))
        padding = tuple(draw.randint(0, dilation[a % 2] * (kernel[a % 2] - 1) // 2) for a in range(4))
        layer = cls(kernel, (draw.randint(1, 3), draw.randint(1, 3)), (*padding,), dilation)  # type: ignore[arg-type]
        rows, columns = (dilation[a] * (kernel[a] - 1) + 1 + draw.randint(0, 3) for a in (0, 1))
        return Example(layer, ((draw.randint(1, 2), draw.randint(1, 2), rows, columns),))
