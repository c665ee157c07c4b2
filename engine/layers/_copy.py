"""What copying layers share: every number of the output is a number of the input at another place, or a filling.

A layer of this kind says where numbers go, as a function that works on any array. Done to an array of indices it gives
the map from which the window, the backward pass and the explanations follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any, ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.geometry import AnyWindow, IndexMap
from convoscope.engine.layer import Layer, Partials, Saved, readers_of
from convoscope.engine.layers._text import literal, place, span
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


@dataclass(frozen=True)
class Copy(Layer):
    """Base of the layers y[o] = x[source(o)]. formula: in LaTeX. filling: what an output without a source holds."""

    picture: ClassVar[ex.Picture] = "copy"
    formula: ClassVar[str] = ""

    def move(self, x: Array, filling: Any) -> Array:
        """The output for an x of any type, with `filling` where nothing of x goes."""
        raise NotImplementedError

    def filling(self) -> float:
        """The number that stands where nothing of x goes."""
        return 0.0

    def sources(self, x_shape: Shape) -> Array:
        """For each output, the flat index of the input cell that it copies, −1 for a filling."""
        return self.move(np.arange(prod(x_shape)).reshape(x_shape), -1)

    def windows(self, *x_shapes: Shape) -> tuple[AnyWindow, ...]:
        return (IndexMap(self.sources(x_shapes[0]), x_shapes[0]),)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        self.output_shape(xs[0].shape)  # refuses what does not fit in its own words
        return np.asarray(self.move(xs[0], self.filling())), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        x = xs[0]
        returned = np.bincount(self.sources(x.shape).ravel() + 1, dy.ravel(), x.size + 1)[1:]
        return (returned.reshape(x.shape).astype(dy.dtype),), {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        return copied(xs, y, at, 0, self.windows(xs[0].shape)[0], self.formula, "X")

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        return returned(readers_of(self.windows(xs[0].shape)[0], cell), cell, y, "X")


def copied(
    xs: Sequence[Array], y: Array, at: Index, which: int, window: AnyWindow, formula: str, name: str
) -> ex.Explanation:
    """The arithmetic of a copied number: where it comes from, or that it is a filling."""
    value, cells, x = float(y[at]), window.cells(at), xs[which]
    inside = all(c and 0 <= c[0] < n for c, n in zip(cells, x.shape, strict=True))
    if not inside:
        return ex.Explanation(
            "copy", at, value, formula, f"out[{place(at)}] = {literal(value)}", (), (ex.Step("filling", value, value),)
        )
    source = tuple(c[0] for c in cells)
    operand = ex.Operand("x", x[source].reshape((1,) * x.ndim), cells, f"x{which}" if name != "X" else "x")
    line = f"out[{place(at)}] = {name}[{place(source)}]"
    return ex.Explanation("copy", at, value, formula, line, (operand,), (ex.Step("x", value, value),))


def returned(readers: Array, cell: Index, y: Array, name: str) -> Partials:
    """The gradient of a copied number: the sum of those of its copies."""
    formula = r"\frac{\partial L}{\partial x_a} = \sum_{o \,:\, y_o \text{ is } x_a} \frac{\partial L}{\partial y_o}"
    line = f"d{name}[{place(cell)}] = {added(readers, y.shape)}"
    return Partials(readers, np.ones(len(readers), y.dtype), "1", formula, line)


def added(readers: Array, y_shape: Shape) -> str:
    """Python source of Σ dout over the readers, by slices where they form a block of even spacing."""
    if len(readers) < 2:
        return f"dout[{place(tuple(map(int, readers[0])))}]" if len(readers) else "0.0"
    axes = [sorted({int(i) for i in column}) for column in readers.T]
    even = all(len({b - a for a, b in pairwise(c)}) < 2 for c in axes)
    if even and prod(len(c) for c in axes) == len(readers):
        spans = (str(c[0]) if len(c) == 1 else span(c, n) for c, n in zip(axes, y_shape, strict=True))
        return f"np.sum(dout[{', '.join(spans)}])"
    return f"np.sum(dout[{', '.join(str([int(i) for i in column]) for column in readers.T)}])"
