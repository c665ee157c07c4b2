"""Where an activation or a gradient of a wide network lives: pixel after pixel, each with all of its channels.

    N examples  ×  (top + H + bottom) rows  ×  (left + W + right) pixels  ×  C channels

The zeros around a picture are as many as its readers need. What is no picture stands in its own order.
"""

from dataclasses import dataclass
from functools import cached_property
from math import prod

from convoscope.engine.kernels.slot import Room, Slot
from convoscope.engine.types import Array, Shape


@dataclass(frozen=True)
class PixelRoom(Room):
    """Room with the zeros around each picture."""

    @cached_property
    def padded(self) -> Shape:
        """(N, rows, pixels, C) with margins; the own shape of what is no picture."""
        if len(self.shape) != 4:
            return self.shape
        (n, c, h, w), (top, left, bottom, right) = self.shape, self.margin
        return n, top + h + bottom, left + w + right, c

    @cached_property
    def size(self) -> int:
        """Numbers in all."""
        return prod(self.padded)


class PixelSlot(Slot):
    """One array as pixels.

    cells: (N, H, W, C); the array itself where it is no picture. padded: (N, rows, pixels, C) with margins.
    """

    room: PixelRoom

    def __init__(self, room: PixelRoom, memory: Array) -> None:
        self.room, self.memory = room, memory
        self.whole = memory[: room.size]
        self.padded = self.whole.reshape(room.padded)
        if len(room.shape) == 4:
            (_, _, h, w), (top, left, _, _) = room.shape, room.margin
            self.cells = self.padded[:, top : top + h, left : left + w]
            self.natural = self.cells.transpose(0, 3, 1, 2)
        else:
            self.cells = self.natural = self.padded
        self.rows = self.cells

    @property
    def matrix(self) -> Array:
        return self.whole.reshape(self.shape[0], -1).T

    def alias(self, shape: Shape) -> "PixelSlot":
        return PixelSlot(PixelRoom(shape, self.dtype), self.whole)

    def window(self, padding: tuple[int, ...]) -> Array:
        """The padded pictures from where the first window of a convolution starts: above and to the left come first."""
        top, left, *_ = self.room.margin
        return self.padded[:, top - padding[0] :, left - padding[1] :]
