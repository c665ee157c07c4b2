"""Lp pooling: each window becomes its p-norm, between the sum of its sizes (p = 1) and the largest of them (p → ∞)."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.geometry import product
from convoscope.engine.layer import Example, Partials, Saved
from convoscope.engine.layers._patches import patches, patches_adjoint
from convoscope.engine.layers._pooled import norm, order
from convoscope.engine.layers._pooling import Pool
from convoscope.engine.layers._settings import at_least
from convoscope.engine.layers._text import place
from convoscope.engine.types import EVAL, Array, Index, Mode, Params


@dataclass(frozen=True)
class LpPool2d(Pool):
    r"""p-norm of each window, each channel by itself.

    Equation   y[n,c,i,j] = (Σ_{u,v} |x[n, c, s·i + d·u − t, s·j + d·v − t]|^p)^(1/p), t the padding;
               ∂y/∂x = sign(x) · (|x| / y)^(p − 1)
    Shapes     (N, C, H, W) → (N, C, ⌊(H + top + bottom − d(kh − 1) − 1)/s⌋ + 1, likewise W); ⌈ ⌉ with ceil_mode
    Notes      Where y = 0 the derivative used is 0. Padding counts as 0.
               With a kernel of one number it reads (N, C, L), with three (N, C, D, H, W).
    Raises     ShapeError when the window is larger than the padded input; AttributeValueError for p < 1.
    Source     Sermanet et al. 2012, "Convolutional neural networks applied to house numbers"; ONNX LpPool-22
    """

    p: int = 2

    kind: ClassVar[str] = "lp_pool2d"
    onnx: ClassVar[tuple[str, ...]] = ("LpPool",)
    picture: ClassVar[ex.Picture] = "reduce"

    def __post_init__(self) -> None:
        at_least("lp_pool2d", 1, p=self.p)

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        (x,) = xs
        windows = patches(np.abs(x) ** self.p, self.slide(x.shape))
        return windows.sum(axis=tuple(range(x.ndim, windows.ndim))) ** x.dtype.type(1 / self.p), None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        (x,), ones = xs, (1,) * len(self.kernel)
        slide, share = self.slide(x.shape), dy / np.where(y == 0, 1, y) ** (self.p - 1)
        dwindows = np.broadcast_to(share.reshape(*y.shape, *ones), (*y.shape, *self.kernel))
        return (np.sign(x) * np.abs(x) ** (self.p - 1) * patches_adjoint(dwindows, x.shape, slide),), {}

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        read = self._read(at, xs[0].shape)
        return norm(
            at,
            y,
            self.windows(xs[0].shape)[0],
            xs[0],
            self.p,
            formula=r"y_{c,i,j} ="
            r" \left( \sum_{u,v} \left| x_{c,\, s i + d u - t,\, s j + d v - t} \right|^p \right)^{1/p}",
            numpy=f"out[{place(at)}] = np.sum(np.abs(X[{read}]) ** {self.p}) ** (1 / {self.p})",
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        (x,), less = xs, self.p - 1
        readers = product(*self.windows(x.shape)[0].reach(cell))
        norms = y[tuple(readers.T)]
        local = np.sign(x[cell]) * (np.abs(x[cell]) / np.where(norms == 0, 1, norms)) ** less
        alive = [place(tuple(map(int, o))) for o in readers[norms != 0]]
        terms = " + ".join(f"dout[{o}] * np.sign({{x}}) * (np.abs({{x}}) / out[{o}]) ** {less}" for o in alive) or "0.0"
        formula = (
            r"\frac{\partial L}{\partial x_{a}} = \sum_{o \,:\, a \in \text{window}} \frac{\partial L}{\partial y_{o}}"
            r" \, \operatorname{sign}(x_a) \left( \frac{|x_a|}{y_o} \right)^{p - 1}"
        )
        line = f"dX[{place(cell)}] = {terms.format(x=f'X[{place(cell)}]')}"
        return Partials(readers, local.astype(y.dtype), "∂y/∂x", formula, line)

    @classmethod
    def _own_onnx(cls, node: OnnxNode) -> dict[str, Any]:
        return {"p": order(node)}

    def _own_attributes(self) -> dict[str, Any]:
        return {"p": self.p}

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        layer, shape = cls.drawn(draw, p=draw.randint(1, 4))
        return Example(layer, (shape,), kinks=(0.0,))
