"""Sliding windows of a picture and their adjoint: the numerics that convolutions and pools share."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convoscope.engine.geometry import slid_size
from convoscope.engine.types import Array, Padding, Pair, Shape


@dataclass(frozen=True)
class Slide:
    """How a window moves over a picture; `padding` is (top, left, bottom, right)."""

    kernel: Pair
    stride: Pair
    padding: Padding
    dilation: Pair = (1, 1)

    def count(self, height: int, width: int) -> Pair:
        """How many windows fit, in rows and in columns."""
        top, left, bottom, right = self.padding
        return (
            slid_size(height, self.kernel[0], self.stride[0], top, bottom, self.dilation[0]),
            slid_size(width, self.kernel[1], self.stride[1], left, right, self.dilation[1]),
        )

    def taps(self, count: Pair) -> list[tuple[int, int, slice, slice]]:
        """Per kernel cell (u, v), the rows and columns of the padded picture that it meets, one per window."""
        (sh, sw), (dh, dw), (oh, ow) = self.stride, self.dilation, count
        return [
            (u, v, slice(u * dh, u * dh + sh * oh, sh), slice(v * dw, v * dw + sw * ow, sw))
            for u in range(self.kernel[0])
            for v in range(self.kernel[1])
        ]


def pad(x: Array, padding: Padding, fill: float = 0.0) -> Array:
    """x with `fill` around its rows and columns; x itself when there is nothing to add. Negative padding crops."""
    top, left, bottom, right = padding
    if padding == (0, 0, 0, 0):
        return x
    n, c, h, w = x.shape
    out = np.full((n, c, h + top + bottom, w + left + right), fill, x.dtype)
    out[:, :, top : top + h, left : left + w] = x
    return out


def patches(x: Array, slide: Slide, fill: float = 0.0) -> Array:
    """(N, C, H, W) → (N, C, OH, OW, kh, kw), a read-only view of all windows; padding cells hold `fill`."""
    oh, ow = slide.count(*x.shape[2:])
    padded = pad(x, slide.padding, fill)
    sn, sc, sr, sk = padded.strides
    (sh, sw), (dh, dw) = slide.stride, slide.dilation
    shape = (*x.shape[:2], oh, ow, *slide.kernel)
    return as_strided(padded, shape, (sn, sc, sr * sh, sk * sw, sr * dh, sk * dw), writeable=False)


def patches_adjoint(dp: Array, x_shape: Shape, slide: Slide) -> Array:
    """The adjoint of `patches`: every window's gradients added back into the cells it was read from."""
    n, c, h, w = x_shape
    top, left, bottom, right = slide.padding
    dx = np.zeros((n, c, h + top + bottom, w + left + right), dp.dtype)
    for u, v, rows, columns in slide.taps((dp.shape[2], dp.shape[3])):
        dx[:, :, rows, columns] += dp[:, :, :, :, u, v]
    return dx[:, :, top : top + h, left : left + w]
