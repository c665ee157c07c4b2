"""Convolution with windows of one pixel: a matrix product of pixels and filters, with nothing to copy."""

from functools import partial

import numpy as np

from convoscope.engine.kernels.kernel import Call
from convoscope.engine.kernels.slot import NO_MARGIN, Margin
from convoscope.engine.kernels.wide.pixels import PixelSlot
from convoscope.engine.kernels.wide.rows import contiguous
from convoscope.engine.kernels.wide.site import Site, Sum
from convoscope.engine.kernels.wide.tiles import CACHE, Tile, cut, fill, program
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.types import Array, Shape


def fits(layer: Conv2d, x: Shape) -> bool:
    """One group, one pixel, no padding; any stride."""
    return layer.groups == 1 and layer.kernel == (1, 1) and not any(layer.slide(x).padding)


def margin(site: Site) -> Margin:
    """Nothing is read around x."""
    return NO_MARGIN


def adjoint_margin(site: Site) -> Margin:
    """Nothing is read around dy."""
    return NO_MARGIN


def read(site: Site, slot: PixelSlot) -> Array:
    """The pixels that are read: every stride-th."""
    return slot.cells[:, :: site.stride[0], :: site.stride[1]]


def tiles_of(site: Site) -> list[Tile]:
    """Rows of the output, with the pixels that they read."""
    per_row = site.columns * (site.channels + site.filters) * site.packs.dtype.itemsize
    return cut(site.pictures, site.rows, per_row, 1 if site.packs.weight.nbytes < CACHE // 2 else 4)


def times(site: Site, source: Array, matrix: Array, out: Array, tile: Tile) -> list[Call]:
    """The calls that write source · matrix into out, both (N, rows, columns, ·), for one tile."""
    copied, pixels = contiguous(site, source, tile)
    part = out[tile.n, tile.start : tile.stop]
    if part.flags.c_contiguous:
        return [*copied, partial(np.matmul, pixels, matrix, out=part.reshape(-1, part.shape[-1]))]
    product = site.working("product", tile.thread, *part.shape)
    flat = product.reshape(-1, part.shape[-1])
    return [*copied, partial(np.matmul, pixels, matrix, out=flat), partial(np.copyto, part, product)]


def forward(site: Site, x: PixelSlot, y: PixelSlot) -> list[Tile]:
    """y = x · wᵀ."""
    filters = site.packs.form("pointwise", lambda w: w[:, :, 0, 0].T)
    return fill(tiles_of(site), lambda tile: times(site, read(site, x), filters, y.cells, tile))


def data(site: Site, dy: PixelSlot, dx: PixelSlot) -> list[Call]:
    """dL/dx = dL/dy · w, and nothing where no window stood."""
    filters = site.packs.form("pointwise, turned", lambda w: w[:, :, 0, 0])
    tiles = fill(tiles_of(site), lambda tile: times(site, dy.cells, filters, read(site, dx), tile))
    return program(tiles)


def weight(site: Site, x: PixelSlot, dy: PixelSlot) -> tuple[list[Call], Array]:
    """dL/dw = (dL/dy)ᵀ · x."""
    tiles = tiles_of(site)
    total = Sum(site, "weight gradient", (site.filters, site.channels), tiles)

    def tile(tile: Tile) -> list[Call]:
        copied, pixels = contiguous(site, read(site, x), tile)
        given = dy.cells[tile.n, tile.start : tile.stop]
        more: list[Call] = []
        if not given.flags.c_contiguous:
            whole = site.working("given", tile.thread, *given.shape)
            more, given = [partial(np.copyto, whole, given)], whole
        g = given.reshape(-1, site.filters)
        return [*copied, *more, *total.add(g.T, pixels, tile)]

    calls = [*program(fill(tiles, tile)), *total.gather()]
    return calls, total.total[:, :, None, None]
