"""What a name in a file stands for while it is read: numbers known already, an activation to come, or nothing.

Everything is worked out for two batch sizes at once, 2 and 3 where the batch is free: what differs between them depends
on the batch, by how much is seen from the difference, and no symbols are needed.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from convoscope.engine.errors import ConvoscopeError
from convoscope.engine.types import Array, Shape


class BatchBound(ConvoscopeError):
    """The graph only works with the batch size that it was exported with."""


class Batch(NamedTuple):
    """The two batch sizes, and the one that the file fixes (None where it leaves the batch open)."""

    low: int
    high: int
    said: int | None = None

    @property
    def free(self) -> bool:
        """Whether any batch goes."""
        return self.low != self.high

    @property
    def freed(self) -> bool:
        """Whether the file fixes a batch that is freed here."""
        return self.free and self.said is not None

    def at_said(self, shapes: "tuple[Shape, Shape]") -> Shape:
        """The shape at the batch size that the file fixes."""
        low, high = shapes
        return tuple(a + (b - a) * ((self.said or self.low) - self.low) for a, b in zip(low, high, strict=True))


@dataclass(frozen=True)
class Known:
    """Numbers that do not depend on what the network reads; `low` and `high` differ where they hold the batch size."""

    low: Array
    high: Array

    @property
    def constant(self) -> bool:
        """Whether it is the same for every batch size."""
        return self.low is self.high or (self.low.shape == self.high.shape and np.array_equal(self.low, self.high))


@dataclass(frozen=True)
class Flow:
    """An activation: the node that makes it, and its shape at both batch sizes."""

    node: str
    shapes: tuple[Shape, Shape]

    @property
    def free(self) -> tuple[int | None, ...]:
        """The shape with None where it depends on the batch."""
        return tuple(a if a == b else None for a, b in zip(*self.shapes, strict=True))

    @property
    def batched(self) -> bool:
        """Whether it has examples at all; a constant has none."""
        return self.shapes[0] != self.shapes[1]


@dataclass(frozen=True)
class Missing:
    """What waits for a node that cannot be computed. maker: the name of the node of the file that would make it."""

    maker: str


Value = Known | Flow | Missing
