"""The two ways in which a plan lays out memory, and the kernels of each.

Narrow networks, and batches, go batch-last in long runs (slot.py). A wide network goes channels-last (wide/).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from convoscope.engine.kernels.conv_columns import ConvColumns
from convoscope.engine.kernels.dense import DenseKernel
from convoscope.engine.kernels.flatten import FlattenKernel
from convoscope.engine.kernels.kernel import Kernel
from convoscope.engine.kernels.max_pool import MaxPoolKernel
from convoscope.engine.kernels.plain import PlainKernel
from convoscope.engine.kernels.relu import ReLUKernel
from convoscope.engine.kernels.runs import RunRoom, RunSlot
from convoscope.engine.kernels.slot import Margin, Room, Slot
from convoscope.engine.kernels.softmax import SoftmaxKernel
from convoscope.engine.kernels.wide.conv import WideConv
from convoscope.engine.kernels.wide.elementwise import WideAdd, WideBatchNorm, WideClip, WideReLU
from convoscope.engine.kernels.wide.pixels import PixelRoom, PixelSlot
from convoscope.engine.kernels.wide.reshaping import WideFlatten, WideGlobalAveragePool
from convoscope.engine.layer import Layer
from convoscope.engine.types import Array, Shape

if TYPE_CHECKING:
    from convoscope.engine.network import Network

WIDE, MANY = 32, 16
"""Channels of the convolutions that do most of the work from which on a network is wide; examples in a batch that go
batch-last all the same."""


AnyKernel = Kernel[Any]


@dataclass(frozen=True)
class Layout:
    """A way to lay out memory. wide: channels last. kernels: the first in the list that fits a layer runs it."""

    wide: bool
    kernels: tuple[type[AnyKernel], ...]

    def choose(self, layer: Layer, *x_shapes: Shape) -> type[AnyKernel]:
        """The kernel for this layer on inputs of these shapes; the plain layer where none fits."""
        fitting = (k for k in self.kernels if isinstance(layer, k.layers) and k.fits(layer, *x_shapes))
        return next(fitting, PlainKernel)

    def room(self, shape: Shape, dtype: np.dtype[np.floating], margin: Margin, pitch: int) -> Room:
        """Room for an array of this shape with these zeros around it."""
        return PixelRoom(shape, dtype, margin) if self.wide else RunRoom(shape, dtype, margin, pitch)

    def slot(self, room: Room, memory: Array) -> Slot:
        """A slot in this memory."""
        if isinstance(room, PixelRoom):
            return PixelSlot(room, memory)
        assert isinstance(room, RunRoom)
        return RunSlot(room, memory)


NARROW = Layout(
    wide=False,
    kernels=(ConvColumns, ReLUKernel, MaxPoolKernel, FlattenKernel, DenseKernel, SoftmaxKernel),
)
CHANNELS_LAST = Layout(
    wide=True,
    kernels=(
        WideConv,
        WideReLU,
        WideClip,
        WideAdd,
        WideBatchNorm,
        WideFlatten,
        WideGlobalAveragePool,
        MaxPoolKernel,
        DenseKernel,
        SoftmaxKernel,
    ),
)


def layout_for(network: "Network", shapes: Mapping[str, Shape]) -> Layout:
    """Channels last where most multiplications are done in convolutions of many channels, a few pictures at a time."""
    work = [(node.layer.macs(*(shapes[i] for i in node.inputs)), shapes[node.name]) for node in network.nodes]
    convolved = [(macs, y[1]) for macs, y in work if macs and len(y) == 4]
    wide = sum(macs for macs, channels in convolved if channels >= WIDE)
    few = all(y[0] < MANY for _, y in work if len(y) == 4)
    return CHANNELS_LAST if few and 2 * wide > sum(macs for macs, _ in convolved) > 0 else NARROW
