"""Where a convolution stands: its numbers, its weights in every form that is needed, and sums over tiles."""

from collections.abc import Callable, Sequence
from functools import partial
from math import prod

import numpy as np

from convoscope.engine.kernels.kernel import Call, Weights
from convoscope.engine.kernels.memory import Scratch
from convoscope.engine.kernels.wide.tiles import Tile
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.types import Array, Params, Shape, Sizes


class Packs(Weights):
    """The filters in the forms that algorithms multiply by."""

    layer: Conv2d

    def __init__(self, layer: Conv2d, x_shapes: Sequence[Shape], dtype: np.dtype[np.floating], params: Params) -> None:
        super().__init__(layer, x_shapes, dtype, params)
        self.bias = self.plain("bias") if layer.bias else np.zeros(layer.filters, dtype)
        self._forms: dict[str, tuple[Array, Callable[[Array], Array]]] = {}

    @property
    def weight(self) -> Array:
        """(K, C / groups, kh, kw)."""
        return self.plain("weight")

    def refresh(self) -> None:
        if self.layer.bias and not np.may_share_memory(self.bias, self.params["bias"]):
            np.copyto(self.bias, self.params["bias"])
        for array, make in self._forms.values():
            np.copyto(array, make(self.weight))

    def form(self, name: str, make: Callable[[Array], Array]) -> Array:
        """The filters as `make` arranges them; made once, and anew with every refresh."""
        if name not in self._forms:
            self._forms[name] = np.ascontiguousarray(make(self.weight)), make
        return self._forms[name][0]


class Site:
    """A convolution on inputs of one shape."""

    def __init__(self, layer: Conv2d, x: Shape, packs: Packs | None = None, scratch: Scratch | None = None) -> None:
        self.layer, self.slide = layer, layer.slide(x)
        self.pictures, self.channels, self.height, self.width = x
        _, self.filters, self.rows, self.columns = layer.output_shape(x)
        self.kernel, self.stride, self.dilation = self.slide.kernel, self.slide.stride, self.slide.dilation
        self.padding = self.slide.padding
        if packs is not None and scratch is not None:
            self.packs, self.scratch = packs, scratch

    @property
    def turned_padding(self) -> Sizes:
        """The padding with which dL/dy is convolved to get dL/dx, where the stride is 1."""
        reach = [(k - 1) * d for k, d in zip(self.kernel, self.dilation, strict=True)]
        return tuple(r - p for r, p in zip(reach + reach, self.padding, strict=True))

    def working(self, name: str, thread: int, *shape: int) -> Array:
        """Working memory of one thread, without gaps: one piece for all convolutions of a frame."""
        count = prod(shape)
        size = 1 << max(count - 1, 1).bit_length()
        return self.scratch.flat(f"{name} {thread}", size)[:count].reshape(shape)


def turned(w: Array) -> Array:
    """The filters turned by 180°, with inputs and outputs exchanged: what dL/dy is convolved with."""
    return w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)


class Sum:
    """A sum of products over tiles: a running total for each thread, which `gather` adds up in order."""

    def __init__(self, site: Site, name: str, shape: Sizes, tiles: Sequence[Tile]) -> None:
        self.site, self.name = site, name
        workers = 1 + max(tile.thread for tile in tiles)
        self.totals = [np.zeros(shape, site.packs.dtype) for _ in range(workers)]
        self.total = self.totals[0]

    def add(self, a: Array, b: Array, tile: Tile) -> list[Call]:
        """The calls that add the product a · b of a tile; the first of each thread need not add."""
        into = self.totals[tile.thread]
        if tile.first:
            return [partial(np.matmul, a, b, out=into)]
        part = self.site.working(self.name, tile.thread, *into.shape)
        return [partial(np.matmul, a, b, out=part), partial(np.add, into, part, out=into)]

    def gather(self) -> list[Call]:
        """To be called after the tiles: the sum stands in `total`."""
        return [partial(np.add, self.total, other, out=self.total) for other in self.totals[1:]]
