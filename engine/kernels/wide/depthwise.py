"""Depthwise convolution: each channel by itself, a tile of rows at a time.

One einsum over a view of all windows is one fused multiply-add per tap and pixel, without a copy. Where rows lie
close, pixels and channels are merged into one long axis, along which the filters repeat.
"""

from functools import partial

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convoscope.engine.kernels.kernel import Call
from convoscope.engine.kernels.slot import Margin
from convoscope.engine.kernels.wide.pixels import PixelSlot
from convoscope.engine.kernels.wide.site import Site
from convoscope.engine.kernels.wide.tiles import Tile, cut, fill, program
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.types import Array, Shape, Sizes

NARROW = 256
"""Channels below which pixels and channels are merged."""


def fits(layer: Conv2d, x: Shape) -> bool:
    """A filter for each channel, and no padding beyond the window."""
    return layer.groups == x[1] == layer.filters > 1 and min(Site(layer, x).turned_padding) >= 0


def margin(site: Site) -> Margin:
    """The padding."""
    return Margin(*site.padding)


def adjoint_margin(site: Site) -> Margin:
    """Nothing: what dL/dx reads is spread out first."""
    return Margin()


def spread(site: Site) -> tuple[int, int]:
    """Rows and pixels of dL/dy with zeros between them, as the strides are, and around them, as the windows are."""
    reach = [(k - 1) * d for k, d in zip(site.kernel, site.dilation, strict=True)]
    return site.height + 2 * reach[0] + site.stride[0], site.width + 2 * reach[1] + site.stride[1]


def view(start: Array, site: Site, stride: Sizes, count: Sizes, merged: bool) -> Array:
    """Windows: (rows, kh, kw, columns · C) where merged, else (rows, columns, kh, kw, C)."""
    row, pixel, number = start.strides
    (kh, kw), (dh, dw), c = site.kernel, site.dilation, site.channels
    if merged:
        return as_strided(start, (count[0], kh, kw, count[1] * c), (stride[0] * row, dh * row, dw * pixel, number))
    strides = (stride[0] * row, stride[1] * pixel, dh * row, dw * pixel, number)
    return as_strided(start, (*count, kh, kw, c), strides)


def convolve(site: Site, name: str, source: Array, stride: Sizes, out: Array, flip: bool) -> list[Tile]:
    """Tiles that write the depthwise convolution of source (N, rows, pixels, C) into out (N, rows, columns, C)."""
    n, rows, columns, c = out.shape
    merged = stride == (1, 1) and c < NARROW and out[0, 0].flags.c_contiguous

    def form(w: Array) -> Array:
        taps = w[:, 0].transpose(1, 2, 0)
        taps = taps[::-1, ::-1] if flip else taps
        return np.tile(taps, (1, 1, columns)) if merged else taps

    filters = site.packs.form(f"depthwise {name} {merged}", form)

    def tile(tile: Tile) -> list[Call]:
        part = out[tile.n, tile.start : tile.stop]
        seen = view(source[tile.n, tile.start * stride[0] :], site, stride, part.shape[:2], merged)
        if merged:
            flat = as_strided(part, (len(part), columns * c), (part.strides[0], part.strides[2]))
            return [partial(np.einsum, "hijp,ijp->hp", seen, filters, out=flat)]
        return [partial(np.einsum, "hwijc,ijc->hwc", seen, filters, out=part)]

    return fill(cut(n, rows, columns * c * 2 * out.dtype.itemsize, caches=0.5), tile)


def forward(site: Site, x: PixelSlot, y: PixelSlot) -> list[Tile]:
    """y."""
    return convolve(site, "forward", x.window(site.padding), site.stride, y.cells, flip=False)


def data(site: Site, dy: PixelSlot, dx: PixelSlot) -> list[Call]:
    """dL/dx: dL/dy spread out by the stride, convolved with the filters turned by 180°."""
    gaps = site.scratch.flat(f"spread {site.stride} {site.kernel}", site.pictures, *spread(site), site.channels)
    top, left = site.turned_padding[:2]
    (sh, sw), rows, columns = site.stride, site.rows, site.columns
    inside = gaps[:, top : top + sh * rows : sh, left : left + sw * columns : sw]
    tiles = convolve(site, "turned", gaps, (1, 1), dx.cells, flip=True)
    return [partial(gaps.fill, 0), partial(np.copyto, inside, dy.cells), *program(tiles)]


def weight(site: Site, x: PixelSlot, dy: PixelSlot) -> tuple[list[Call], Array]:
    """dL/dw: for each tap, dL/dy times what it met."""
    (kh, kw), c = site.kernel, site.channels
    start, stride, dilation = x.window(site.padding), site.stride, site.dilation
    tiles = cut(site.pictures, site.rows, site.columns * c * 2 * x.dtype.itemsize, caches=0.5)
    sums = np.zeros((len(tiles), kh, kw, c), dy.dtype)
    grad = np.zeros((kh, kw, c), dy.dtype)

    def tile(tile: Tile) -> list[Call]:
        given = dy.cells[tile.n, tile.start : tile.stop]
        origin = start[tile.n, tile.start * stride[0] :]
        row, pixel, number = origin.strides
        strides = (dilation[0] * row, dilation[1] * pixel, stride[0] * row, stride[1] * pixel, number)
        seen = as_strided(origin, (kh, kw, *given.shape[:2], c), strides)
        return [partial(np.einsum, "ijhwc,hwc->ijc", seen, given, out=sums[tiles.index(tile)])]

    calls: list[Call] = [*program(fill(tiles, tile)), partial(np.add.reduce, sums, 0, out=grad)]
    return calls, grad.transpose(2, 0, 1)[:, None]
