"""Local response normalisation: a number is dimmed by the activity of its neighbouring channels."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window
from convoscope.engine.layer import Example, Layer, Partials, Saved, require
from convoscope.engine.layers._onnx import integer, number, refused
from convoscope.engine.layers._settings import at_least
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


@dataclass(frozen=True)
class LocalResponseNorm(Layer):
    r"""Each number divided by a power of the squares around it, along the channels.

    Equation   y_i = x_i / s_i^β,  s_i = bias + (α/size) Σ_j x_j²  over the channels j from i − ⌊(size − 1)/2⌋
               to i + ⌈(size − 1)/2⌉;   ∂y_i/∂x_j = δ_ij · s_i^−β − (2αβ/size) · x_i · x_j · s_i^(−β − 1)
    Shapes     (N, C, …) → the same
    Notes      Channels that do not exist count as 0. The paper's α is α/size here, as in ONNX and PyTorch.
    Raises     AttributeValueError for size < 1, ShapeError when there is no channel axis.
    Source     Krizhevsky et al. 2012, section 3.3; ONNX LRN-13
    """

    size: int
    alpha: float = 0.0001
    beta: float = 0.75
    bias: float = 1.0

    kind: ClassVar[str] = "local_response_norm"
    onnx: ClassVar[tuple[str, ...]] = ("LRN",)
    picture: ClassVar[ex.Picture] = "normalize"

    def __post_init__(self) -> None:
        at_least("local_response_norm", 1, size=self.size)

    @property
    def _axis(self) -> Axis:
        return Axis(self.size, 1, -((self.size - 1) // 2))

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        require(len(x) > 1, lambda: f"local_response_norm reads (N, C, …), but its input has shape {x}.")
        return x

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        axes = tuple(self._axis if k == 1 else Axis() for k in range(len(x)))
        return (Window(axes, x, self.output_shape(x)),)

    def _summed(self, a: Array, before: int) -> Array:
        """Per channel, the sum of `size` channels of a, the first of them `before` channels earlier."""
        channels = a.shape[1]
        padded = np.zeros((a.shape[0], channels + self.size - 1, *a.shape[2:]), a.dtype)
        padded[:, before : before + channels] = a
        return np.add.reduce([padded[:, k : k + channels] for k in range(self.size)])

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        (x,) = xs
        s = self.bias + self.alpha / self.size * self._summed(x**2, -self._axis.offset)
        return x * s**-self.beta, s

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        (x,), s = xs, saved
        through = self._summed(dy * x * s ** (-self.beta - 1), self.size - 1 + self._axis.offset)  # windows mirrored
        return (dy * s**-self.beta - 2 * self.alpha * self.beta / self.size * x * through,), {}

    # ---- explanations ----------------------------------------------------------------------------------------

    def _channels(self, i: int, x: Shape) -> list[int]:
        """The channels that channel i sees."""
        return [c for c in self._axis.cells(i) if 0 <= c < x[1]]

    def _s(self, at: Index, x: Shape) -> str:
        """NumPy source of s at a cell."""
        seen = self._channels(at[1], x)
        block = ", ".join(f"{seen[0]}:{seen[-1] + 1}" if k == 1 else str(i) for k, i in enumerate(at))
        return f"({self.bias} + {self.alpha} / {self.size} * np.sum(X[{block}] ** 2))"

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        window, x = self.windows(xs[0].shape)[0], float(xs[0][at])
        values = window.read(xs[0], at)
        squares = float((values.astype(np.float64) ** 2).sum())
        s = self.bias + self.alpha / self.size * squares
        steps = [
            ("x", x),
            (f"sum of squares of {self.size} channels", squares),
            ("s = bias + α/size · sum", s),
            ("s^β", s**self.beta),
            ("x divided by it", x * s**-self.beta),
        ]
        return ex.Explanation(
            "normalize",
            at,
            float(y[at]),
            r"y_i = \frac{x_i}{s_i^{\beta}}, \quad s_i = b + \frac{\alpha}{\mathrm{size}} \sum_j x_j^2",
            f"out[{place(at)}] = X[{place(at)}] * {self._s(at, xs[0].shape)} ** -{self.beta}",
            (ex.Operand("x", values, window.cells(at), "x"),),
            ex.with_rounding([ex.Step(label, v, v) for label, v in steps], float(y[at])),
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        (x,), s = xs, saved
        readers = [(cell[0], i, *cell[2:]) for i in self._axis.reach(cell[1], x.shape[1])]
        factor = f"2 * {self.alpha} * {self.beta} / {self.size} * X[{place(cell)}]"
        local, terms = [], []
        for o in readers:
            itself = o == cell
            dimmed = 2 * self.alpha * self.beta / self.size * x[o] * x[cell] * s[o] ** (-self.beta - 1)
            local.append((s[o] ** -self.beta if itself else 0) - dimmed)
            kept = f"{self._s(o, x.shape)} ** -{self.beta}" if itself else "0"
            terms.append(
                f"dout[{place(o)}] * ({kept} - {factor} * X[{place(o)}] * {self._s(o, x.shape)} ** -{self.beta + 1})"
            )
        formula = (
            r"\frac{\partial L}{\partial x_j} = \sum_i \frac{\partial L}{\partial y_i} \left( \delta_{ij} s_i^{-\beta}"
            r" - \frac{2 \alpha \beta}{\mathrm{size}} x_i x_j s_i^{-\beta - 1} \right)"
        )
        line = f"dX[{place(cell)}] = {' + '.join(terms)}"
        return Partials(np.array(readers), np.array(local, y.dtype), "∂y/∂x", formula, line)

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        size = integer(node, "size")
        if size < 1:
            raise refused(node, "attribute 'size'", size, "It must see at least 1 channel.")
        return Reading(cls(size, number(node, "alpha", 0.0001), number(node, "beta", 0.75), number(node, "bias", 1.0)))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        attributes = {"size": self.size, "alpha": self.alpha, "beta": self.beta, "bias": self.bias}
        return (OnnxForm("LRN", attributes),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        layer = cls(draw.randint(1, 5), draw.choice([0.0001, 0.9]), draw.choice([0.5, 0.75]), draw.choice([1.0, 2.0]))
        shape = (draw.randint(1, 2), draw.randint(1, 5), *(draw.randint(1, 2) for _ in range(draw.randint(0, 2))))
        return Example(layer, (shape,))
