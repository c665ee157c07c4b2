"""What layers of several inputs share: numbers at the same place meet, after axes of length 1 are stretched.

A layer of this kind says its function `f` and the `slope` along each input, each also as Python source; the passes,
the windows, the explanations and the exchange with ONNX follow from them.
Source: NumPy's broadcasting rule, which is ONNX's: shapes are lined up at their ends.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.errors import ShapeError
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window, product
from convoscope.engine.layer import CHAIN_RULE, Example, Layer, Partials, Saved, from_config, require
from convoscope.engine.layers._onnx import integer, refused
from convoscope.engine.layers._text import place, times
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


def joined(kind: str, shapes: Sequence[Shape]) -> Shape:
    """The shape that all of `shapes` stretch to. Raises ShapeError where they do not."""
    rank = max(map(len, shapes))
    y = []
    for sizes in zip(*((1,) * (rank - len(s)) + tuple(s) for s in shapes), strict=True):
        long = {n for n in sizes if n != 1} or {1}
        if len(long) > 1:
            said = " and ".join(map(str, shapes))
            wanted = "lined up at their ends, two sizes must be equal or one of them 1"
            raise ShapeError(f"{kind}: the shapes {said} do not fit: {wanted}.")
        y.append(long.pop())
    return tuple(y)


def aligned(x: Shape, y: Shape) -> Window:
    """The window of an input of shape x that is stretched to y: each output cell reads one cell."""
    lead = len(y) - len(x)
    rules = [Axis() if n == y[lead + k] else Axis(1, 0) for k, n in enumerate(x)]
    return Window(tuple(rule._replace(follows=lead + k) if lead else rule for k, rule in enumerate(rules)), x, y)


def folded(dy: Array, x: Shape) -> Array:
    """The adjoint of stretching: each gradient added back into the cell that was read."""
    lead = dy.ndim - len(x)
    stretched = tuple(lead + k for k, n in enumerate(x) if n == 1 and dy.shape[lead + k] != 1)
    return np.asarray(dy.sum(axis=(*range(lead), *stretched))).reshape(x)


def spot(x: Shape, at: Index) -> Index:
    """The cell of an input of shape x that output cell `at` reads."""
    return tuple(0 if n == 1 else i for n, i in zip(x, at[len(at) - len(x) :], strict=True))


def strip(x: Shape, reach: Sequence[Sequence[int]]) -> str:
    """The index that takes, of an array of shape x, what meets the outputs in `reach`: each axis whole or one place."""
    places = reach[len(reach) - len(x) :]
    return (
        ", ".join(":" if len(cells) > 1 else str(0 if n == 1 else cells[0]) for n, cells in zip(x, places, strict=True))
        or "()"
    )


@dataclass(frozen=True)
class Broadcast(Layer):
    """Base of the layers y = f(x0, x1, …). Division by 0 gives ∞ or NaN without a warning: they are answers.

    text: y in words, the name of the last step. formula: y in LaTeX. letters: what the operands are called in both,
    when their number is fixed.
    """

    picture: ClassVar[ex.Picture] = "combine"
    text: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    letters: ClassVar[tuple[str, ...]] = ()
    domain: ClassVar[tuple[float, float]] = (-2.0, 2.0)
    kinks: ClassVar[tuple[float, ...]] = ()

    # ---- what a layer says -----------------------------------------------------------------------------------

    def f(self, *xs: Array) -> Array:
        """y."""
        raise NotImplementedError

    def slope(self, k: int, xs: Sequence[Array], y: Array) -> Array:
        """∂y/∂x_k."""
        raise NotImplementedError

    def line(self, xs: Sequence[str]) -> str:
        """y as Python source, from the sources of the operands."""
        raise NotImplementedError

    def slope_line(self, k: int, xs: Sequence[str], y: str) -> str:
        """∂y/∂x_k as Python source."""
        raise NotImplementedError

    # ---- what follows ----------------------------------------------------------------------------------------

    def output_shape(self, *x_shapes: Shape) -> Shape:
        wanted = len(self.letters)
        require(
            len(x_shapes) == wanted if wanted else len(x_shapes) > 0,
            lambda: f"{self.kind} reads {wanted or 'one or more'} inputs, but {len(x_shapes)} were given.",
        )
        return joined(self.kind, x_shapes)

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        y = self.output_shape(*x_shapes)
        return tuple(aligned(x, y) for x in x_shapes)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        with np.errstate(all="ignore"):
            return np.asarray(self.f(*xs)), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        with np.errstate(all="ignore"):
            return tuple(folded(np.asarray(dy * self.slope(k, xs, y)), x.shape) for k, x in enumerate(xs)), {}

    def names(self, count: int) -> Sequence[str]:
        """What the operands are called."""
        return self.letters or [f"x{k}" for k in range(count)]

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        names, cells = self.names(len(xs)), [spot(x.shape, at) for x in xs]
        read = [x[cell] for x, cell in zip(xs, cells, strict=True)]
        with np.errstate(all="ignore"):
            exact = float(self.f(*(v.astype(np.float64) if v.dtype.kind == "f" else v for v in read)))
        steps = [ex.Step(n, float(v), float(v)) for n, v in zip(names, read, strict=True)]
        operands = tuple(
            ex.Operand(n, v.reshape((1,) * len(cell)), tuple([i] for i in cell), f"x{k}")
            for k, (n, v, cell) in enumerate(zip(names, read, cells, strict=True))
        )
        with np.errstate(all="ignore"):
            closed = ex.with_rounding([*steps, ex.Step(self.text, exact, exact)], float(y[at]))
        line = self.line([f"X{k}[{place(cell)}]" for k, cell in enumerate(cells)])
        return ex.Explanation("combine", at, float(y[at]), self.formula, f"out[{place(at)}] = {line}", operands, closed)

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        reach = aligned(xs[which].shape, y.shape).reach(cell)
        readers = product(*reach)
        met = tuple(readers.T)
        with np.errstate(all="ignore"):
            slope = self.slope(which, [np.broadcast_to(x, y.shape)[met] for x in xs], y[met])
        local = np.broadcast_to(np.asarray(slope, y.dtype), (len(readers),))
        sources = [f"X{k}[{strip(x.shape, reach)}]" for k, x in enumerate(xs)]
        gradient, own = f"dout[{strip(y.shape, reach)}]", f"out[{strip(y.shape, reach)}]"
        line = times(gradient, self.slope_line(which, sources, own))
        total = f"np.sum({line})" if len(readers) > 1 else line
        name = self.names(len(xs))[which]
        return Partials(readers, local, f"∂y/∂{name}", CHAIN_RULE, f"dX{which}[{place(cell)}] = {total}")

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        data = tuple(range(len(node.inputs)))
        return Reading(cls(), data=data, before=_lined_up(node) if node.version < 7 else {})

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm(self.onnx[0]),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(1, 3) for _ in range(draw.randint(1, 4)))
        shapes = [shape] + [
            _stretching(shape, draw) for _ in range(len(cls.letters) - 1 if cls.letters else draw.randint(0, 3))
        ]
        mixes = any(len(s) < len(shape) for s in shapes)
        if draw.random() < 0.3:
            draw.shuffle(shapes)
            mixes = True  # the first input may be the stretched one, which says nothing about the batch
        return Example(cls(), tuple(shapes), cls.domain, mixes_batch=mixes, kinks=cls.kinks)


def _stretching(shape: Shape, draw: random.Random) -> Shape:
    """A shape that stretches to `shape`, often the same."""
    if draw.random() < 0.4:
        return shape
    return tuple(n if draw.random() < 0.6 else 1 for n in shape)[draw.randint(0, len(shape)) :]


def _lined_up(node: OnnxNode) -> dict[int, Layer]:
    """Before version 7, `axis` says where the second input's axes stand among the first's: axes of length 1 follow."""
    axis = node.attributes.get("axis")
    if axis is None or not node.attributes.get("broadcast"):
        return {}
    if 0 not in node.shapes or 1 not in node.shapes:
        raise refused(node, "attribute 'axis'", axis, "To line the inputs up, both must have a known number of axes.")
    ranks = len(node.shapes[0]), len(node.shapes[1])
    behind = ranks[0] - integer(node, "axis") % max(ranks[0], 1) - ranks[1]
    if behind < 0:
        raise refused(node, "attribute 'axis'", axis, f"{ranks[1]} axes do not fit there among {ranks[0]}.")
    return {1: from_config({"kind": "unsqueeze", "axes": list(range(ranks[1], ranks[1] + behind))})} if behind else {}


@dataclass(frozen=True)
class Binary(Broadcast):
    """Base of the layers of two operands. numpy and slopes: y, ∂y/∂a and ∂y/∂b as Python source with {a}, {b}, {y}."""

    letters: ClassVar[tuple[str, ...]] = ("a", "b")
    numpy: ClassVar[str] = ""
    slopes: ClassVar[tuple[str, str]] = ("", "")

    def line(self, xs: Sequence[str]) -> str:
        return self.numpy.format(a=xs[0], b=xs[1])

    def slope_line(self, k: int, xs: Sequence[str], y: str) -> str:
        return self.slopes[k].format(a=xs[0], b=xs[1], y=y)
