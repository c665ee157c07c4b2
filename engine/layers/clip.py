"""Clip: no number below `min`, none above `max`; ReLU6 is Clip(0, 6)."""

import random
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.layers._onnx import constant, shortest
from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array, Params, Shape

FARTHEST = float(np.finfo(np.float32).max)
"""The bound by which ONNX before version 11 says that there is none."""


@dataclass(frozen=True)
class Clip(Pointwise):
    r"""Each number, raised to `min` where it is smaller and lowered to `max` where it is larger.

    Equation   y = min(max(x, min), max);   dL/dx = dL/dy where min < x < max, else 0
    Shapes     any shape → the same shape
    Notes      A bound that is None binds nothing. At the bounds themselves the derivative used is 0, as in PyTorch's
               ReLU6. Where min > max, every y is max.
    Source     Krizhevsky 2010, section 2 (ReLU6); ONNX Clip-13
    """

    min: float | None = None
    max: float | None = None

    kind: ClassVar[str] = "clip"
    onnx: ClassVar[tuple[str, ...]] = ("Clip",)
    text: ClassVar[str] = "min(max(x, min), max)"
    formula: ClassVar[str] = r"y = \min(\max(x, l), h)"
    slope_formula: ClassVar[str] = r"[l < x < h]"
    symbol: ClassVar[str] = "[min < x < max]"
    domain: ClassVar[tuple[float, float]] = (-2.0, 8.0)

    def f(self, x: Array) -> Array:
        y = x if self.min is None else np.maximum(x, np.asarray(self.min, x.dtype))
        return y if self.max is None else np.minimum(y, np.asarray(self.max, x.dtype))

    def slope(self, x: Array, y: Array) -> Array:
        above = np.ones_like(x, bool) if self.min is None else x > self.min
        return above if self.max is None else above & (x < self.max)

    def kinks(self) -> tuple[float, ...]:
        return tuple(k for k in (self.min, self.max) if k is not None)

    def sources(self) -> tuple[str, str]:
        y = "{x}" if self.min is None else "np.maximum({x}, {min})"
        inside = [] if self.min is None else ["({x} > {min})"]
        if self.max is not None:
            y, inside = f"np.minimum({y}, {{max}})", [*inside, "({x} < {max})"]
        return y, " * ".join(inside) or "1"

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        """Before version 11 the bounds are attributes, since then constant inputs."""
        if node.version < 11:
            given = [node.attributes.get(name) for name in ("min", "max")]
            given = [None if v is None or abs(v) >= FARTHEST else v for v in given]
        else:
            given = [constant(node, 1, "min"), constant(node, 2, "max")]
        low, high = (None if v is None else shortest(np.reshape(v, ())) for v in given)
        return Reading(cls(None if low == -np.inf else low, None if high == np.inf else high))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        bounds = [
            (n, None if v is None else np.array(v, np.float32)) for n, v in (("min", self.min), ("max", self.max))
        ]
        while bounds and bounds[-1][1] is None:
            bounds.pop()
        return (OnnxForm("Clip", extras=tuple(bounds)),)

    @classmethod
    def drawn(cls, draw: random.Random) -> Self:
        return cls(draw.choice([None, 0.0, draw.uniform(-1, 2)]), draw.choice([None, 6.0, draw.uniform(3, 7)]))
