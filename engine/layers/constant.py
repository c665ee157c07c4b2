"""A constant: numbers that the network brings along."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Window
from convoscope.engine.layer import Example, Layer, Partials, Saved, require
from convoscope.engine.layers._onnx import refused
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape

NUMBERS = {"value_float": np.float32, "value_floats": np.float32, "value_int": np.int64, "value_ints": np.int64}


@dataclass(frozen=True)
class Constant(Layer):
    r"""The parameter `value`, whatever the input is.

    Equation   y = value;   dL/dvalue = dL/dy
    Shapes     no inputs → shape; value (shape). There is no batch axis: what reads it stretches it.
    Source     ONNX Constant-25
    """

    shape: Shape = ()

    kind: ClassVar[str] = "constant"
    onnx: ClassVar[tuple[str, ...]] = ("Constant",)
    picture: ClassVar[ex.Picture] = "copy"

    def output_shape(self, *x_shapes: Shape) -> Shape:
        require(not x_shapes, lambda: f"constant reads nothing, but {len(x_shapes)} inputs were given.")
        return self.shape

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        return {"value": self.shape}

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        return ()

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        return params["value"], None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        return (), {"value": dy}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        v = float(y[at])
        operand = ex.Operand("value", y[at].reshape((1,) * len(at)), tuple([i] for i in at), "value")
        line = f"out[{place(at)}] = value[{place(at)}]"
        return ex.Explanation("copy", at, v, r"y = \text{value}", line, (operand,), (ex.Step("value", v, v),))

    def param_partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, name: str, at: Index
    ) -> Partials:
        formula = r"\frac{\partial L}{\partial \text{value}} = \frac{\partial L}{\partial y}"
        line = f"dvalue[{place(at)}] = dout[{place(at)}]"
        return Partials(np.array([at], int), np.ones(1, y.dtype), "1", formula, line)

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        for name, given in node.attributes.items():
            if name == "value" or name in NUMBERS:
                value = np.asarray(given, NUMBERS.get(name))
                return Reading(cls(value.shape), {"value": value}, ())
        name, given = next(iter(node.attributes.items()), ("value", "missing"))
        raise refused(node, f"attribute {name!r}", given, "Only numbers can be read: value, value_float, value_ints ….")

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("Constant", {"value": params["value"]}),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(1, 3) for _ in range(draw.randint(1, 3)))
        return Example(cls(shape), (), mixes_batch=True)
