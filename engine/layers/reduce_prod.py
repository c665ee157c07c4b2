"""The product along some axes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._reduce import Axes, Reduce, rows, unrows
from convoscope.engine.types import Array


@dataclass(frozen=True)
class ReduceProd(Reduce):
    r"""The product of all numbers along `axes`.

    Equation   y = Π x;   ∂y/∂x = the product of all the others
    Shapes     (d0, …, dn) → the same with length 1 along `axes`, or without them when `keepdims` is off
    Notes      The slope is a product, not y / x, so that a 0 among the numbers harms nothing. Of no numbers the
               product is 1.
    Raises     ShapeError for an axis that is not there, or named twice.
    Source     ONNX ReduceProd-18
    """

    kind: ClassVar[str] = "reduce_prod"
    onnx: ClassVar[tuple[str, ...]] = ("ReduceProd",)
    text: ClassVar[str] = "product"
    formula: ClassVar[str] = r"y = \prod_a x_a"
    slope_formula: ClassVar[str] = r"\prod_{b \ne a} x_b"
    numpy: ClassVar[str] = "np.prod({w})"
    slope_numpy: ClassVar[str] = "np.prod(np.delete({w}, {place}))"

    def reduce(self, x: Array, axes: Axes) -> Array:
        return x.prod(axis=axes, keepdims=True)

    def slope(self, x: Array, y: Array, axes: Axes) -> Array:
        r = rows(x, axes)
        one = np.ones_like(r[..., :1])
        before = np.cumprod(np.concatenate([one, r[..., :-1]], axis=-1), axis=-1)
        after = np.cumprod(np.concatenate([one, r[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
        return unrows(before * after, x.shape, axes)
