"""Dropout: in training a share of the numbers is switched off, in inference nothing happens."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.errors import AttributeValueError, ConvoscopeError
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Window, pointwise
from convoscope.engine.layer import Example, Layer, Partials, Saved
from convoscope.engine.layers._onnx import constant, first_output, integer, refused, shortest
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


@dataclass(frozen=True)
class Dropout(Layer):
    r"""In training each number is dropped with probability `ratio`, and those that stay grow to make up for it.

    Equation   y = x · m / (1 − ratio),  m = 1 with probability 1 − ratio, else 0;  in inference y = x
    Shapes     any shape → the same
    Notes      A pass drops in `Mode(training=True, rng=…)`, and in any mode when the layer says training_mode. With a
               seed the layer draws the same mask in every pass, the one that ONNX's reference draws.
    Raises     AttributeValueError unless 0 ≤ ratio < 1; ConvoscopeError for training without rng and seed.
    Source     Srivastava et al. 2014, section 4 (scaled in training instead of in inference); ONNX Dropout-22
    """

    ratio: float = 0.5
    seed: int | None = None
    training_mode: bool = False

    kind: ClassVar[str] = "dropout"
    onnx: ClassVar[tuple[str, ...]] = ("Dropout",)
    picture: ClassVar[ex.Picture] = "pointwise"

    def __post_init__(self) -> None:
        if not 0 <= self.ratio < 1:
            raise AttributeValueError(f"dropout: ratio is {self.ratio}; it is at least 0 and less than 1.")

    def output_shape(self, *x_shapes: Shape) -> Shape:
        return x_shapes[0]

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        return (pointwise(x_shapes[0]),)

    def _mask(self, x: Array, mode: Mode) -> Array:
        """Per number its factor: 0, or 1/(1 − ratio)."""
        if self.seed is not None:  # a legacy generator, because the reference's masks come from it
            chance = np.random.RandomState(self.seed).uniform(0, 1, x.shape)
        elif mode.rng is not None:
            chance = mode.rng.random(x.shape)
        else:
            raise ConvoscopeError("Dropout in training draws by chance: give Mode(training=True, rng=…), or a seed.")
        return (chance >= self.ratio).astype(x.dtype) / x.dtype.type(1 - self.ratio)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        (x,) = xs
        if self.ratio == 0 or not (mode.training or self.training_mode):
            return x, None
        mask = self._mask(x, mode)
        return x * mask, mask

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        return (dy if saved is None else dy * saved,), {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        x, value = xs[0][at], float(y[at])
        steps, line, formula = [ex.Step("x", float(x), float(x))], f"X[{place(at)}]", "y = x"
        if saved is not None:
            factor = float(saved[at])
            label = f"kept, times {factor:.6g}" if factor else "dropped, times 0"
            steps.append(ex.Step(label, float(x) * factor, float(x) * factor))
            line, formula = f"{line} * {factor}", r"y = \frac{m}{1 - r} \, x"
        operand = ex.Operand("x", x.reshape((1,) * len(at)), tuple([i] for i in at), "x")
        rounded = ex.with_rounding(steps, value)
        return ex.Explanation("pointwise", at, value, formula, f"out[{place(at)}] = {line}", (operand,), rounded)

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        factor = 1.0 if saved is None else float(saved[cell])
        formula = r"\frac{\partial L}{\partial x} = \frac{m}{1 - r} \, \frac{\partial L}{\partial y}"
        line = f"dX[{place(cell)}] = dout[{place(cell)}] * {factor}"
        return Partials(np.array([cell]), np.array([factor], y.dtype), "m/(1 − r)", formula, line)

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        first_output(node)
        given, training = constant(node, 1, "ratio"), constant(node, 2, "training_mode")
        ratio = shortest(node.attributes.get("ratio", 0.5) if given is None else given)
        if not 0 <= ratio < 1:
            raise refused(node, "ratio", ratio, "It must be at least 0 and less than 1.")
        # Version 6 trained unless is_test said otherwise; only a node that hands its mask on was meant to.
        old = node.version < 7 and not integer(node, "is_test", 0) and sum(map(bool, node.outputs)) > 1
        drops = old if training is None else bool(training)
        seed = integer(node, "seed", 0) if drops or "seed" in node.attributes else None
        return Reading(cls(ratio, seed, drops))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        ratio = ("ratio", np.array(self.ratio, np.float32))
        training = (("training_mode", np.array(True)),) if self.training_mode else ()
        return (OnnxForm("Dropout", {} if self.seed is None else {"seed": self.seed}, (ratio, *training)),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        training = draw.random() < 0.7
        layer = cls(draw.choice([0.0, 0.3, 0.5]), draw.choice([None, 3]), training and draw.random() < 0.3)
        shape = tuple(draw.randint(1, 4) for _ in range(draw.randint(1, 4)))
        return Example(layer, (shape,), mixes_batch=training, training=training)
