"""Batch normalisation: each channel against its mean and variance, of this batch or remembered from training."""

import random
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis
from convoscope.engine.layer import Example, Partials, Saved, require
from convoscope.engine.layers._normalization import Normalization, affine_params, whole
from convoscope.engine.layers._onnx import constant, first_output, integer, number, refused
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


class Measured(NamedTuple):
    """What a training pass leaves behind: x̂ and 1/√(σ² + ε) for its backward pass, and the new running statistics."""

    xhat: Array
    inverse: Array
    statistics: Params


@dataclass(frozen=True)
class BatchNorm(Normalization):
    r"""Each channel shifted to mean 0 and scaled to variance 1, then scaled and shifted by what was learnt.

    Equation   y = w_c · (x − μ_c) / √(σ²_c + ε) + b_c
               in inference μ and σ² are the parameters `mean` and `variance`, and y is a line in x;
               in training they are measured over examples, rows and columns, and
               running ← momentum · running + (1 − momentum) · measured
    Shapes     (N, C, H, W) → the same; weight, bias, mean, variance (C); any number of axes after the channels
    Notes      A pass measures in `Mode(training=True)`, and in any mode when the layer says training_mode. The new
               running statistics come out by `statistics`, nothing is written. σ² is the mean squared deviation in
               both places; PyTorch remembers N/(N − 1) of it, and its momentum is one minus this one.
               `windows` tells of an inference pass unless the layer says training_mode.
    Raises     ShapeError when the input has no channels.
    Source     Ioffe and Szegedy 2015, algorithms 1 and 2; ONNX BatchNormalization-15
    """

    momentum: float = 0.9
    training_mode: bool = False

    kind: ClassVar[str] = "batch_norm"
    onnx: ClassVar[tuple[str, ...]] = ("BatchNormalization",)

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        require(len(x) > 1, lambda: f"batch_norm reads (N, C, H, W), but its input has shape {x}.")
        return x

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        return dict.fromkeys(("weight", "bias", "mean", "variance"), x_shapes[0][1:2])

    def initial(self, rng: np.random.Generator, *x_shapes: Shape) -> Params:
        """Weight and variance one, bias and mean zero: at first inference changes nothing."""
        shapes = self.param_shapes(*x_shapes)
        return {k: np.full(s, 1 if k in ("weight", "variance") else 0, np.float32) for k, s in shapes.items()}

    def statistics(self, params: Params, saved: Saved) -> Params:
        return saved.statistics if saved else {name: params[name] for name in ("mean", "variance")}

    def blocks(self, x: Shape) -> tuple[Shape, tuple[int, ...]]:
        return x, (0, *range(2, len(x)))

    def neighbours(self, x: Shape) -> tuple[Axis, ...]:
        return whole(x, (0, *range(2, len(x))) if self.training_mode else ())

    # ---- the two passes --------------------------------------------------------------------------------------

    def _remembered(self, params: Params, x: Array) -> tuple[Array, Array]:
        """x̂ by the running statistics, and 1/√(variance + ε)."""
        inverse = 1 / np.sqrt(self.along(params["variance"], x.shape) + self.epsilon)
        return (x - self.along(params["mean"], x.shape)) * inverse, inverse

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        (x,) = xs
        if mode.training or self.training_mode:
            y, (xhat, inverse) = super().forward(params, x)
            return y, Measured(xhat, inverse, self._updated(params, x))
        xhat, _ = self._remembered(params, x)
        return xhat * self.along(params["weight"], x.shape) + self.along(params["bias"], x.shape), None

    def _updated(self, params: Params, x: Array) -> Params:
        """The running statistics after this batch."""
        _, axes = self.blocks(x.shape)
        measured = {"mean": x.mean(axis=axes), "variance": x.var(axis=axes)}
        return {name: self.momentum * params[name] + (1 - self.momentum) * m for name, m in measured.items()}

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        if saved:  # the running statistics had no part in y
            dx, grads = super().backward(params, xs, y, saved, dy)
            return dx, {**grads, **{name: np.zeros_like(params[name]) for name in ("mean", "variance")}}
        (x,) = xs
        (xhat, inverse), (_, axes) = self._remembered(params, x), self.blocks(x.shape)
        g = dy * self.along(params["weight"], x.shape) * inverse
        grads = {
            "weight": (dy * xhat).sum(axis=axes),
            "bias": dy.sum(axis=axes),
            "mean": -g.sum(axis=axes),
            "variance": -(g * xhat * inverse).sum(axis=axes) / 2,
        }
        return (g,), grads

    # ---- explanations ----------------------------------------------------------------------------------------

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        if saved:
            return super().explain(params, xs, y, saved, at)
        c, x = at[1], float(xs[0][at])
        w, b, mean, variance = (float(params[name][c]) for name in ("weight", "bias", "mean", "variance"))
        spread = float(np.sqrt(variance + self.epsilon))
        xhat = (x - mean) / spread
        steps = [
            ("x", x),
            ("x − mean", x - mean),
            ("√(variance + ε)", spread),
            ("divided", xhat),
            ("times w", xhat * w),
            ("plus b", xhat * w + b),
        ]
        operands = [ex.Operand("x", xs[0][at].reshape((1,) * len(at)), tuple([i] for i in at), "x")]
        operands += [ex.Operand(name, params[name][[c]], ([c],), name) for name in params]
        line = f"(X[{place(at)}] - mean[{c}]) / np.sqrt(variance[{c}] + {self.epsilon}) * W[{c}] + b[{c}]"
        return ex.Explanation(
            "normalize",
            at,
            float(y[at]),
            r"y = w_c \, \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + b_c",
            f"out[{place(at)}] = {line}",
            tuple(operands),
            ex.with_rounding([ex.Step(label, v, v) for label, v in steps], float(y[at])),
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        if saved:
            return super().partials(params, xs, y, saved, which, cell)
        c = cell[1]
        slope = params["weight"][c] / np.sqrt(params["variance"][c] + self.epsilon)
        formula = (
            r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \, \frac{w_c}{\sqrt{\sigma_c^2 + \epsilon}}"
        )
        line = f"dX[{place(cell)}] = dout[{place(cell)}] * W[{c}] / np.sqrt(variance[{c}] + {self.epsilon})"
        return Partials(np.array([cell]), np.array([slope], y.dtype), "w/σ", formula, line)

    def param_partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, name: str, at: Index
    ) -> Partials:
        if saved and name in ("weight", "bias"):
            return super().param_partials(params, xs, y, saved, name, at)
        (x,), (c,) = xs, at
        symbol = {"weight": "w", "bias": "b", "mean": r"\mu", "variance": r"\sigma^2"}[name]
        if saved:
            formula = rf"\frac{{\partial L}}{{\partial {symbol}_c}} = 0"
            return Partials(np.zeros((0, x.ndim), int), np.zeros(0, y.dtype), "0", formula, f"d{name}[{c}] = 0.0")
        own = np.moveaxis(np.arange(x.size).reshape(x.shape), 1, 0)[c].ravel()
        readers = np.stack(np.unravel_index(own, x.shape), axis=1)
        spread, shifted = np.sqrt(params["variance"][c] + self.epsilon), x.ravel()[own] - params["mean"][c]
        local, text = {
            "weight": (shifted / spread, "(X[:, {c}] - mean[{c}]) / {s}"),
            "bias": (np.ones(len(own)), "1"),
            "mean": (np.full(len(own), -params["weight"][c] / spread), "-W[{c}] / {s}"),
            "variance": (
                -params["weight"][c] * shifted / (2 * spread**3),
                "-W[{c}] * (X[:, {c}] - mean[{c}]) / (2 * {s} ** 3)",
            ),
        }[name]
        slope = text.format(c=c, s=f"np.sqrt(variance[{c}] + {self.epsilon})")
        formula = (
            rf"\frac{{\partial L}}{{\partial {symbol}_c}} = \sum_o \frac{{\partial L}}{{\partial y_o}}"
            rf" \frac{{\partial y_o}}{{\partial {symbol}_c}}"
        )
        shown = {"weight": "W", "bias": "b"}.get(name, name)
        line = f"d{shown}[{c}] = np.sum(dout[:, {c}] * {slope})"
        return Partials(readers, local.astype(y.dtype), "∂y/∂θ", formula, line)

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        first_output(node)
        params = affine_params(node)
        for position, name in ((3, "mean"), (4, "variance")):
            p = constant(node, position, name)
            if p is None or p.shape != params["weight"].shape:
                wanted = f"It must have the shape of the scale, {params['weight'].shape}."
                raise refused(node, f"the shape of its {name}", None if p is None else p.shape, wanted)
            params[name] = p
        if node.version < 9 and not integer(node, "spatial", 1):
            raise refused(node, "attribute 'spatial'", 0, "It must be 1: the statistics belong to channels.")
        # Before version 14 a node trained when it had outputs for the statistics.
        training = integer(node, "training_mode", 0) if node.version >= 14 else sum(map(bool, node.outputs)) > 1
        layer = cls(number(node, "epsilon", 1e-5), number(node, "momentum", 0.9), bool(training))
        return Reading(layer, params)

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        if self.training_mode:
            return self._as_instances(params, len(x_shapes[0]))
        extras = tuple((name, params[name]) for name in ("weight", "bias", "mean", "variance"))
        return (OnnxForm("BatchNormalization", {"epsilon": self.epsilon}, extras),)

    def _as_instances(self, params: Params, rank: int) -> tuple[OnnxForm, ...]:
        """ONNX trains only with three outputs. The batch seen as one example of C maps has the same statistics."""
        channels_first, one = {"perm": (1, 0, *range(2, rank))}, (("axes", np.array([0])),)
        affine = tuple((name, params[name]) for name in ("weight", "bias"))
        return (
            OnnxForm("Transpose", channels_first),
            OnnxForm("Unsqueeze", extras=one),
            OnnxForm("InstanceNormalization", {"epsilon": self.epsilon}, affine),
            OnnxForm("Squeeze", extras=one),
            OnnxForm("Transpose", channels_first),
        )

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        training = draw.random() < 0.5
        batch = draw.randint(3, 4) if training else draw.randint(1, 2)
        shape = (batch, draw.randint(1, 3), *(draw.randint(1, 3) for _ in range(draw.randint(0, 2))))
        layer = cls(draw.choice([1e-5, 0.1]), training_mode=training)
        return Example(layer, (shape,), mixes_batch=training, training=training)
