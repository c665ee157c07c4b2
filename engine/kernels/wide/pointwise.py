"""Convolution with windows of one pixel: a matrix product of pixels and filters, with nothing to copy."""

from functools import partial

import numpy as np

from convoscope.engine.kernels.kernel import Call
from convoscope.engine.kernels.slot import NO_MARGIN, Margin
from convoscope.engine.kernels.wide.pixels import PixelSlot
from convoscope.engine.kernels.wide.rows import CACHED, contiguous
from convoscope.engine.kernels.wide.site import Site, Sum
from convoscope.engine.kernels.wide.tiles import SMALL, Tile, cut, fill, program
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
    return cut(site.pictures, site.rows, per_row, SMALL if site.packs.weight.nbytes < CACHED // 4 else 4 * SMALL)


def times(site: Site, source: Array, matrix: Array, out: Array, tile: Tile, thread: int) -> list[Call]:
    """The calls that write source · matrix into out, both (N, rows, columns, ·), for one tile."""
    copied, pixels = contiguous(site, source, tile, thread)
    part = out[tile.n, tile.start : tile.stop]
    if part.flags.c_contiguous:
        return [*copied, partial(np.matmul, pixels, matrix, out=part.reshape(-1, part.shape[-1]))]
    product = site.working("product", thread, *part.shape)
    flat = product.reshape(-1, part.shape[-1])
    return [*copied, partial(np.matmul, pixels, matrix, out=flat), partial(np.copyto, part, product)]


def forward(site: Site, x: PixelSlot, y: PixelSlot) -> list[Tile]:
    """y = x · wᵀ."""
    filters = site.packs.form("pointwise", lambda w: w[:, :, 0, 0].T)
    return fill(tiles_of(site), lambda tile, thread: times(site, read(site, x), filters, y.cells, tile, thread))


def data(site: Site, dy: PixelSlot, dx: PixelSlot) -> list[Call]:
    """dL/dx = dL/dy · w, and nothing where no window stood."""
    filters = site.packs.form("pointwise, turned", lambda w: w[:, :, 0, 0])
    tiles = fill(tiles_of(site), lambda tile, thread: times(site, dy.cells, filters, read(site, dx), tile, thread))
    return program(tiles)


def weight(site: Site, x: PixelSlot, dy: PixelSlot) -> tuple[list[Call], Array]:
    """dL/dw = (dL/dy)ᵀ · x."""
    total, tiles = Sum(site, "weight gradient", (site.filters, site.channels), dy.dtype), tiles_of(site)

    def tile(tile: Tile, thread: int) -> list[Call]:
        copied, pixels = contiguous(site, read(site, x), tile, thread)
        given = dy.cells[tile.n, tile.start : tile.stop]
        more: list[Call] = []
        if not given.flags.c_contiguous:
            whole = site.working("given", thread, *given.shape)
            more, given = [partial(np.copyto, whole, given)], whole
        g = given.reshape(-1, site.filters)
        return [*copied, *more, *total.add(g.T, pixels, thread, tile is tiles[0])]

    calls = [*total.begin(), *program(fill(tiles, tile)), *total.gather()]
    return calls, total.total[:, :, None, None]
