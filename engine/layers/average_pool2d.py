"""Average pooling: each window becomes its mean, and each of its cells gets an equal share of the gradient."""

import random
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.geometry import product
from convoscope.engine.layer import Example, Partials, Saved
from convoscope.engine.layers._onnx import integer
from convoscope.engine.layers._patches import patches, patches_adjoint
from convoscope.engine.layers._pooled import mean
from convoscope.engine.layers._pooling import Pool
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape


@dataclass(frozen=True)
class AveragePool2d(Pool):
    r"""Mean of each window, each channel by itself.

    Equation   y[n,c,i,j] = (1/m) Σ_{u,v} x[n, c, s·i + d·u − p, s·j + d·v − p];   ∂y/∂x = 1/m
    Shapes     (N, C, H, W) → (N, C, ⌊(H + top + bottom − d(kh − 1) − 1)/s⌋ + 1, likewise W); ⌈ ⌉ with ceil_mode
    Notes      m counts the cells of the window that lie in the input, with count_include_pad those in the padding
               too; never those that ceil_mode lets hang over it. A window without any cell gives 0.
               With a kernel of one number it reads (N, C, L), with three (N, C, D, H, W).
    Raises     ShapeError when the window is larger than the padded input.
    Source     LeCun et al. 1998, section II.A; ONNX AveragePool-22
    """

    count_include_pad: bool = False

    kind: ClassVar[str] = "average_pool2d"
    onnx: ClassVar[tuple[str, ...]] = ("AveragePool",)
    picture: ClassVar[ex.Picture] = "reduce"

    def counts(self, x: Shape) -> Array:
        """m for each window, 1 where it would be 0: (*windows)."""
        padded, slide = replace(self._slide, ceil_mode=False).over(x[2:]), self.slide(x)
        per_axis = []
        for k, (axis, size, count) in enumerate(zip(slide.axes, x[2:], slide.count(x[2:]), strict=True)):
            first, last = (-padded.before[k], size + padded.after[k]) if self.count_include_pad else (0, size)
            per_axis.append([sum(first <= c < last for c in axis.cells(i)) for i in range(count)])
        return np.maximum(reduce(np.multiply.outer, map(np.array, per_axis)), 1)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        (x,) = xs
        windows = patches(x, self.slide(x.shape))
        return windows.sum(axis=tuple(range(x.ndim, windows.ndim))) / self.counts(x.shape).astype(x.dtype), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        x, ones = xs[0].shape, (1,) * len(self.kernel)
        share = (dy / self.counts(x).astype(dy.dtype)).reshape(*dy.shape, *ones)
        return (patches_adjoint(np.broadcast_to(share, (*dy.shape, *self.kernel)), x, self.slide(x)),), {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        m = int(self.counts(xs[0].shape)[at[2:]])
        return mean(
            at,
            y,
            self.windows(xs[0].shape)[0],
            xs[0],
            m,
            formula=r"y_{c,i,j} = \frac{1}{m} \sum_{u,v} x_{c,\, s i + d u - p,\, s j + d v - p}",
            numpy=f"out[{place(at)}] = np.sum(X[{self._read(at, xs[0].shape)}]) / {m}",
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        (n, c, *_), x = cell, xs[0].shape
        outputs = self.windows(x)[0].reach(cell)[2:]
        m = self.counts(x)[np.ix_(*outputs)]
        terms = zip(product([n], [c], *outputs), m.ravel(), strict=True)
        line = " + ".join(f"dout[{place(tuple(map(int, o)))}] / {count}" for o, count in terms) or "0.0"
        formula = (
            r"\frac{\partial L}{\partial x_{a}} ="
            r" \sum_{o \,:\, a \in \text{window}} \frac{1}{m_o} \frac{\partial L}{\partial y_{o}}"
        )
        local = (1 / m.ravel()).astype(y.dtype)
        return Partials(product([n], [c], *outputs), local, "1/m", formula, f"dX[{place(cell)}] = {line}")

    @classmethod
    def _own_onnx(cls, node: OnnxNode) -> dict[str, Any]:
        return {"count_include_pad": bool(integer(node, "count_include_pad", 0))}

    def _own_attributes(self) -> dict[str, Any]:
        return {"count_include_pad": int(self.count_include_pad)}

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        layer, shape = cls.drawn(draw, count_include_pad=draw.random() < 0.5)
        return Example(layer, (shape,))
