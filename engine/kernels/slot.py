"""Where an activation or a gradient lives while a plan runs: batch-last, with room for the zeros a window may read.

One channel is one run of memory: `top` rows of zeros, the picture's rows, `bottom` rows of zeros. A row has `pitch`
cells: the picture's columns, then zeros, which are the right margin of this row and the left margin of the next. So
every tap of a stride-1 window is the same run of memory, only shifted, and most of the work is done on long runs.

    C channels  ×  (top + H + bottom) rows  ×  pitch columns  ×  N examples
"""

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convoscope.engine.kernels.memory import rounded
from convoscope.engine.types import Array, Shape, Sizes


class Margin(NamedTuple):
    """Zeros that a reader needs around a picture, in cells."""

    top: int = 0
    left: int = 0
    bottom: int = 0
    right: int = 0

    def with_(self, other: "Margin") -> "Margin":
        """Enough for both."""
        return Margin(*(max(a, b) for a, b in zip(self, other, strict=True)))


NO_MARGIN = Margin()


@dataclass(frozen=True)
class Room:
    """The shape of a slot: the activation's own shape, the zeros around it, and how long a row is with them.

    bare: nothing lies before and behind, for memory that belongs to another slot.
    """

    shape: Shape
    dtype: np.dtype[np.floating]
    margin: Margin = NO_MARGIN
    pitch: int = 0
    bare: bool = False

    @cached_property
    def picture(self) -> tuple[int, int, int, int]:
        """(N, C, H, W); what is no picture is read as one that is one cell wide."""
        n, *rest = self.shape if self.shape else (1,)
        if len(rest) == 3:
            return n, rest[0], rest[1], rest[2]
        return n, (rest[0] if rest else 1), prod(rest[1:]), 1

    @cached_property
    def row(self) -> int:
        """Numbers from one row to the next."""
        return max(self.pitch, self.picture[3]) * self.picture[0]

    @cached_property
    def dense(self) -> bool:
        """Whether there are no zeros between the numbers, so that it may be read as a matrix."""
        return self.margin == NO_MARGIN and self.pitch <= self.picture[3]

    @cached_property
    def plane(self) -> int:
        """Numbers from one channel to the next."""
        count = (self.margin.top + self.picture[2] + self.margin.bottom) * self.row
        return count if self.dense else rounded(count, self.dtype)

    @cached_property
    def lead(self) -> int:
        """Numbers before the first row: the margin above, and a row for a window that starts further left."""
        return 0 if self.bare or len(self.shape) != 4 else rounded((self.margin.top + 1) * self.row, self.dtype)

    @cached_property
    def size(self) -> int:
        """Numbers in all, with room for a window that wraps around at the end."""
        tail = 0 if self.bare or len(self.shape) != 4 else 2 * self.row
        return self.lead + self.picture[1] * self.plane + tail


class Slot:
    """One array in the layout of a plan. Every view of it is made here, once.

    whole: all of it, margins included, as one run; slots of equal rooms lie alike in it.
    cells: (C, H, W, N). rows: (C, H · pitch · N), each channel's rows with the zeros between them, one long run.
    gaps: (C, H, pitch − W, N), those zeros, or None. natural: the view that leaves the plan, of the array's own shape.
    """

    def __init__(self, room: Room, memory: Array) -> None:
        self.room, self.memory, self.dtype = room, memory, room.dtype
        n, c, h, w = room.picture
        pitch, item = room.row // n, room.dtype.itemsize
        self.whole = memory[: room.size]
        steps = (room.plane * item, room.row * item, n * item, item)
        inner = as_strided(memory[room.lead :], (c, h, pitch, n), steps)
        self.cells, self.gaps = inner[:, :, :w], inner[:, :, w:] if pitch > w else None
        self.rows = as_strided(memory[room.lead :], (c, h * room.row), (steps[0], item))
        self.natural = self.cells.transpose(3, 0, 1, 2) if len(room.shape) == 4 else self._natural(inner)

    def _natural(self, inner: Array) -> Array:
        shape = self.room.shape
        return np.moveaxis(inner.reshape(*shape[1:], shape[0]), -1, 0) if shape else inner.reshape(())

    @property
    def shape(self) -> Shape:
        """The activation's own shape."""
        return self.room.shape

    @property
    def matrix(self) -> Array:
        """(everything but the batch, N): a view. Only where the room is dense."""
        body = self.memory[self.room.lead : self.room.lead + self.room.picture[1] * self.room.plane]
        return body.reshape(-1, self.room.picture[0])

    def shares(self, other: "Slot") -> bool:
        """Whether both are the same memory."""
        return np.may_share_memory(self.cells, other.cells)

    def alias(self, shape: Shape) -> "Slot":
        """The same memory under another shape; only where the room is dense, and for one batch size."""
        return Slot(Room(shape, self.dtype, bare=True), self.matrix.reshape(-1))

    def taps(self, kernel: Sizes, dilation: Sizes, padding: Sizes, length: int) -> Array:
        """(C, kh, kw, length): per cell of a window, the run of memory that it meets as the window slides.

        padding: above and to the left come first. At the columns between two rows the window wraps around the
        picture; what is computed there is no number of the result, and the zeros are put back.
        """
        n, c = self.room.picture[:2]
        row, item = self.room.row, self.dtype.itemsize
        start = self.room.lead - padding[0] * row - padding[1] * n
        strides = (self.room.plane * item, dilation[0] * row * item, dilation[1] * n * item, item)
        return as_strided(self.memory[start:], (c, *kernel, length), strides)

    def shifted(self, count: int, step: int, length: int) -> Array:
        """(count, C, length): each channel's rows `count` times, each time starting `step` numbers further left."""
        item = self.dtype.itemsize
        strides = (-step * item, self.room.plane * item, item)
        return as_strided(self.memory[self.room.lead :], (count, self.room.picture[1], length), strides)


def alike(*slots: Slot) -> list[Array]:
    """The slots as runs of which equal places hold the same cell: whole where the rooms are equal, else row by row."""
    same = all(slot.room == slots[0].room for slot in slots)
    return [slot.whole if same else slot.rows for slot in slots]
