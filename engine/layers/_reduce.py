"""What reductions share: all numbers along some axes become one.

A layer of this kind says the reduction and its `slope`, each also as Python source; the passes, the window, the
explanations and the exchange with ONNX follow from them.
"""

import random
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window
from convoscope.engine.layer import Example, Layer, Partials, Saved
from convoscope.engine.layers._axes import axes_of
from convoscope.engine.layers._onnx import integer, integers
from convoscope.engine.layers._text import place, times
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape

Axes = tuple[int, ...]


@dataclass(frozen=True)
class Reduce(Layer):
    """Base of the layers y = r(all x along `axes`); along all axes when `axes` is None.

    keepdims: the reduced axes stay, with length 1. text: the name of the last step. formula, slope_formula: y and
    ∂y/∂x in LaTeX. numpy: y as Python source, with {w} for all the numbers. slope_numpy: ∂y/∂x as Python source, with
    {x}, {y}, {w}, {n} for how many they are, and {place} for the place of x among them.
    """

    axes: tuple[int, ...] | None = None
    keepdims: bool = True

    picture: ClassVar[ex.Picture] = "reduce"
    text: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    slope_formula: ClassVar[str] = "1"
    numpy: ClassVar[str] = ""
    slope_numpy: ClassVar[str] = ""
    domain: ClassVar[tuple[float, float]] = (-2.0, 2.0)
    kinks: ClassVar[tuple[float, ...]] = ()
    opset: ClassVar[int] = 18

    # ---- what a layer says -----------------------------------------------------------------------------------

    def reduce(self, x: Array, axes: Axes) -> Array:
        """y, with the reduced axes kept."""
        raise NotImplementedError

    def slope(self, x: Array, y: Array, axes: Axes) -> Array:
        """∂y/∂x for every x; y with the reduced axes kept."""
        raise NotImplementedError

    def chosen(self, w: Array) -> int | None:
        """Where in the window w, a row, the one number stands that y is, if y is one of them."""
        return None

    def stages(self, w: Array) -> list[tuple[str, float]]:
        """Numbers between the window w, a row, and y that are worth seeing, by name."""
        return []

    # ---- what follows ----------------------------------------------------------------------------------------

    def reduced(self, x: Shape) -> Axes:
        """The reduced axes, counted from 0."""
        return tuple(range(len(x))) if self.axes is None else axes_of(self.kind, self.axes, x)

    def _kept(self, x: Shape) -> Shape:
        axes = self.reduced(x)
        return tuple(1 if k in axes else n for k, n in enumerate(x))

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,), axes = x_shapes, self.reduced(x_shapes[0])
        return self._kept(x) if self.keepdims else tuple(n for k, n in enumerate(x) if k not in axes)

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,), axes = x_shapes, self.reduced(x_shapes[0])
        rules, follows = [], 0
        for k, n in enumerate(x):
            rules.append(Axis(n, 0) if k in axes else Axis() if self.keepdims else Axis(follows=follows))
            follows += k not in axes
        return (Window(tuple(rules), x, self.output_shape(x)),)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        (x,) = xs
        with np.errstate(all="ignore"):
            y = self.reduce(x, self.reduced(x.shape))
        return np.asarray(y).astype(x.dtype, copy=False).reshape(self.output_shape(x.shape)), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        (x,), kept = xs, self._kept(xs[0].shape)
        with np.errstate(all="ignore"):
            slope = self.slope(x, y.reshape(kept), self.reduced(x.shape))
            return (np.asarray(dy.reshape(kept) * slope),), {}

    def _window(self, cell: Index, x: Shape) -> tuple[tuple[slice, ...], str]:
        """All the numbers that are reduced together with an input cell, as an index and as source."""
        axes = self.reduced(x)
        index = tuple(slice(None) if k in axes else slice(i, i + 1) for k, i in enumerate(cell))
        return index, ", ".join(":" if k in axes else str(i) for k, i in enumerate(cell)) or "()"

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        (x,) = xs
        cells = self.windows(x.shape)[0].cells(at)
        index, text = self._window(tuple(c[0] if c else 0 for c in cells), x.shape)
        exact = x[index].astype(np.float64)
        with np.errstate(all="ignore"):
            value = float(self.reduce(exact, tuple(range(x.ndim))).reshape(()))
            named = [*self.stages(exact.reshape(-1)), (self.text, value)]
            steps = ex.with_rounding([ex.Step(label, float(v), float(v)) for label, v in named], float(y[at]))
        line = f"out[{place(at)}] = {self.numpy.format(w=f'X[{text}]')}"
        operand, chosen = ex.Operand("x", x[index], cells, "x"), self.chosen(exact.reshape(-1))
        marks = {"winner": _nth(cells, chosen)} if chosen is not None else {}
        return ex.Explanation("reduce", at, float(y[at]), self.formula, line, (operand,), steps, marks=marks)

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        (x,), axes = xs, self.reduced(xs[0].shape)
        kept = tuple(0 if k in axes else i for k, i in enumerate(cell))
        at = kept if self.keepdims else tuple(i for k, i in enumerate(cell) if k not in axes)
        index, text = self._window(cell, x.shape)
        w, own = x[index], tuple(i if k in axes else 0 for k, i in enumerate(cell))
        with np.errstate(all="ignore"):
            slopes = np.broadcast_to(self.slope(w, y[at].reshape((1,) * x.ndim), tuple(range(x.ndim))), w.shape)
        source = self.slope_numpy.format(
            x=f"X[{place(cell)}]",
            y=f"out[{place(at)}]",
            w=f"X[{text}]",
            n=w.size,
            place=int(np.ravel_multi_index(own, w.shape)) if own else 0,
        )
        formula = r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \cdot " + self.slope_formula
        line = f"dX[{place(cell)}] = {times(f'dout[{place(at)}]', source)}"
        return Partials(np.array([at], int), np.array([slopes[own]], y.dtype), "∂y/∂x", formula, line)

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        """The axes are an attribute in older versions and a constant input in newer ones; none means all, or none."""
        axes = integers(node, "axes", 1) or None
        if axes is None and integer(node, "noop_with_empty_axes", 0):
            axes = ()
        return Reading(cls(axes, bool(integer(node, "keepdims", 1))))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        settings = {"keepdims": int(self.keepdims)} | ({"noop_with_empty_axes": 1} if self.axes == () else {})
        extras = (("axes", np.array(self.axes, np.int64)),) if self.axes else ()
        return (OnnxForm(self.onnx[0], settings, extras, opset=self.opset),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(1, 3) for _ in range(draw.randint(1, 4)))
        rank = len(shape)
        axes = tuple(draw.choice([k, k - rank]) for k in draw.sample(range(rank), draw.randint(0, rank)))
        layer = cls(draw.choice([axes, axes, None]), draw.random() < 0.6)
        return Example(layer, (shape,), cls.domain, mixes_batch=0 in layer.reduced(shape), kinks=cls.kinks)


def _nth(cells: tuple[list[int], ...], place: int) -> Index:
    """The cell at a place of a window, in reading order."""
    inside = np.unravel_index(place, tuple(len(c) for c in cells))
    return tuple(c[int(k)] for c, k in zip(cells, inside, strict=True))


def rows(x: Array, axes: Axes) -> Array:
    """(…, n): the numbers that are reduced together as rows."""
    behind = np.moveaxis(x, axes, range(-len(axes), 0)) if axes else x
    return behind.reshape(*behind.shape[: x.ndim - len(axes)], prod(x.shape[k] for k in axes))


def unrows(r: Array, x: Shape, axes: Axes) -> Array:
    """The inverse of `rows`, for an array of shape x."""
    kept = tuple(n for k, n in enumerate(x) if k not in axes)
    return np.moveaxis(r.reshape(*kept, *(x[k] for k in axes)), range(-len(axes), 0), axes) if axes else r.reshape(x)


def first(hits: Array, axes: Axes) -> Array:
    """Of the hits that are reduced together, only the first in reading order."""
    r = rows(hits, axes)
    return unrows(r & (np.cumsum(r, axis=-1) == 1), hits.shape, axes)


def lowest(dtype: np.dtype[Any]) -> Any:
    """The number that no other of its type is below: what the largest of no numbers is."""
    return -np.inf if dtype.kind == "f" else False if dtype.kind == "b" else np.iinfo(dtype).min


def highest(dtype: np.dtype[Any]) -> Any:
    """The number that no other of its type is above."""
    return np.inf if dtype.kind == "f" else True if dtype.kind == "b" else np.iinfo(dtype).max
