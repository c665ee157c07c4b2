"""Convolution by windows as rows of a matrix: any kernel, stride and dilation, a few rows of the picture at a time.

A row of a window is one run of kw · C numbers. With a stride, dL/dx falls apart into stride² convolutions with parts
of the filter, each of which writes every stride-th pixel; no zero is multiplied. Of a picture with few channels the
columns are made channel by channel instead, where runs are longer.
"""

from functools import partial

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convoscope.engine.kernels.kernel import Call
from convoscope.engine.kernels.slot import Margin
from convoscope.engine.kernels.wide.pixels import PixelSlot
from convoscope.engine.kernels.wide.site import Site, Sum, turned
from convoscope.engine.kernels.wide.tiles import CACHE, Tile, cut, fill, program
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.types import Array, Pair, Shape, Sizes


def fits(layer: Conv2d, x: Shape) -> bool:
    """One group, and with stride 1 no padding beyond the window."""
    return layer.groups == 1 and (layer.stride != (1, 1) or min(Site(layer, x).turned_padding) >= 0)


def margin(site: Site) -> Margin:
    """The padding."""
    return Margin(*site.padding)


def adjoint_margin(site: Site) -> Margin:
    """For stride 1 what is left of the window; for more, what the parts of the filter reach."""
    if site.stride == (1, 1):
        return Margin(*site.turned_padding)
    above, left = ((k - 1) * d // s for k, d, s in zip(site.kernel, site.dilation, site.stride, strict=True))
    sizes = zip((site.height, site.width), site.padding, site.stride, (site.rows, site.columns), strict=False)
    below, right = (max(0, (n + p - 1) // s + 1 - o) for n, p, s, o in sizes)
    return Margin(above, left, below, right)


def forward(site: Site, x: PixelSlot, y: PixelSlot) -> list[Tile]:
    """y, a tile of rows at a time."""
    filters = site.packs.form("rows", as_rows)
    return products(site, windows(site, x), filters, y.cells)


def data(site: Site, dy: PixelSlot, dx: PixelSlot) -> list[Call]:
    """dL/dx: one convolution of dL/dy, or one for each phase of the stride."""
    if site.stride == (1, 1):
        filters = site.packs.form("rows, turned", lambda w: as_rows(turned(w)))
        view = sliding(dy.window(site.turned_padding), site.kernel, (1, 1), site.dilation, dx.shape[2:])
        return program(products(site, view, filters, dx.cells))
    calls: list[Call] = []
    for a in range(min(site.stride[0], site.height)):
        for b in range(min(site.stride[1], site.width)):
            calls += phase(site, dy, dx.cells[:, a :: site.stride[0], b :: site.stride[1]], (a, b))
    return calls


def phase(site: Site, dy: PixelSlot, out: Array, at: Pair) -> list[Call]:
    """dL/dx at every stride-th pixel from `at` on: those cells of the window that ever meet it, last one first."""
    us, vs = (meeting(site, axis, at[axis]) for axis in (0, 1))
    if not us or not vs:
        return [partial(out.fill, 0)]
    filters = site.packs.form(f"rows, phase {at}", lambda w: as_rows(w[:, :, us][:, :, :, vs].swapaxes(0, 1)))
    (above, down), (before, across) = (reading(site, axis, at[axis], cells) for axis, cells in enumerate((us, vs)))
    top, left, *_ = dy.room.margin
    start = dy.padded[:, top + above :, left + before :]
    return program(
        products(site, sliding(start, (len(us), len(vs)), (1, 1), (down, across), out.shape[1:3]), filters, out)
    )


def meeting(site: Site, axis: int, at: int) -> list[int]:
    """The cells of a window, last one first, that meet every stride-th pixel from `at` on."""
    padding, dilation, stride = site.padding[axis], site.dilation[axis], site.stride[axis]
    return [u for u in reversed(range(site.kernel[axis])) if (at + padding - u * dilation) % stride == 0]


def reading(site: Site, axis: int, at: int, cells: list[int]) -> Pair:
    """Which window meets pixel `at` with the first of the cells, and how many windows further each next cell does."""
    stride, dilation = site.stride[axis], site.dilation[axis]
    first = (at + site.padding[axis] - cells[0] * dilation) // stride
    return first, (cells[0] - cells[1]) * dilation // stride if len(cells) > 1 else 1


def weight(site: Site, x: PixelSlot, dy: PixelSlot) -> tuple[list[Call], Array]:
    """dL/dw: windows, transposed, times dL/dy."""
    (kh, kw), c, k = site.kernel, site.channels, site.filters
    view, width = windows(site, x), kh * kw * c
    per_row = site.columns * width * x.dtype.itemsize
    tiles = cut(site.pictures, site.rows, per_row, 2 if width * k < 1 << 17 else 32)
    total = Sum(site, "weight gradient", (width, k), tiles)

    def tile(tile: Tile) -> list[Call]:
        fill_rows, matrix = copied(site, view, tile)
        given, g = contiguous(site, dy.cells, tile)
        return [fill_rows, *given, *total.add(matrix.T, g, tile)]

    calls = [*program(fill(tiles, tile)), *total.gather()]
    return calls, total.total.reshape(kh, kw, c, k).transpose(3, 2, 0, 1)


def as_rows(w: Array) -> Array:
    """(K, C, kh, kw) → (kh · kw · C, K)."""
    return w.transpose(2, 3, 1, 0).reshape(-1, len(w))


def windows(site: Site, x: PixelSlot) -> Array:
    """(N, rows, columns, kh, kw · C) or (N, rows, columns, kh, kw, C): the windows of the input, a view."""
    return sliding(x.window(site.padding), site.kernel, site.stride, site.dilation, (site.rows, site.columns))


def sliding(start: Array, kernel: Sizes, stride: Sizes, dilation: Sizes, count: Sizes) -> Array:
    """Windows of `start`, its first two axes of pixels; a window's row is one run where its pixels touch."""
    picture, row, pixel, number = start.strides
    (kh, kw), c = kernel, start.shape[3]
    outer = (len(start), *count, kh), (picture, stride[0] * row, stride[1] * pixel, dilation[0] * row)
    inner = ((kw * c,), (number,)) if dilation[1] == 1 else ((kw, c), (dilation[1] * pixel, number))
    return as_strided(start, outer[0] + inner[0], outer[1] + inner[1])


def products(site: Site, view: Array, filters: Array, out: Array) -> list[Tile]:
    """Tiles that write windows · filters into `out` (N, rows, columns, filters)."""
    _, rows, columns, k = out.shape
    per_row = columns * filters.shape[0] * out.dtype.itemsize
    tiles = cut(len(out), rows, per_row, 1 if filters.nbytes < 2 * CACHE else 16)

    def tile(tile: Tile) -> list[Call]:
        part = out[tile.n, tile.start : tile.stop]
        fill_rows, matrix = copied(site, view, tile)
        if part.flags.c_contiguous:
            return [fill_rows, partial(np.matmul, matrix, filters, out=part.reshape(-1, k))]
        product = site.working("product", tile.thread, *part.shape)
        return [
            fill_rows,
            partial(np.matmul, matrix, filters, out=product.reshape(-1, k)),
            partial(np.copyto, part, product),
        ]

    return fill(tiles, tile)


def copied(site: Site, view: Array, tile: Tile) -> tuple[Call, Array]:
    """The call that copies a tile's windows, and the matrix that they then are."""
    source = view[tile.n, tile.start : tile.stop]
    matrix = site.working("windows", tile.thread, source.shape[0] * source.shape[1], int(np.prod(source.shape[2:])))
    return partial(np.copyto, matrix.reshape(source.shape), source), matrix


def contiguous(site: Site, cells: Array, tile: Tile) -> tuple[list[Call], Array]:
    """A tile's pixels as a matrix; copied where zeros lie between the rows."""
    part = cells[tile.n, tile.start : tile.stop]
    if part.flags.c_contiguous:
        return [], part.reshape(-1, part.shape[-1])
    matrix = site.working("pixels", tile.thread, *part.shape)
    return [partial(np.copyto, matrix, part)], matrix.reshape(-1, part.shape[-1])
