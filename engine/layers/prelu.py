"""The parametric rectifier: a leaky rectifier that learns how much it leaks."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Window, pointwise, product
from convoscope.engine.layer import Example, Layer, Partials, Saved, require
from convoscope.engine.layers._broadcast import aligned, folded, spot, strip
from convoscope.engine.layers._onnx import constant, refused
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


@dataclass(frozen=True)
class PReLU(Layer):
    r"""Positive numbers as they are, negative ones times a slope that is learnt.

    Equation   y = x where x > 0, else s·x;   dL/dx = dL/dy · (1 where x > 0, else s),  dL/ds = Σ dL/dy · min(x, 0)
    Shapes     any shape → the same shape; slope: any shape that stretches to the input's, (C, 1, 1) for one per channel
    Notes      At x = 0 the derivative used is s.
    Raises     ShapeError when the slope's shape does not stretch to the input's.
    Source     He et al. 2015, equation 1 and section 2.1 (which starts from 0.25); ONNX PRelu-16
    """

    shape: Shape = (1,)

    kind: ClassVar[str] = "prelu"
    onnx: ClassVar[tuple[str, ...]] = ("PRelu",)
    picture: ClassVar[ex.Picture] = "pointwise"

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        lead = len(x) - len(self.shape)
        require(
            lead >= 0 and all(n in (1, m) for n, m in zip(self.shape, x[lead:], strict=True)),
            lambda: f"prelu: slopes of shape {self.shape} do not stretch to an input of shape {x}.",
        )
        return x

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        return {"slope": self.shape}

    def initial(self, rng: np.random.Generator, *x_shapes: Shape) -> Params:
        return {"slope": np.full(self.shape, 0.25, np.float32)}

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        return (pointwise(x_shapes[0]),)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        return np.where(xs[0] > 0, xs[0], params["slope"] * xs[0]), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        (x,) = xs
        return (dy * np.where(x > 0, 1, params["slope"]),), {"slope": folded(dy * np.minimum(x, 0), self.shape)}

    # ---- explanations ----------------------------------------------------------------------------------------

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        own = spot(self.shape, at)
        x, s = xs[0][at], params["slope"][own]
        value = float(x) if x > 0 else float(s) * float(x)
        named = (("x", float(x)), ("slope", float(s)), ("x if x > 0 else slope · x", value))
        here = f"X[{place(at)}]"
        return ex.Explanation(
            "pointwise",
            at,
            float(y[at]),
            r"y = \begin{cases} x & x > 0 \\ s \, x & x \le 0 \end{cases}",
            f"out[{place(at)}] = np.where({here} > 0, {here}, slope[{place(own)}] * {here})",
            (
                ex.Operand("x", x.reshape((1,) * len(at)), tuple([i] for i in at), "x"),
                ex.Operand("slope", s.reshape((1,) * len(own)), tuple([i] for i in own), "slope"),
            ),
            ex.with_rounding([ex.Step(label, v, v) for label, v in named], float(y[at])),
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        own = spot(self.shape, cell)
        local = 1 if xs[0][cell] > 0 else params["slope"][own]
        formula = r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \cdot ([x > 0] + s \, [x \le 0])"
        line = f"dX[{place(cell)}] = dout[{place(cell)}] * np.where(X[{place(cell)}] > 0, 1, slope[{place(own)}])"
        return Partials(np.array([cell], int), np.array([local], y.dtype), "∂y/∂x", formula, line)

    def param_partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, name: str, at: Index
    ) -> Partials:
        reach = aligned(self.shape, y.shape).reach(at)
        readers, read = product(*reach), strip(y.shape, reach)
        formula = r"\frac{\partial L}{\partial s} = \sum_{x \le 0} \frac{\partial L}{\partial y} \, x"
        line = f"dslope[{place(at)}] = np.sum(dout[{read}] * np.minimum(X[{read}], 0))"
        return Partials(readers, np.minimum(xs[0][tuple(readers.T)], 0).reshape(-1), "min(x, 0)", formula, line)

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        """Before version 7 a row of slopes means one per channel."""
        slope = constant(node, 1, "slope")
        if slope is None:
            raise refused(node, "input 1 (slope)", "missing", "A parametric rectifier has its slopes as a constant.")
        if node.version < 7 and slope.ndim == 1 and slope.size > 1:
            if 0 not in node.shapes:
                raise refused(node, "the shape of its slope", slope.shape, "It needs an input of known rank.")
            slope = slope.reshape(-1, *(1,) * (len(node.shapes[0]) - 2))
        return Reading(cls(slope.shape), {"slope": slope})

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("PRelu", extras=(("slope", params["slope"]),)),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        x = tuple(draw.randint(1, 3) for _ in range(draw.randint(1, 4)))
        slope = tuple(n if draw.random() < 0.6 else 1 for n in x)[draw.randint(0, 1) :]
        return Example(cls(slope), (x,), kinks=(0.0,), mixes_batch=slope[:1] == x[:1] and len(slope) == len(x))
