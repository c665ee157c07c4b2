"""Slots: where an activation or a gradient lives while a plan runs, whatever its layout.

Two layouts fill this in: long runs of memory, batch last (runs.py), and pixels, channels last (wide/pixels.py).
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np

from convoscope.engine.types import Array, Shape


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
    """The shape of a slot: the activation's own shape, and the zeros around it.

    clean: whether somebody reads zeros between the rows too, so that whoever writes over them has to put them back.
    """

    shape: Shape
    dtype: np.dtype[np.floating]
    margin: Margin = NO_MARGIN
    clean: bool = field(default=True, compare=False, kw_only=True)

    @cached_property
    def dense(self) -> bool:
        """Whether there are no zeros between the numbers."""
        return self.margin == NO_MARGIN

    @cached_property
    def size(self) -> int:
        """Numbers in all."""
        raise NotImplementedError


class Slot:
    """One array of a plan, with the views of it that kernels use.

    natural: of the array's own shape, as it leaves the plan. cells: rows and columns are axes 1 and 2 of four.
    rows: the cells, walked as cheaply as possible. whole: all of it, margins included, as one run; slots of equal
    rooms lie alike in it.
    """

    room: Room
    natural: Array
    cells: Array
    rows: Array
    whole: Array

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """The precision of the plan."""
        return self.room.dtype

    @property
    def shape(self) -> Shape:
        """The activation's own shape."""
        return self.room.shape

    @property
    def matrix(self) -> Array:
        """(everything but the batch, N): a view. Only of rows of numbers, or where the room is dense."""
        raise NotImplementedError

    def shares(self, other: "Slot") -> bool:
        """Whether both are the same memory."""
        return np.may_share_memory(self.whole, other.whole)

    def alias(self, shape: Shape) -> Self:
        """The same memory under another shape; only where both list the numbers in the same order."""
        raise NotImplementedError


def alike(*slots: Slot) -> list[Array]:
    """The slots as runs of which equal places hold the same cell: whole where the rooms are equal, else row by row."""
    same = all(slot.room == slots[0].room for slot in slots)
    return [slot.whole if same else slot.rows for slot in slots]
