"""Max pooling: of each window only the largest number goes on, and only it gets the gradient."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.geometry import product
from convoscope.engine.layer import Example, Partials, Saved
from convoscope.engine.layers._patches import patches, patches_adjoint
from convoscope.engine.layers._pooling import Pool
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params


@dataclass(frozen=True)
class MaxPool2d(Pool):
    r"""Largest number of each window, each channel by itself.

    Equation   y[n,c,i,j] = max_{u,v} x[n, c, s·i + d·u − p, s·j + d·v − p]
    Shapes     (N, C, H, W) → (N, C, ⌊(H + top + bottom − d(kh − 1) − 1)/s⌋ + 1, likewise W); ⌈ ⌉ with ceil_mode
    Notes      Ties go to the first of the equal maxima in reading order, forward and backward. Padding counts as −∞.
               With a kernel of one number it reads (N, C, L), with three (N, C, D, H, W).
    Raises     ShapeError when the window is larger than the padded input.
    Source     Scherer et al. 2010, section 3.3; ONNX MaxPool-22
    """

    kind: ClassVar[str] = "max_pool2d"
    onnx: ClassVar[tuple[str, ...]] = ("MaxPool",)
    picture: ClassVar[ex.Picture] = "reduce"

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        (x,) = xs
        windows = patches(x, self.slide(x.shape), fill=-np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min)
        flat = windows.reshape(*windows.shape[: x.ndim], -1)
        winner = flat.argmax(axis=-1)  # the first of equal maxima
        return np.take_along_axis(flat, winner[..., None], axis=-1)[..., 0], winner

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        cells = np.arange(np.prod(self.kernel))
        routed = dy[..., None] * (saved[..., None] == cells)
        x = xs[0].shape
        return (patches_adjoint(routed.reshape(*dy.shape, *self.kernel), x, self.slide(x)),), {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        window = self.windows(xs[0].shape)[0]
        cells = window.cells(at)
        values = window.read(xs[0], at, outside=-np.inf)
        taps = np.unravel_index(int(saved[at]), self.kernel)
        winner = (*at[:2], *(c[u] for c, u in zip(cells[2:], taps, strict=True)))
        value = float(y[at])
        largest = f"np.max(X[{self._read(at, xs[0].shape)}])" if np.isfinite(values).any() else "-np.inf"
        return ex.Explanation(
            "reduce",
            at,
            value,
            r"y_{c,i,j} = \max_{u,v} x_{c,\, s i + d u - p,\, s j + d v - p}",
            f"out[{place(at)}] = {largest}",
            (ex.Operand("x", values, cells, "x"),),
            (ex.Step("largest", value, value),),
            marks={"winner": winner},
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        (n, c, *inner), x, slide = cell, xs[0].shape, self.slide(xs[0].shape)
        _, _, *outputs = self.windows(x)[0].reach(cell)
        grid = product([n], [c], *outputs)
        taps = product(*(slide.tap_of(k, inner[k], o) for k, o in enumerate(outputs)))
        won = (saved[tuple(grid.T)] == np.ravel_multi_index(tuple(taps.T), self.kernel)).astype(y.dtype)
        winners = [tuple(int(o) for o in reader) for reader in grid[won > 0]]
        line = " + ".join(f"dout[{place(o)}]" for o in winners) or "0.0"
        formula = (
            r"\frac{\partial L}{\partial x_{a}} = \sum_{o \,:\, x_a \text{ won}} \frac{\partial L}{\partial y_{o}}"
        )
        return Partials(grid, won, "[won]", formula, f"dX[{place(cell)}] = {line}")

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        layer, shape = cls.drawn(draw, hollow=False)
        return Example(layer, (shape,))
