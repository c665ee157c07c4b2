"""Pad: cells put around the input, filled with a number or with what the input shows at its border."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Table, Window
from convoscope.engine.layer import Example, require
from convoscope.engine.layers._axes import axes_of
from convoscope.engine.layers._copy import Copy
from convoscope.engine.layers._onnx import constant, integers, needed, number, shortest, word
from convoscope.engine.types import Array, Params, Shape

MODES = ("constant", "reflect", "edge", "wrap")
OUTSIDE = -1


@dataclass(frozen=True)
class Pad(Copy):
    r"""The input with cells added before and after each of `axes`; a negative number takes cells away.

    Equation   y[i] = x[i − before] inside; outside, by mode:
               constant: value;  edge: the nearest cell;  reflect: mirrored at the border cell;
               wrap: continued from the other end
    Shapes     (d0, …, dn) → the same, with before + after added along each of `axes` (all when None)
    Notes      pads holds all the befores, then all the afters. Cells are taken away first, then others are added.
    Raises     AttributeValueError for another mode, or a before without an after; ShapeError for an axis that is not
               there, more cells taken away than there are, or nothing left to reflect, repeat or wrap.
    Source     ONNX Pad-25
    """

    pads: tuple[int, ...]
    mode: str = "constant"
    value: float = 0.0
    axes: tuple[int, ...] | None = None

    kind: ClassVar[str] = "pad"
    onnx: ClassVar[tuple[str, ...]] = ("Pad",)
    formula: ClassVar[str] = r"y_i = x_{i - \text{before}}"

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise AttributeValueError(f"pad: mode is {self.mode!r}; it is one of {', '.join(MODES)}.")
        if len(self.pads) % 2 or (self.axes is not None and len(self.pads) != 2 * len(self.axes)):
            raise AttributeValueError(f"pad: pads is {self.pads}; it needs a before and an after for each axis.")

    def filling(self) -> float:
        return self.value

    def _sides(self, x: Shape) -> list[tuple[int, int]]:
        """Cells before and after, for each axis of the input."""
        axes, half = axes_of("pad", range(len(x)) if self.axes is None else self.axes, x), len(self.pads) // 2
        require(half == len(axes), lambda: f"pad: pads {self.pads} needs a before and an after for each axis of {x}.")
        sides = [(0, 0)] * len(x)
        for k, axis in enumerate(axes):
            sides[axis] = self.pads[k], self.pads[half + k]
        return sides

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,), sides = x_shapes, self._sides(x_shapes[0])
        left = [n + min(before, 0) + min(after, 0) for n, (before, after) in zip(x, sides, strict=True)]
        require(min(left, default=0) >= 0, lambda: f"pad: pads {self.pads} take more cells away than {x} has.")
        added = [max(before, 0) + max(after, 0) for before, after in sides]
        require(
            self.mode == "constant" or all(n or not more for n, more in zip(left, added, strict=True)),
            lambda: f"pad: an axis of {x} without cells has nothing for mode {self.mode!r} to repeat.",
        )
        return tuple(n + more for n, more in zip(left, added, strict=True))

    def _cells(self, n: int, before: int, after: int) -> list[int]:
        """For each output along an axis, the input cell that it copies, or OUTSIDE."""
        first, left = max(-before, 0), n + min(before, 0) + min(after, 0)
        places = range(-max(before, 0), left + max(after, 0))
        if self.mode == "constant":
            return [first + p if 0 <= p < left else OUTSIDE for p in places]
        if self.mode == "edge":
            return [first + min(max(p, 0), left - 1) for p in places]
        if self.mode == "wrap":
            return [first + p % left for p in places]
        period = max(2 * (left - 1), 1)
        return [first + min(p % period, period - p % period) if left > 1 else first for p in places]

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,), sides = x_shapes, self._sides(x_shapes[0])
        rules = [
            Axis(offset=-before)
            if self.mode == "constant" or (before, after) == (0, 0)
            else Table(tuple((c,) for c in self._cells(n, before, after)))
            for n, (before, after) in zip(x, sides, strict=True)
        ]
        return (Window(tuple(rules), x, self.output_shape(x)),)

    def move(self, x: Array, filling: Any) -> Array:
        for axis, (before, after) in enumerate(self._sides(x.shape)):
            if (before, after) != (0, 0):
                cells = np.array(self._cells(x.shape[axis], before, after), int)
                outside = cells == OUTSIDE
                if x.shape[axis] == 0:
                    x = np.full((*x.shape[:axis], len(cells), *x.shape[axis + 1 :]), filling, x.dtype)
                    continue
                x = np.take(x, np.where(outside, 0, cells), axis)
                x[(slice(None),) * axis + (outside,)] = filling
        return x

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        """Before version 11 pads and value are attributes, since then constant inputs."""
        mode = word(node, "mode", "constant", MODES)
        if node.version < 11:
            value, axes = number(node, "value", 0.0), None
        else:
            filling, axes = constant(node, 2, "constant_value"), integers(node, "axes", 3)
            value = 0.0 if filling is None else shortest(filling.reshape(()))
        return Reading(cls(needed(node, "pads", 1), mode, value, axes))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        """With pads for all axes, as every version has them."""
        sides = self._sides(x_shapes[0])
        pads = np.array([before for before, _ in sides] + [after for _, after in sides], np.int64)
        extras: list[tuple[str, Array | None]] = [("pads", pads)]
        if self.mode == "constant":
            extras.append(("constant_value", np.array(self.value, np.float32)))
        return (OnnxForm("Pad", {"mode": self.mode}, tuple(extras), opset=19 if self.mode == "wrap" else 17),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.randint(2, 3) for _ in range(draw.randint(1, 4)))
        axes = tuple(draw.sample(range(len(shape)), draw.randint(1, len(shape))))
        sides = [draw.choice([(1, 2), (2, 0), (-1, 0), (-1, 3), (0, 1), (3, -1)]) for _ in axes]
        pads = tuple(before for before, _ in sides) + tuple(after for _, after in sides)
        layer = cls(pads, draw.choice(MODES), draw.choice([0.0, 0.5]), axes)
        return Example(layer, (shape,), mixes_batch=0 in axes)
