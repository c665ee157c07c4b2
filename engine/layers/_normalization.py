"""Numbers against the statistics of their neighbours: what instance, group, layer, batch and RMS normalisation share.

The input is cut into blocks of neighbours, and each block is shifted and scaled by its own mean μ and variance σ²:

    x̂ = (x − μ) / √(σ² + ε),   y = w · x̂ + b
    ∂y_o/∂x_a = w_o / √(σ² + ε) · (δ_oa − 1/M − x̂_o · x̂_a / M),   M neighbours, o and a in the same block

The three terms are a's own way to o, its way through the mean, and its way through the variance.
Source: Ioffe and Szegedy 2015, section 3, the backward equations.
"""

import random
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.geometry import Axis, Window, product
from convoscope.engine.layer import Layer, Partials, Saved
from convoscope.engine.layers._axes import axis_of
from convoscope.engine.layers._onnx import constant, refused
from convoscope.engine.layers._text import place, span
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape

SLOPE = (
    r"\frac{\partial L}{\partial x_a} = \frac{1}{\sqrt{\sigma^2 + \epsilon}} \left( g_a - \overline{g}"
    r" - \hat{x}_a \, \overline{g \hat{x}} \right), \quad g = w \frac{\partial L}{\partial y}"
)
SLOPE_UNCENTRED = SLOPE.replace(r" - \overline{g}", "").replace(r"\sigma^2", r"\overline{x^2}")


class Standardised(NamedTuple):
    """x̂ in the input's shape, and 1/√(σ² + ε) in a shape that broadcasts against the blocks."""

    xhat: Array
    inverse: Array


@dataclass(frozen=True)
class Normalization(Layer):
    """Base of the normalisations. A subclass says its blocks, as axes to average over and as a window, and what w is.

    centred: whether the mean is taken off. A layer without parameters called weight or bias has w = 1 and b = 0.
    """

    epsilon: float = 1e-5

    picture: ClassVar[ex.Picture] = "normalize"
    centred: ClassVar[bool] = True

    # ---- what a layer says -----------------------------------------------------------------------------------

    def blocks(self, x: Shape) -> tuple[Shape, tuple[int, ...]]:
        """A shape of the same size in which a block is some whole axes, and those axes."""
        raise NotImplementedError

    def neighbours(self, x: Shape) -> tuple[Axis, ...]:
        """The block of a number, as a window."""
        raise NotImplementedError

    def affine(self, x: Shape) -> tuple[int, ...]:
        """The axes that weight and bias run along; by default the channels."""
        return (1,)

    # ---- what follows ----------------------------------------------------------------------------------------

    def output_shape(self, *x_shapes: Shape) -> Shape:
        return x_shapes[0]

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        return (Window(self.neighbours(x), x, self.output_shape(x)),)

    def initial(self, rng: np.random.Generator, *x_shapes: Shape) -> Params:
        """Weights one, all else zero: at first a normalisation only normalises."""
        shapes = self.param_shapes(*x_shapes)
        return {name: np.full(s, 1 if name == "weight" else 0, np.float32) for name, s in shapes.items()}

    def along(self, p: Array, x: Shape) -> Array:
        """A parameter in a shape that broadcasts against the input."""
        return p.reshape([n if k in self.affine(x) else 1 for k, n in enumerate(x)])

    def standardise(self, x: Array) -> Standardised:
        """x̂ and 1/√(σ² + ε), each block by its own statistics."""
        shape, axes = self.blocks(x.shape)
        blocks = x.reshape(shape)
        if self.centred:
            blocks = blocks - blocks.mean(axis=axes, keepdims=True)
        inverse = 1 / np.sqrt((blocks**2).mean(axis=axes, keepdims=True) + self.epsilon)
        return Standardised((blocks * inverse).reshape(x.shape), inverse)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        (x,), saved = xs, self.standardise(xs[0])
        y = saved.xhat * self.along(params["weight"], x.shape) if "weight" in params else saved.xhat
        return y + self.along(params["bias"], x.shape) if "bias" in params else y, saved

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        (x,) = xs
        shape, axes = self.blocks(x.shape)
        g = dy * self.along(params["weight"], x.shape) if "weight" in params else dy
        g, xhat = g.reshape(shape), saved.xhat.reshape(shape)
        direct = g - g.mean(axis=axes, keepdims=True) if self.centred else g
        dx = (direct - xhat * (g * xhat).mean(axis=axes, keepdims=True)) * saved.inverse
        others = tuple(k for k in range(x.ndim) if k not in self.affine(x.shape))
        grads = {"weight": dy * saved.xhat, "bias": dy}
        return (dx.reshape(x.shape),), {name: grads[name].sum(axis=others) for name in params if name in grads}

    # ---- explanations ----------------------------------------------------------------------------------------

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        (x,), window = xs, self.windows(xs[0].shape)[0]
        block = window.read(x, at).astype(np.float64)
        row, own = self._row(at, x.shape), self._own(at, x.shape)
        mean = float(block.mean()) if self.centred else 0.0
        spread = float(np.sqrt(((block - mean) ** 2).mean() + self.epsilon))
        value = (float(x[at]) - mean) / spread
        steps = [_step("x", float(x[at]))]
        steps += [_step(f"mean of {block.size}", mean), _step("x − mean", float(x[at]) - mean)] if self.centred else []
        steps += [_step(f"√({'variance' if self.centred else 'mean square'} + ε)", spread), _step("divided", value)]
        line = f"(X[{place(at)}] - np.mean(X[{row}]))" if self.centred else f"X[{place(at)}]"
        line += f" / np.sqrt({self._power(f'X[{row}]')} + {self.epsilon})"
        operands = [ex.Operand("x", window.read(x, at), window.cells(at), "x")]
        for name, symbol, shown in (("weight", "W", "times w"), ("bias", "b", "plus b")):
            if name in params:
                p = float(params[name][own])
                value = value * p if name == "weight" else value + p
                line += f" {'*' if name == 'weight' else '+'} {symbol}[{place(own)}]"
                steps.append(_step(shown, value))
                operands.append(ex.Operand(symbol.lower(), np.full((1,) * len(own), p), tuple([i] for i in own), name))
        steps_shown = ex.with_rounding(steps, float(y[at]))
        formula = self._formula(params)
        return ex.Explanation(
            "normalize", at, float(y[at]), formula, f"out[{place(at)}] = {line}", tuple(operands), steps_shown
        )

    def _formula(self, params: Params) -> str:
        shifted = r"x - \mu" if self.centred else "x"
        power = r"\sigma^2" if self.centred else r"\overline{x^2}"
        w, b = "w \\, " if "weight" in params else "", " + b" if "bias" in params else ""
        return rf"y = {w}\frac{{{shifted}}}{{\sqrt{{{power} + \epsilon}}}}{b}"

    def _power(self, block: str) -> str:
        """NumPy source of σ², or of the mean square."""
        return f"np.var({block})" if self.centred else f"np.mean({block} ** 2)"

    def _row(self, at: Index, x: Shape) -> str:
        """The block of `at` as an index: `0, 2:4, :, :`."""
        cells = self.windows(x)[0].cells(at)
        return ", ".join(str(c[0]) if len(c) == 1 else span(c, n) for c, n in zip(cells, x, strict=True))

    def _own(self, at: Index, x: Shape) -> Index:
        """Where the weight and the bias of `at` stand."""
        return tuple(at[k] for k in self.affine(x))

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        (x,) = xs
        readers = product(*self.windows(x.shape)[0].cells(cell))  # a block reads itself: readers are neighbours
        rows, m = tuple(readers.T), len(readers)
        spread = np.sqrt(((x[rows] - (x[rows].mean() if self.centred else 0)) ** 2).mean() + self.epsilon)
        through = -((1 / m if self.centred else 0) + saved.xhat[rows] * saved.xhat[cell] / m)
        # The cell's own way is a term apart: what comes back through the statistics may cancel it but for a millionth.
        readers, local = np.vstack([[cell], readers]), np.append(1.0, through)
        if "weight" in params:
            local = local * np.broadcast_to(self.along(params["weight"], x.shape), x.shape)[tuple(readers.T)]
        formula = SLOPE if self.centred else SLOPE_UNCENTRED
        line = f"dX[{place(cell)}] = {self._slope_line(params, x.shape, cell)}"
        return Partials(readers, (local / spread).astype(y.dtype), "∂y/∂x", formula, line)

    def _slope_line(self, params: Params, x: Shape, cell: Index) -> str:
        """NumPy source of (g_a − mean(g) − x̂_a · mean(g · x̂)) / √(σ² + ε)."""
        here, row, own = place(cell), self._row(cell, x), self._own(cell, x)
        w, ws = (f" * W[{place(own)}]", f" * {self._weights(row, x)}") if "weight" in params else ("", "")
        g = f"dout[{row}]{ws}"
        power = self._power(f"X[{row}]")
        if not self.centred:
            back = f"X[{here}] * np.mean({g} * X[{row}]) / (s := {power} + {self.epsilon})"
            return f"(dout[{here}]{w} - {back}) / np.sqrt(s)"
        return (
            f"(dout[{here}]{w} - np.mean(g := {g}) - (X[{here}] - (m := np.mean(X[{row}])))"
            f" * np.mean(g * (X[{row}] - m)) / (s := {power} + {self.epsilon})) / np.sqrt(s)"
        )

    def _weights(self, row: str, x: Shape) -> str:
        """NumPy source of the weights of a block, in a shape that broadcasts against it."""
        parts = row.split(", ")
        taken = [parts[k] for k in self.affine(x)]
        whole = [k for k, part in enumerate(parts) if ":" in part]
        missing = [k for k in whole if k > self.affine(x)[-1]] if any(":" in part for part in taken) else []
        return f"W[{', '.join(taken + ['None'] * len(missing))}]"

    def param_partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, name: str, at: Index
    ) -> Partials:
        (x,), fixed = xs, dict(zip(self.affine(xs[0].shape), at, strict=True))
        readers = product(*([fixed[k]] if k in fixed else range(n) for k, n in enumerate(x.shape)))
        where = ", ".join(str(fixed[k]) if k in fixed else ":" for k in range(x.ndim))
        if name == "bias":
            formula = r"\frac{\partial L}{\partial b} = \sum_o \frac{\partial L}{\partial y_o}"
            line = f"db[{place(at)}] = np.sum(dout[{where}])"
            return Partials(readers, np.ones(len(readers), y.dtype), "1", formula, line)
        formula = r"\frac{\partial L}{\partial w} = \sum_o \frac{\partial L}{\partial y_o} \, \hat{x}_o"
        line = f"dW[{place(at)}] = np.sum((dout * {self._xhat_line(x.shape)})[{where}])"
        return Partials(readers, saved.xhat[tuple(readers.T)], "x̂", formula, line)

    def _xhat_line(self, x: Shape) -> str:
        """NumPy source of x̂, the whole array."""
        shape, axes = self.blocks(x)
        kept = f"axis={axes}, keepdims=True"
        first, again = ("X", "X") if shape == x else (f"(B := X.reshape{shape})", "B")
        power = f"np.var({again}, {kept})" if self.centred else f"np.mean({again} ** 2, {kept})"
        shifted = f"({first} - np.mean({again}, {kept}))" if self.centred else first
        return f"({shifted} / np.sqrt({power} + {self.epsilon}))" + ("" if shape == x else ".reshape(X.shape)")


def _step(label: str, value: float) -> ex.Step:
    return ex.Step(label, value, value)


def whole(x: Shape, axes: tuple[int, ...]) -> tuple[Axis, ...]:
    """A window that holds some axes whole and stands still on the others."""
    return tuple(Axis(n, 0) if k in axes else Axis() for k, n in enumerate(x))


def affine_params(node: OnnxNode) -> dict[str, Array]:
    """Weight and bias per channel, inputs 1 and 2 of an ONNX node. Raises AttributeValueError where one is missing."""
    given = {"weight": constant(node, 1, "scale"), "bias": constant(node, 2, "bias")}
    shapes = {name: None if p is None else p.shape for name, p in given.items()}
    if shapes["weight"] is None or shapes["weight"] != shapes["bias"] or len(shapes["weight"]) != 1:
        wanted = "Both must be there, with one number per channel."
        raise refused(node, "the shapes of its scale and bias", tuple(shapes.values()), wanted)
    return {name: p for name, p in given.items() if p is not None}


@dataclass(frozen=True)
class TrailingNormalization(Normalization):
    """Base of those whose block is all axes from `axis` on, with a weight for each place of it."""

    axis: int = -1

    def output_shape(self, *x_shapes: Shape) -> Shape:
        self.trailing(x_shapes[0])
        return x_shapes[0]

    def trailing(self, x: Shape) -> Shape:
        """The axes from `axis` on. Raises ShapeError where the input has no such axis."""
        return x[axis_of(self.kind, self.axis, x) :]

    def affine(self, x: Shape) -> tuple[int, ...]:
        return tuple(range(self.axis % len(x), len(x)))

    def blocks(self, x: Shape) -> tuple[Shape, tuple[int, ...]]:
        return x, self.affine(x)

    def neighbours(self, x: Shape) -> tuple[Axis, ...]:
        return whole(x, self.affine(x))

    @classmethod
    def drawn(cls, draw: random.Random) -> tuple[float, int, Shape]:
        """An epsilon, an axis and an input that has it."""
        shape = tuple(draw.randint(1, 3) for _ in range(draw.randint(2, 4)))
        axis = draw.choice([draw.randint(1, len(shape) - 1), -1, 0])
        return draw.choice([1e-5, 0.1]), axis, shape


def trailing_params(node: OnnxNode, axis: int) -> dict[str, Array]:
    """Weight and bias of the axes from `axis` on, inputs 1 and 2 of an ONNX node, spread to these axes where known."""
    given = {"weight": constant(node, 1, "scale"), "bias": constant(node, 2, "bias")}
    found = {name: p for name, p in given.items() if p is not None}
    x = node.shapes.get(0, ())
    if x and not -len(x) <= axis < len(x):
        raise refused(node, "attribute 'axis'", axis, f"It must lie between {-len(x)} and {len(x) - 1}.")
    wanted = [n for n in x[axis % len(x) :] if n is not None] if x else []
    if not wanted or len(wanted) < len(x) - axis % len(x):
        return found
    try:
        return {name: np.array(np.broadcast_to(p, wanted)) for name, p in found.items()}
    except ValueError:
        shapes = tuple(p.shape for p in found.values())
        raise refused(node, "the shapes of its scale and bias", shapes, f"They must fit {tuple(wanted)}.") from None
