r"""Winograd's convolution F(m×m, 3×3): tiles of m×m outputs from (m + 2)² products instead of 9·m².

    y = Aᵀ [(G w Gᵀ) ⊙ (Bᵀ x B)] A        dL/dw = Gᵀ [(Bᵀ x B) ⊙ (A dy Aᵀ)] G

and dL/dx is the convolution of dL/dy with the filters turned by 180°. Both transforms of a tile are one matrix product
with the Kronecker product of two small matrices, and the products over channels are one matrix product for each of the
(m + 2)² places. For pictures of 28 rows and more m is 4, which needs a quarter of the multiplications; for smaller
ones 2. Rounding grows: about 3e-6 of the largest number for m = 4, as small as without for m = 2.

A filter turned by 180° takes at 1/p the value that the filter takes at p. So dL/dx goes by the same G w Gᵀ, with A and
B for the reciprocal points; nothing is kept twice.
Source: Lavin and Gray 2016, "Fast algorithms for convolutional neural networks", sections 4.1 to 4.3 and 5; Barabasz et
al. 2020, "Error analysis and improving the accuracy of Winograd convolution for deep neural networks" (the points).
"""

from collections.abc import Sequence
from functools import cache, partial

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convoscope.engine.kernels.kernel import Call
from convoscope.engine.kernels.slot import Margin
from convoscope.engine.kernels.wide import rows
from convoscope.engine.kernels.wide.pixels import PixelSlot
from convoscope.engine.kernels.wide.site import Site, Sum
from convoscope.engine.kernels.wide.tiles import CACHE, Tile, cut, fill, program
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.types import Array, Shape, Sizes

Point = tuple[int, int]
POINTS: dict[int, tuple[Point, ...]] = {
    2: ((0, 1), (1, 1), (-1, 1), (1, 0)),
    4: ((0, 1), (1, 1), (-1, 1), (2, 1), (-1, 2), (1, 0)),
}
"""Where polynomials are evaluated, as numerator and denominator, by m; the last is ∞. 2 and -1/2 round a third as much
as the 2 and -2 of the paper."""
CHANNELS, ROWS, ROWS_FOR_FOUR = 32, 12, 28
"""From how many channels on it pays, from how many rows, and from how many with m = 4."""
MANY = 1 << 15
"""C · K from which on the filters' gradient is summed place by place instead of tile by tile."""


def fits(layer: Conv2d, x: Shape) -> bool:
    """3×3, stride 1, one group, many channels, a picture of some size."""
    site = Site(layer, x)
    if site.kernel != (3, 3) or site.stride != (1, 1) or site.dilation != (1, 1) or layer.groups != 1:
        return False
    large = min(x[1], layer.filters) >= CHANNELS and min(site.rows, site.columns) >= ROWS
    return large and min(site.turned_padding) >= 0


def size(site: Site) -> int:
    """m."""
    return 4 if min(site.rows, site.columns) >= ROWS_FOR_FOUR else 2


def overhang(count: Sizes, padding: Sizes, source: Sizes, m: int) -> Margin:
    """The margin that whole tiles read: the padding, and below and to the right what the last tiles hang over."""
    below, right = (-(-o // m) * m + 2 - p - s for o, p, s in zip(count, padding, source, strict=False))
    return Margin(padding[0], padding[1], max(below, 0), max(right, 0))


def margin(site: Site) -> Margin:
    return overhang((site.rows, site.columns), site.padding, (site.height, site.width), size(site))


def adjoint_margin(site: Site) -> Margin:
    return overhang((site.height, site.width), site.turned_padding, (site.rows, site.columns), size(site))


@cache
def both_axes(letter: str, m: int, dtype: np.dtype[np.floating], turned: bool = False) -> Array:
    """Aᵀ, Bᵀ or G for both axes at once. turned: for the reciprocal points."""
    points = [point[::-1] for point in POINTS[m]] if turned else POINTS[m]
    matrix = {
        "A": evaluations(points, m).T,
        "B": np.linalg.inv(evaluations(points, m + 2)).T,
        "G": evaluations(points, 3),
    }[letter]
    return np.kron(matrix, matrix).astype(dtype)


def evaluations(points: Sequence[Point], count: int) -> Array:
    """(points, count): what takes `count` coefficients to the values of their polynomial."""
    return np.array([[p**k * q ** (count - 1 - k) for k in range(count)] for p, q in points], float)


@cache
def turned_back(letter: str, m: int, dtype: np.dtype[np.floating]) -> Array:
    """The same, transposed."""
    return np.ascontiguousarray(both_axes(letter, m, dtype).T)


def transformed(m: int, w: Array) -> Array:
    """(K, C, 3, 3) filters as ((m + 2)², C, K)."""
    flat = np.ascontiguousarray(w.transpose(2, 3, 1, 0)).reshape(9, -1)
    return (both_axes("G", m, w.dtype) @ flat).reshape(-1, w.shape[1], w.shape[0])


def patches(start: Array, m: int, tile: Tile, across: int) -> Array:
    """(m + 2, m + 2, tile rows, across, C): the pixels of every tile, a view; start (rows, pixels, C)."""
    row, pixel, number = start.strides
    down = -(-(tile.stop - tile.start) // m)
    shape = (m + 2, m + 2, down, across, start.shape[2])
    return as_strided(start[tile.start :], shape, (row, pixel, m * row, m * pixel, number))


def inputs(site: Site, start: Array, m: int, tile: Tile, across: int, turned: bool = False) -> tuple[list[Call], Array]:
    """The calls that make Bᵀ x B of a tile, ((m + 2)², tiles, C), and where it stands."""
    source = patches(start, m, tile, across)
    copied = site.working("patches", tile.thread, *source.shape)
    places, count = (m + 2) ** 2, source.shape[2] * across
    made = site.working("transformed", tile.thread, places, count, source.shape[4])
    matrix = both_axes("B", m, start.dtype, turned)
    transform = partial(np.matmul, matrix, copied.reshape(places, -1), out=made.reshape(places, -1))
    return [partial(np.copyto, copied, source), transform], made


def convolve(site: Site, source: PixelSlot, padding: Sizes, filters: Array, out: PixelSlot, turned: bool) -> list[Tile]:
    """Tiles that write the convolution of a slot into another."""
    m, dtype = size(site), out.dtype
    n, height, width, k = out.cells.shape
    across, places, c = -(-width // m), (m + 2) ** 2, source.shape[1]
    start, back = source.window(padding), both_axes("A", m, dtype, turned)
    per_row = places * across * (c + k) * dtype.itemsize / m

    def tile(tile: Tile) -> list[Call]:
        calls, v = inputs(site, start[tile.n], m, tile, across, turned)
        down = v.shape[1] // across
        products = site.working("products", tile.thread, places, v.shape[1], k)
        made = site.working("outputs", tile.thread, m, m, down, across, k)
        return [
            *calls,
            partial(np.matmul, v, filters, out=products),
            partial(np.matmul, back, products.reshape(places, -1), out=made.reshape(m * m, -1)),
            *scattered(made, out.cells[tile.n], tile, m),
        ]

    return fill(cut(n, height, per_row, 1 if filters.nbytes < 4 * CACHE else 8, step=m), tile)


def scattered(made: Array, out: Array, tile: Tile, m: int) -> list[Call]:
    """The calls that put a tile's outputs (m, m, down, across, K) to their pixels."""
    part = out[tile.start : tile.stop]
    if part.shape[0] % m == 0 and part.shape[1] % m == 0:
        row, pixel, number = part.strides
        target = as_strided(part, made.shape, (row, pixel, m * row, m * pixel, number))
        return [partial(np.copyto, target, made)]
    places = [(part[p::m, q::m], made[p, q]) for p in range(m) for q in range(m)]
    return [partial(np.copyto, to, a[: to.shape[0], : to.shape[1]]) for to, a in places if to.size]


def filters_of(site: Site) -> Array:
    """G w Gᵀ, ((m + 2)², C, K)."""
    return site.packs.form("winograd", partial(transformed, size(site)))


def forward(site: Site, x: PixelSlot, y: PixelSlot) -> list[Tile]:
    """y."""
    return convolve(site, x, site.padding, filters_of(site), y, turned=False)


def data(site: Site, dy: PixelSlot, dx: PixelSlot) -> list[Call]:
    """dL/dx."""
    filters = filters_of(site).transpose(0, 2, 1)
    return program(convolve(site, dy, site.turned_padding, filters, dx, turned=True))


def weight(site: Site, x: PixelSlot, dy: PixelSlot) -> tuple[list[Call], Array]:
    """dL/dw, in the transformed domain; small pictures by plain windows."""
    if size(site) == 2:
        return rows.weight(site, x, dy)
    return by_places(site, x, dy) if site.channels * site.filters > MANY else by_tiles(site, x, dy)


def gradients(site: Site, dy: Array, m: int, tile: Tile, across: int) -> tuple[list[Call], Array]:
    """The calls that make A dy Aᵀ of a tile, ((m + 2)², tiles, K), and where it stands."""
    part, k, places = dy[tile.start : tile.stop], dy.shape[2], (m + 2) ** 2
    down = -(-part.shape[0] // m)
    gathered = site.working("outputs", tile.thread, m, m, down, across, k)
    made = site.working("products", tile.thread, places, down * across, k)
    exact = part.shape[0] % m == 0 and part.shape[1] % m == 0
    calls: list[Call] = [] if exact else [partial(gathered.fill, 0)]
    for p in range(m):
        for q in range(m):
            source = part[p::m, q::m]
            calls.append(partial(np.copyto, gathered[p, q, : source.shape[0], : source.shape[1]], source))
    calls.append(
        partial(np.matmul, turned_back("A", m, dy.dtype), gathered.reshape(m * m, -1), out=made.reshape(places, -1))
    )
    return calls, made


def back(total: Array, grad: Array, m: int) -> Call:
    """The call that makes Gᵀ · G of the sum: the gradient of the filters themselves, (9, C · K)."""
    return partial(np.matmul, turned_back("G", m, grad.dtype), total.reshape((m + 2) ** 2, -1), out=grad)


def by_tiles(site: Site, x: PixelSlot, dy: PixelSlot) -> tuple[list[Call], Array]:
    """The products of each tile, added up."""
    m, c, k = size(site), site.channels, site.filters
    across, places = -(-site.columns // m), (m + 2) ** 2
    tiles = cut(site.pictures, site.rows, places * across * (c + k) * dy.dtype.itemsize / m, 2, step=m)
    total, start = Sum(site, "weight gradient", (places, c, k), tiles), x.window(site.padding)
    grad = np.zeros((9, c * k), dy.dtype)

    def tile(tile: Tile) -> list[Call]:
        first, v = inputs(site, start[tile.n], m, tile, across)
        second, g = gradients(site, dy.cells[tile.n], m, tile, across)
        return [*first, *second, *total.add(v.transpose(0, 2, 1), g, tile)]

    calls = [*program(fill(tiles, tile)), *total.gather(), back(total.total, grad, m)]
    return calls, grad.reshape(3, 3, c, k).transpose(3, 2, 0, 1)


def by_places(site: Site, x: PixelSlot, dy: PixelSlot) -> tuple[list[Call], Array]:
    """All tiles transformed first, then one product for each place: no second total, and no adding."""
    m, c, k = size(site), site.channels, site.filters
    across, places = -(-site.columns // m), (m + 2) ** 2
    down = -(-site.rows // m)
    tiles = cut(site.pictures, site.rows, places * across * (c + k) * dy.dtype.itemsize / m, step=m)
    count = site.pictures * down * across
    vs, gs = site.working("all inputs", 0, places, count, c), site.working("all gradients", 0, places, count, k)
    start, grad = x.window(site.padding), np.zeros((9, c * k), dy.dtype)

    def tile(tile: Tile) -> list[Call]:
        first, v = inputs(site, start[tile.n], m, tile, across)
        second, g = gradients(site, dy.cells[tile.n], m, tile, across)
        at = (tile.n * down + tile.start // m) * across
        keep = [partial(np.copyto, vs[:, at : at + v.shape[1]], v), partial(np.copyto, gs[:, at : at + g.shape[1]], g)]
        return [*first, *second, *keep]

    def product(tile: Tile) -> list[Call]:
        some = vs[:, :, tile.start : tile.stop].transpose(0, 2, 1)  # a block of the channels
        total = site.working("all sums", tile.thread, places, some.shape[1], k)
        part = grad[:, tile.start * k : tile.stop * k]
        return [partial(np.matmul, some, gs, out=total), back(total, part, m)]

    blocks = fill(cut(1, c, places * k * dy.dtype.itemsize, caches=8), product)
    return [*program(fill(tiles, tile)), *program(blocks)], grad.reshape(3, 3, c, k).transpose(3, 2, 0, 1)
