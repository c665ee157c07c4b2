"""Sliding windows over any number of spatial axes and their adjoint: the numerics that convolutions and pools share."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convoscope.engine.layers._slide import Slide
from convoscope.engine.types import Array, Shape, Sizes


def pad(x: Array, padding: Sizes, fill: float = 0.0) -> Array:
    """x with `fill` around its spatial axes; x itself when there is nothing to add."""
    if not any(padding):
        return x
    rank = len(padding) // 2
    spatial = list(zip(padding[:rank], x.shape[2:], padding[rank:], strict=True))
    out = np.full((*x.shape[:2], *map(sum, spatial)), fill, x.dtype)
    inside: tuple[Any, ...] = (..., *(slice(before, before + size) for before, size, _ in spatial))
    out[inside] = x
    return out


def patches(x: Array, slide: Slide, fill: float = 0.0) -> Array:
    """(N, C, *sizes) → (N, C, *windows, *kernel), a read-only view of all windows; padding cells hold `fill`."""
    padded = pad(x, slide.padding, fill)
    moved = zip(padded.strides[2:], slide.stride, strict=True)
    apart = zip(padded.strides[2:], slide.dilation, strict=True)
    strides = (*padded.strides[:2], *(n * s for n, s in moved), *(n * d for n, d in apart))
    shape = (*x.shape[:2], *slide.count(x.shape[2:]), *slide.kernel)
    return as_strided(padded, shape, strides, writeable=False)


def patches_adjoint(dp: Array, x_shape: Shape, slide: Slide) -> Array:
    """The adjoint of `patches`: every window's gradients added back into the cells it was read from."""
    spatial = list(zip(slide.before, x_shape[2:], slide.after, strict=True))
    dx = np.zeros((*x_shape[:2], *map(sum, spatial)), dp.dtype)
    for cell, met in slide.taps(dp.shape[2 : 2 + slide.rank]):
        tap: tuple[Any, ...] = (..., *cell)
        dx[:, :, *met] += dp[tap]
    return dx[:, :, *(slice(before, before + size) for before, size, _ in spatial)]


def kernel_axes_first(p: Array, rank: int) -> Array:
    """(N, C, *windows, *kernel) → (N, C, *kernel, *windows), a view."""
    return np.moveaxis(p, range(2 + rank, 2 + 2 * rank), range(2, 2 + rank))


def kernel_axes_last(p: Array, rank: int) -> Array:
    """(N, C, *kernel, *windows) → (N, C, *windows, *kernel), a view."""
    return np.moveaxis(p, range(2, 2 + rank), range(2 + rank, 2 + 2 * rank))
