"""Convolution in a wide network: which algorithm fits its shapes, and what all of them share.

An algorithm says three things: tiles that make the output, calls that make dL/dx, and calls that make dL/dw. The bias
is added to each tile while it is in the cache, and layers that follow pass over it there too.
"""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Call, Kernel
from convoscope.engine.kernels.slot import Margin
from convoscope.engine.kernels.wide import depthwise, pointwise, rows, stem, winograd
from convoscope.engine.kernels.wide.elementwise import Elementwise
from convoscope.engine.kernels.wide.pixels import PixelSlot
from convoscope.engine.kernels.wide.site import Packs, Site
from convoscope.engine.kernels.wide.tiles import Tile, fill, program
from convoscope.engine.layer import Layer
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.types import Array, Shape


class Algorithm(Protocol):
    """One way to convolve; a module of this folder."""

    def margin(self, site: Site) -> Margin:
        """Zeros that the forward pass reads around x."""
        ...

    def adjoint_margin(self, site: Site) -> Margin:
        """Zeros that dL/dx reads around dy."""
        ...

    def forward(self, site: Site, x: PixelSlot, y: PixelSlot) -> list[Tile]:
        """Tiles whose calls write y, without the bias."""
        ...

    def data(self, site: Site, dy: PixelSlot, dx: PixelSlot) -> list[Call]:
        """The calls that make dL/dx."""
        ...

    def weight(self, site: Site, x: PixelSlot, dy: PixelSlot) -> tuple[list[Call], Array]:
        """The calls that make dL/dw, and where it will stand."""
        ...


def algorithm(layer: Conv2d, x: Shape) -> Algorithm | None:
    """What runs a convolution of these shapes fastest; None for what no algorithm here can do."""
    for module in (pointwise, depthwise, stem, winograd, rows):
        if module.fits(layer, x):
            return module
    return None


class WideConv(Kernel[PixelSlot]):
    """Conv2d with one group, or one for each channel."""

    layers = (Conv2d,)
    layer: Conv2d
    weights = Packs
    packed: Packs

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        assert isinstance(layer, Conv2d)
        return len(layer.kernel) == 2 and algorithm(layer, x_shapes[0]) is not None

    @classmethod
    def margin(cls, layer: Layer, *x_shapes: Shape) -> Margin:
        way, site = cls._way(layer, x_shapes[0])
        return way.margin(site)

    @classmethod
    def adjoint_margin(cls, layer: Layer, *x_shapes: Shape) -> Margin:
        way, site = cls._way(layer, x_shapes[0])
        return way.adjoint_margin(site)

    @staticmethod
    def _way(layer: Layer, x: Shape) -> tuple[Algorithm, Site]:
        assert isinstance(layer, Conv2d)
        way = algorithm(layer, x)
        assert way is not None
        return way, Site(layer, x)

    def prepare(self) -> list[Call]:
        self.way, _ = self._way(self.layer, self.xs[0].shape)
        self.site = Site(self.layer, self.xs[0].shape, self.packed, self.scratch)
        self.tiles = self.way.forward(self.site, self.xs[0], self.y)
        if self.layer.bias:
            fill(self.tiles, self._add_bias)
        return []

    def _add_bias(self, tile: Tile) -> list[Call]:
        part = self.y.cells[tile.n, tile.start : tile.stop]
        return [partial(np.add, part, self.packed.bias, out=part)]

    def host(self, follower: Elementwise) -> None:
        """Lets a layer pass over each tile right behind this one."""
        fill(self.tiles, follower.forward_tile)

    def finish(self) -> list[Call]:
        return program(self.tiles)

    def adjoint(self, dy: PixelSlot, dxs: Sequence[PixelSlot | None]) -> Adjoint:
        (dx,) = dxs
        calls, weight = self.way.weight(self.site, self.xs[0], dy)
        grads = {"weight": weight}
        if self.layer.bias:
            grads["bias"] = np.zeros(self.layer.filters, dy.dtype)
            calls = [partial(np.add.reduce, dy.cells, (0, 1, 2), out=grads["bias"]), *calls]
        return Adjoint(calls + (self.way.data(self.site, dy, dx) if dx is not None else []), grads)
