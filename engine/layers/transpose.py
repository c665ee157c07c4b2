"""Transpose: the same numbers with the axes in another order."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window
from convoscope.engine.layer import Example, require
from convoscope.engine.layers._copy import Copy
from convoscope.engine.layers._onnx import integers
from convoscope.engine.types import Array, Params, Shape


@dataclass(frozen=True)
class Transpose(Copy):
    r"""The axes in the order `perm`, the last first when it is None.

    Equation   y[i_{perm 0}, i_{perm 1}, …] = x[i_0, i_1, …]
    Shapes     (d0, …, dn) → (d_{perm 0}, …, d_{perm n})
    Raises     ShapeError when perm is no order of the input's axes.
    Source     ONNX Transpose-25
    """

    perm: tuple[int, ...] | None = None

    kind: ClassVar[str] = "transpose"
    onnx: ClassVar[tuple[str, ...]] = ("Transpose",)
    formula: ClassVar[str] = r"y_{i_{p_0}, i_{p_1}, \ldots} = x_{i_0, i_1, \ldots}"

    def _order(self, x: Shape) -> tuple[int, ...]:
        if self.perm is None:
            return tuple(reversed(range(len(x))))
        order = tuple(k + len(x) if k < 0 else k for k in self.perm)
        require(
            sorted(order) == list(range(len(x))),
            lambda: f"transpose: perm {self.perm} must name each axis of an input of shape {x} once.",
        )
        return order

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        return tuple(x[k] for k in self._order(x))

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,), order = x_shapes, self._order(x_shapes[0])
        return (Window(tuple(Axis(follows=order.index(k)) for k in range(len(x))), x, self.output_shape(x)),)

    def move(self, x: Array, filling: Any) -> Array:
        return x.transpose(self._order(x.shape))

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        return Reading(cls(integers(node, "perm")))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("Transpose", {} if self.perm is None else {"perm": self.perm}),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(1, 3) for _ in range(draw.randint(1, 4)))
        order = list(range(1, len(shape)))
        draw.shuffle(order)
        whole = draw.sample(range(len(shape)), len(shape))
        perm = draw.choice([(0, *order), tuple(whole), None])
        return Example(cls(perm), (shape,), mixes_batch=perm is None or perm[0] != 0)
