"""Where an activation or a gradient lives while a plan runs: batch-last, with room for the zeros a window may read.

One channel is one run of memory: `top` rows of zeros, the picture's rows, `bottom` rows of zeros. A row has `pitch`
cells: the picture's columns, then zeros, which are the right margin of this row and the left margin of the next. So
every tap of a stride-1 window is the same run of memory, only shifted, and most of the work is done on long runs.

    C channels  ×  (top + H + bottom) rows  ×  pitch columns  ×  N examples
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convoscope.engine.types import Array, Shape, Sizes

ALIGNMENT = 64
"""Bytes: a cache line, and the widest vector there is."""


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
    """The shape of a slot: the activation's own shape, and the zeros around it."""

    shape: Shape
    margin: Margin = NO_MARGIN
    pitch: int = 0

    @property
    def picture(self) -> tuple[int, int, int, int]:
        """(N, C, H, W); what is no picture is read as one that is one cell wide."""
        n, *rest = self.shape if self.shape else (1,)
        if len(rest) == 3:
            return n, rest[0], rest[1], rest[2]
        return n, (rest[0] if rest else 1), prod(rest[1:]), 1


class Slot:
    """One array in the layout of a plan. Every view of it is made here, once.

    cells: (C, H, W, N). rows: (C, H · pitch · N), each channel's rows with the zeros between them, one long run.
    gaps: (C, H, pitch − W, N), those zeros, or None. natural: the view that leaves the plan, of the array's own shape.
    """

    def __init__(self, room: Room, dtype: object, memory: Array | None = None) -> None:
        self.room, self.dtype = room, np.dtype(dtype)  # type: ignore[call-overload]
        n, c, h, w = room.picture
        pitch, (top, _, bottom, _) = max(room.pitch, w), room.margin
        self.plane, self.pitch = (top + h + bottom) * pitch * n, pitch
        spare = 2 * pitch * n if len(room.shape) == 4 else 0  # a window that wraps around may read past the end
        self.start = spare + top * pitch * n
        self.memory = aligned(2 * spare + c * self.plane, self.dtype) if memory is None else memory
        self.body = self.memory[spare : spare + c * self.plane] if memory is None else memory
        inner = self.body.reshape(c, top + h + bottom, pitch, n)[:, top : top + h]
        self.cells = inner[:, :, :w]
        self.gaps = inner[:, :, w:] if pitch > w else None
        self.rows = self.body.reshape(c, self.plane)[:, top * pitch * n : (top + h) * pitch * n]
        self.natural = self.cells.transpose(3, 0, 1, 2) if len(room.shape) == 4 else self._natural(inner)

    def _natural(self, inner: Array) -> Array:
        shape = self.room.shape
        return np.moveaxis(inner.reshape(*shape[1:], shape[0]), -1, 0) if shape else inner.reshape(())

    @property
    def shape(self) -> Shape:
        """The activation's own shape."""
        return self.room.shape

    @property
    def dense(self) -> bool:
        """Whether there are no zeros between the numbers, so that it may be read as a matrix."""
        return self.rows.size == self.body.size and self.gaps is None

    @property
    def matrix(self) -> Array:
        """(everything but the batch, N): a view. Only where `dense`."""
        return self.body.reshape(-1, self.room.picture[0])

    def shares(self, other: "Slot") -> bool:
        """Whether both are the same memory."""
        return np.may_share_memory(self.body, other.body)

    def alias(self, shape: Shape) -> "Slot":
        """The same memory under another shape; only where `dense`, and for one batch size."""
        return Slot(Room(shape), self.dtype, self.body)

    def runs(self, rows: int, dilation: int, padding: Sizes, length: int) -> Array:
        """(C, rows, length): per row of a window, the run of memory that its first column meets as the window slides.

        padding: above and to the left come first. At the columns between two rows the window wraps around the
        picture; what is computed there is no number of the result, and the zeros are put back.
        """
        n, c = self.room.picture[:2]
        row, item = self.pitch * n, self.dtype.itemsize
        start = self.start - padding[0] * row - padding[1] * n
        strides = (self.plane * item, dilation * row * item, item)
        return as_strided(self.memory[start:], (c, rows, length), strides)

    def shifted(self, count: int, step: int, length: int) -> Array:
        """(count, C, length): each channel's rows `count` times, each time starting `step` numbers further left."""
        item = self.dtype.itemsize
        strides = (-step * item, self.plane * item, item)
        return as_strided(self.memory[self.start :], (count, self.room.picture[1], length), strides)

    def put_zeros_back(self) -> None:
        """Clears the columns between the rows, after a kernel has written over them."""
        if self.gaps is not None:
            self.gaps.fill(0)


def aligned(count: int, dtype: np.dtype[np.floating]) -> Array:
    """`count` zeros that start at a multiple of ALIGNMENT: the same code then adds in the same order everywhere."""
    spare = ALIGNMENT // dtype.itemsize
    memory = np.zeros(count + spare, dtype)
    skip = -(memory.ctypes.data // dtype.itemsize) % spare
    return memory[skip : skip + count]
