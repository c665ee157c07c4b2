"""Matrix multiplication of two activations, as in attention: every row of one with every column of the other."""

import random
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Window, product
from convoscope.engine.layer import Example, Layer, Partials, Saved, require
from convoscope.engine.layers._broadcast import folded, joined
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape

SUM = None
"""Stands for the axis that is summed over, where others name the output axis that they follow."""


@dataclass(frozen=True)
class MatMul(Layer):
    r"""The scalar product of each row of the first input with each column of the second.

    Equation   y[…,i,j] = Σ_k a[…,i,k] · b[…,k,j];   dL/da = dL/dy · bᵀ,  dL/db = aᵀ · dL/dy
    Shapes     (…, M, K), (…, K, P) → (…, M, P); the axes in front are stretched to each other. An input of one axis is
               a single row or column, and the output lacks its axis.
    Raises     ShapeError when the rows are not as long as the columns, or the axes in front do not fit.
    Source     ONNX MatMul-13, which is numpy.matmul
    """

    kind: ClassVar[str] = "matmul"
    onnx: ClassVar[tuple[str, ...]] = ("MatMul",)
    picture: ClassVar[ex.Picture] = "weighted_sum"

    def output_shape(self, *x_shapes: Shape) -> Shape:
        require(len(x_shapes) == 2, lambda: f"matmul reads 2 inputs, but {len(x_shapes)} were given.")
        a, b = x_shapes
        require(
            bool(a and b) and a[-1] == b[-2 if len(b) > 1 else -1],
            lambda: f"matmul: the rows of {a} must be as long as the columns of {b}.",
        )
        return *joined("matmul", (a[:-2], b[:-2])), *a[-2:-1], *(b[-1:] if len(b) > 1 else ())

    def _follows(self, a: Shape, b: Shape) -> tuple[list[int | None], list[int | None]]:
        """For each axis of both inputs, the output axis at the same place, or SUM."""
        front = max(len(a) - 2, len(b) - 2, 0)
        rank = len(self.output_shape(a, b))
        of_a: list[int | None] = [*range(front - (len(a) - 2), front), front][-len(a) + 1 :] if len(a) > 1 else []
        of_b: list[int | None] = list(range(front - (len(b) - 2), front)) if len(b) > 1 else []
        return [*of_a, SUM], [*of_b, SUM, rank - 1] if len(b) > 1 else [SUM]

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        y = self.output_shape(*x_shapes)
        return tuple(
            Window(tuple(_rule(n, o, y) for n, o in zip(x, axes, strict=True)), x, y)
            for x, axes in zip(x_shapes, self._follows(*x_shapes), strict=True)
        )

    def macs(self, *x_shapes: Shape) -> int:
        return prod(self.output_shape(*x_shapes)) * x_shapes[0][-1]

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        self.output_shape(*(x.shape for x in xs))  # refuses what does not fit in its own words
        return np.asarray(xs[0] @ xs[1]), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        a = xs[0][None] if xs[0].ndim == 1 else xs[0]
        b = xs[1][:, None] if xs[1].ndim == 1 else xs[1]
        dy = np.expand_dims(dy, -1) if xs[1].ndim == 1 else dy
        dy = np.expand_dims(dy, -2) if xs[0].ndim == 1 else dy
        da, db = folded(dy @ b.swapaxes(-1, -2), a.shape), folded(a.swapaxes(-1, -2) @ dy, b.shape)
        return (da.reshape(xs[0].shape), db.reshape(xs[1].shape)), {}

    # ---- explanations ----------------------------------------------------------------------------------------

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        windows = self.windows(*(x.shape for x in xs))
        cells = [w.cells(at) for w in windows]
        read = [w.read(x, at).reshape(-1) for w, x in zip(windows, xs, strict=True)]
        follows = self._follows(*(x.shape for x in xs))
        text = [
            ", ".join(":" if o is SUM else str(c[0]) for o, c in zip(axes, own, strict=True))
            for axes, own in zip(follows, cells, strict=True)
        ]
        return ex.weighted_sum(
            at,
            y[at],
            ex.Operand("a", read[0], cells[0], "x0"),
            ex.Operand("b", read[1], cells[1], "x1"),
            [f"k = {k}" for k in range(len(read[0]))],
            formula=r"y_{i,j} = \sum_k a_{i,k} \, b_{k,j}",
            numpy=f"out[{place(at)}] = np.sum(X0[{text[0]}] * X1[{text[1]}])",
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        shapes = [x.shape for x in xs]
        follows, other = self._follows(*shapes), xs[1 - which]
        reach = self.windows(*shapes)[which].reach(cell)
        readers, k = product(*reach), cell[follows[which].index(SUM)]
        met, text = [], []
        for n, o in zip(other.shape, follows[1 - which], strict=True):
            along = k if o is SUM else 0 if n == 1 else readers[:, o]
            met.append(np.broadcast_to(along, len(readers)))
            text.append(":" if o is not SUM and len(reach[o]) > 1 else str(int(np.ravel(along)[0])))
        taken = ", ".join(":" if len(c) > 1 else str(c[0]) for c in reach) or "()"
        formula = (
            r"\frac{\partial L}{\partial b_{k,j}} = \sum_i a_{i,k} \, \frac{\partial L}{\partial y_{i,j}}"
            if which
            else r"\frac{\partial L}{\partial a_{i,k}} = \sum_j \frac{\partial L}{\partial y_{i,j}} \, b_{k,j}"
        )
        line = f"dX{which}[{place(cell)}] = np.sum(dout[{taken}] * X{1 - which}[{', '.join(text)}])"
        return Partials(readers, other[tuple(met)], "ab"[1 - which], formula, line)

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        return Reading(cls(), data=(0, 1))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("MatMul"),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        m, k, p = draw.randint(1, 3), draw.randint(1, 4), draw.randint(1, 3)
        front = tuple(draw.randint(1, 2) for _ in range(draw.randint(0, 2)))
        fronts = [
            tuple(n if draw.random() < 0.7 else 1 for n in front)[draw.randint(0, len(front)) :] for _ in range(2)
        ]
        fronts[draw.randint(0, 1)] = front
        a, b = (*fronts[0], m, k), (*fronts[1], k, p)
        one = draw.random()
        shapes = ((k,), b) if one < 0.15 else (a, (k,)) if one < 0.3 else ((k,), (k,)) if one < 0.35 else (a, b)
        return Example(cls(), shapes, mixes_batch=True)


def _rule(n: int, output_axis: int | None, y: Shape) -> Axis:
    """How an axis of length n of an input is read."""
    if output_axis is SUM:
        return Axis(n, 0)
    return Axis(follows=output_axis) if n == y[output_axis] else Axis(1, 0, follows=output_axis)
