"""The dense (fully connected, linear) layer: every output reads every input."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window, product
from convoscope.engine.layer import Example, Layer, Partials, Saved, from_config, require
from convoscope.engine.layers._onnx import constant, integer, number, refused
from convoscope.engine.layers._settings import at_least
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


@dataclass(frozen=True)
class Dense(Layer):
    r"""Weighted sum of all inputs, with one row of weights per output.

    Equation   y[n,k] = b[k] + Σ_d w[k,d] · x[n,d];   dL/dx = dL/dy · W,   dL/dW = (dL/dy)ᵀ · x,   dL/db = Σ_n dL/dy
    Shapes     (N, D) → (N, K); weight (K, D), bias (K)
    Raises     ShapeError when the input is not one row per example.
    Notes      Of Gemm, alpha and beta go into weight and bias, and with transA the input is transposed first.
    Source     the lecture, "What about the weights?"; ONNX Gemm-13 with transB = 1
    """

    units: int
    bias: bool = True

    kind: ClassVar[str] = "dense"
    onnx: ClassVar[tuple[str, ...]] = ("Gemm",)
    picture: ClassVar[ex.Picture] = "weighted_sum"

    def __post_init__(self) -> None:
        at_least("dense", 1, units=self.units)

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        require(
            len(x) == 2,
            lambda: f"dense reads one row per example, (N, D), but its input has shape {x}. Put a flatten before it.",
        )
        return x[0], self.units

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        return {"weight": (self.units, x_shapes[0][1])} | ({"bias": (self.units,)} if self.bias else {})

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        return (Window((Axis(), Axis(x[1], 0)), x, self.output_shape(x)),)

    def macs(self, *x_shapes: Shape) -> int:
        return int(np.prod(x_shapes[0])) * self.units

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        y = xs[0] @ params["weight"].T
        return y + params["bias"] if self.bias else y, None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        grads = {"weight": dy.T @ xs[0]} | ({"bias": dy.sum(axis=0)} if self.bias else {})
        return (dy @ params["weight"],), grads

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        n, k = at
        inputs = list(range(xs[0].shape[1]))
        return ex.weighted_sum(
            at,
            y[at],
            ex.Operand("x", xs[0][n], ([n], inputs), "x"),
            ex.Operand("w", params["weight"][k], ([k], inputs), "weight"),
            [f"input {d}" for d in inputs],
            bias=float(params["bias"][k]) if self.bias else None,
            formula=r"y_k = b_k + \sum_d w_{k,d} \, x_d",
            numpy=f"out[{n}, {k}] = np.sum(X[{n}, :] * W[{k}, :])" + (f" + b[{k}]" if self.bias else ""),
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        n, d = cell
        readers = np.array([(n, k) for k in range(self.units)])
        formula = r"\frac{\partial L}{\partial x_d} = \sum_k \frac{\partial L}{\partial y_k} \, w_{k,d}"
        line = f"dX[{place(cell)}] = np.sum(dout[{n}, :] * W[:, {d}])"
        return Partials(readers, params["weight"][:, d], "w", formula, line, "weight", product(range(self.units), [d]))

    def param_partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, name: str, at: Index
    ) -> Partials:
        k = at[0]
        readers = np.array([(n, k) for n in range(len(y))])
        if name == "bias":
            formula = r"\frac{\partial L}{\partial b_k} = \sum_n \frac{\partial L}{\partial y_{n,k}}"
            return Partials(readers, np.ones(len(y), y.dtype), "1", formula, f"db[{k}] = np.sum(dout[:, {k}])")
        formula = r"\frac{\partial L}{\partial w_{k,d}} = \sum_n \frac{\partial L}{\partial y_{n,k}} \, x_{n,d}"
        line = f"dW[{place(at)}] = np.sum(dout[:, {k}] * X[:, {at[1]}])"
        return Partials(readers, xs[0][:, at[1]], "x", formula, line, "x", product(range(len(y)), [at[1]]))

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        weight = constant(node, 1, "B, the weight")
        if weight is None or weight.ndim != 2:
            shape = None if weight is None else weight.shape
            raise refused(node, "the shape of B, its weight,", shape, "It must have two axes.")
        weight, alpha = weight if integer(node, "transB", 0) else weight.T, number(node, "alpha", 1.0)
        weight = weight if alpha == 1 else weight * weight.dtype.type(alpha)  # VGG's is 400 MB: not copied for nothing
        bias = cls._bias_of(node, len(weight))
        params = {"weight": np.ascontiguousarray(weight)} | ({} if bias is None else {"bias": bias})
        turned = {0: from_config({"kind": "transpose", "perm": (1, 0)})} if integer(node, "transA", 0) else {}
        return Reading(cls(len(weight), bias is not None), params, before=turned)

    @classmethod
    def _bias_of(cls, node: OnnxNode, units: int) -> Array | None:
        """beta · C as one number per unit. Raises AttributeValueError when C differs from row to row."""
        given = constant(node, 2, "C, the bias")
        if given is None:
            return None
        row = given[0] if given.ndim == 2 else given
        if given.ndim > 2 or row.size not in (1, units) or not np.array_equal(given, np.broadcast_to(row, given.shape)):
            wanted = f"It must be one row of {units} numbers, or one number: a dense layer has one bias per output."
            raise refused(node, "the shape of C, its bias,", given.shape, wanted)
        return np.broadcast_to(row, (units,)) * given.dtype.type(number(node, "beta", 1.0))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        extras = tuple((name, params[name]) for name in ("weight", "bias") if name in params)
        return (OnnxForm("Gemm", {"transB": 1}, extras),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        layer = cls(draw.randint(1, 4), draw.random() < 0.8)
        return Example(layer, ((draw.randint(1, 3), draw.randint(1, 5)),))
