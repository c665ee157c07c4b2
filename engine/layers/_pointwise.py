"""What pointwise layers share: one number in, one number out, the same curve at every place.

A layer of this kind says its function `f` and its `slope`, each also as LaTeX and as NumPy source; the passes, the
window, the explanations and the exchange with ONNX follow from them.
"""

import random
from dataclasses import dataclass, fields
from typing import ClassVar, Self

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Window, pointwise
from convoscope.engine.layer import Example, Layer, Partials, Saved
from convoscope.engine.layers._onnx import number
from convoscope.engine.layers._text import literal, place, times
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


@dataclass(frozen=True)
class Pointwise(Layer):
    """Base of the layers y = f(x). Overflow gives ∞ and an impossible x gives NaN, without a warning: they are answers.

    text: f(x) in words, the name of the last step. formula, slope_formula: y and ∂y/∂x in LaTeX. numpy, slope_numpy:
    the same as Python source, with {x}, {y} and the layer's own settings in braces. symbol: what the slope is called.
    domain: where the curve is worth looking at. opset: the first version in which ONNX has the operator as written.
    """

    picture: ClassVar[ex.Picture] = "pointwise"
    text: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    slope_formula: ClassVar[str] = ""
    numpy: ClassVar[str] = ""
    slope_numpy: ClassVar[str] = ""
    symbol: ClassVar[str] = "∂y/∂x"
    domain: ClassVar[tuple[float, float]] = (-2.0, 2.0)
    opset: ClassVar[int] = 17

    # ---- what a layer says -----------------------------------------------------------------------------------

    def f(self, x: Array) -> Array:
        """y, for every number by itself."""
        raise NotImplementedError

    def slope(self, x: Array, y: Array) -> Array:
        """∂y/∂x, for every number by itself."""
        raise NotImplementedError

    def stages(self, x: Array) -> list[tuple[str, Array]]:
        """Numbers between x and y that are worth seeing, by name."""
        return []

    def sources(self) -> tuple[str, str]:
        """`numpy` and `slope_numpy`, for a layer where they depend on its settings."""
        return self.numpy, self.slope_numpy

    def formulas(self) -> tuple[str, str]:
        """`formula` and `slope_formula`, for a layer where they depend on its settings."""
        return self.formula, self.slope_formula

    def kinks(self) -> tuple[float, ...]:
        """Where the slope jumps or turns a corner, so that differences across it measure something else."""
        return ()

    @classmethod
    def drawn(cls, draw: random.Random) -> Self:
        """A layer of this kind with settings drawn by `draw`."""
        return cls()

    # ---- what follows ----------------------------------------------------------------------------------------

    def output_shape(self, *x_shapes: Shape) -> Shape:
        return x_shapes[0]

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        return (pointwise(x_shapes[0]),)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        with np.errstate(all="ignore"):
            return np.asarray(self.f(xs[0])), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        with np.errstate(all="ignore"):
            return (np.asarray(dy * self.slope(xs[0], y)),), {}

    def curve(self, low: float, high: float, count: int = 129) -> tuple[Array, Array, Array]:
        """(x, y, ∂y/∂x) at `count` places from low to high in float64, to draw the point on its curve."""
        x = np.linspace(low, high, count)
        with np.errstate(all="ignore"):
            y = self.f(x)
            return x, y, np.broadcast_to(self.slope(x, y), x.shape)

    def filled(self, template: str, x: str, y: str) -> str:
        """Python source from a template: `{alpha} * {x}` becomes `0.01 * X[0, 5, 7]`."""
        return template.format(x=x, y=y, **{f.name: literal(getattr(self, f.name)) for f in fields(self)})

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        x, here = xs[0][at], place(at)
        exact = x.astype(np.float64)
        with np.errstate(all="ignore"):
            named = [("x", exact), *self.stages(exact), (self.text, self.f(exact))]
            steps = [ex.Step(label, float(v), float(v)) for label, v in named]
            steps = list(ex.with_rounding(steps, float(y[at])))
        operand = ex.Operand("x", x.reshape((1,) * len(at)), tuple([i] for i in at), "x")
        line = f"out[{here}] = {self.filled(self.sources()[0], f'X[{here}]', f'out[{here}]')}"
        return ex.Explanation("pointwise", at, float(y[at]), self.formulas()[0], line, (operand,), tuple(steps))

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        here = place(cell)
        with np.errstate(all="ignore"):
            slope = np.asarray(self.slope(xs[0][cell], y[cell]), y.dtype).reshape(1)
        formula = r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \cdot " + self.formulas()[1]
        source = self.filled(self.sources()[1], f"X[{here}]", f"out[{here}]")
        line = f"dX[{here}] = {times(f'dout[{here}]', source)}"
        return Partials(np.array([cell], int), slope, self.symbol, formula, line)

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        """The operator's attributes have the names and the defaults of the layer's settings."""
        return Reading(cls(**{f.name: number(node, f.name, f.default) for f in fields(cls)}))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        settings = {f.name: getattr(self, f.name) for f in fields(self)}
        return (OnnxForm(self.onnx[0], settings, opset=self.opset),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        layer = cls.drawn(draw)
        shape = tuple(draw.randint(1, 4) for _ in range(draw.randint(1, 4)))
        return Example(layer, (shape,), domain=cls.domain, kinks=layer.kinks())
