"""Memory in long runs: batch last, with room for the zeros that a window may read.

One channel is one run of memory: `top` rows of zeros, the picture's rows, `bottom` rows of zeros. A row has `pitch`
cells: the picture's columns, then zeros, which are the right margin of this row and the left margin of the next. So
every tap of a stride-1 window is the same run of memory, only shifted, and most of the work is done on long runs.

    C channels  ×  (top + H + bottom) rows  ×  pitch columns  ×  N examples
"""

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convoscope.engine.kernels.memory import rounded
from convoscope.engine.kernels.slot import NO_MARGIN, Room, Slot
from convoscope.engine.types import Array, Shape, Sizes


@dataclass(frozen=True)
class RunRoom(Room):
    """The shape of a slot: the activation's own shape, the zeros around it, and how long a row is with them.

    bare: nothing lies before and behind, for memory that belongs to another slot.
    """

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


class RunSlot(Slot):
    """One array in long runs.

    cells: (C, H, W, N). rows: (C, H · pitch · N), each channel's rows with the zeros between them, one long run.
    gaps: (C, H, pitch − W, N), those zeros, or None where there are none that matter.
    """

    room: RunRoom

    def __init__(self, room: RunRoom, memory: Array) -> None:
        self.room, self.memory = room, memory
        n, c, h, w = room.picture
        pitch, item = room.row // n, room.dtype.itemsize
        self.whole = memory[: room.size]
        steps = (room.plane * item, room.row * item, n * item, item)
        inner = as_strided(memory[room.lead :], (c, h, pitch, n), steps)
        self.cells, self.gaps = inner[:, :, :w], inner[:, :, w:] if pitch > w and room.clean else None
        self.rows = as_strided(memory[room.lead :], (c, h * room.row), (steps[0], item))
        self.natural = self.cells.transpose(3, 0, 1, 2) if len(room.shape) == 4 else self._natural(inner)

    def _natural(self, inner: Array) -> Array:
        shape = self.room.shape
        return np.moveaxis(inner.reshape(*shape[1:], shape[0]), -1, 0) if shape else inner.reshape(())

    @property
    def matrix(self) -> Array:
        body = self.memory[self.room.lead : self.room.lead + self.room.picture[1] * self.room.plane]
        return body.reshape(-1, self.room.picture[0])

    def alias(self, shape: Shape) -> "RunSlot":
        return RunSlot(RunRoom(shape, self.dtype, bare=True), self.matrix.reshape(-1))

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
