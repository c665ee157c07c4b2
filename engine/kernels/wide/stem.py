"""The first convolution, which reads a picture of few channels.

Forward, and for dL/dw, its windows are rows (rows.py). dL/dx would be a product with three columns, the slimmest there
is; so here the gradients of all windows come out of one wide product, and are added up plane by plane.
"""

from functools import partial

import numpy as np

from convoscope.engine.kernels.kernel import Call
from convoscope.engine.kernels.slot import NO_MARGIN, Margin
from convoscope.engine.kernels.wide import rows
from convoscope.engine.kernels.wide.pixels import PixelSlot
from convoscope.engine.kernels.wide.rows import contiguous
from convoscope.engine.kernels.wide.site import Site
from convoscope.engine.kernels.wide.tiles import cut
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.types import Shape

FEW = 4
"""Channels: grey, colour, and one more."""

margin, forward, weight = rows.margin, rows.forward, rows.weight


def fits(layer: Conv2d, x: Shape) -> bool:
    """Few channels in."""
    return rows.fits(layer, x) and x[1] <= FEW


def adjoint_margin(site: Site) -> Margin:
    """Nothing is read around dy."""
    return NO_MARGIN


def data(site: Site, dy: PixelSlot, dx: PixelSlot) -> list[Call]:
    """dL/dx, added up in planes (C, rows, columns) with the padding around them."""
    (kh, kw), (sh, sw), (dh, dw), c = site.kernel, site.stride, site.dilation, site.channels
    top, left, bottom, right = site.padding
    planes = site.working("planes", 0, c, site.height + top + bottom, site.width + left + right)
    inside = planes[:, top : top + site.height, left : left + site.width].transpose(1, 2, 0)
    filters = site.packs.form("planes", lambda w: w.transpose(1, 2, 3, 0).reshape(-1, len(w)))
    calls: list[Call] = []
    for tile in cut(site.pictures, site.rows, site.columns * len(filters) * dy.dtype.itemsize):
        if tile.start == 0:
            calls.append(partial(planes.fill, 0))
        copied, pixels = contiguous(site, dy.cells, tile)
        product = site.working("product", 0, c, kh, kw, tile.stop - tile.start, site.columns)
        calls += [*copied, partial(np.matmul, filters, pixels.T, out=product.reshape(len(filters), -1))]
        for u in range(kh):
            for v in range(kw):
                met = planes[:, u * dh + tile.start * sh :: sh, v * dw :: sw][:, : product.shape[3], : site.columns]
                calls.append(partial(np.add, met, product[:, u, v], out=met))
        if tile.stop == site.rows:
            calls.append(partial(np.copyto, dx.cells[tile.n], inside))
    return calls
