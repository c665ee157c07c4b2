"""What is seen of a closed stack of feature maps: its front, its lid and its side, at the resolution of a screen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convoscope.engine.errors import ShapeError
from convoscope.engine.types import Array

SAMPLES = 256
"""Numbers looked at per map when the liveliest one is sought."""


@dataclass(frozen=True)
class Faces:
    """Three faces of a block: the front map, the top rows and the right columns, channels from front to back.

    Shapes: front (h, w), lid (c, w), side (h, c), each axis at most as long as was asked for; a row of numbers has
    its front alone, (D,), whole.
    """

    channel: int
    front: Array
    lid: Array | None = None
    side: Array | None = None


def faces_of(activation: Array, channel: int, most: int) -> Faces:
    """The faces of one activation with this channel in front, no axis longer than `most`.

    Equation: a cell is the mean of a block of ⌈n / most⌉ cells along each axis, of fewer at the end; where no axis is
    longer than `most`, cells are the activation's own numbers.
    Shapes: (..., H, W) with its leading axes as channels, or (D,).
    Raises ShapeError for a channel that is not there and for a resolution below one cell.
    """
    if most < 1:
        raise ShapeError(f"A face has at least one cell along each axis, not {most}.")
    if activation.ndim == 1:
        return Faces(0, activation)
    maps = activation.reshape(-1, *activation.shape[-2:])
    if not 0 <= channel < len(maps):
        raise ShapeError(f"Channel {channel} cannot be in front: there are {len(maps)}, from 0.")
    order = np.roll(np.arange(len(maps)), -channel)
    lid, side = maps[order, 0, :], maps[order, :, -1].T
    return Faces(channel, *(shrunk(face, most) for face in (maps[channel], lid, side)))


def shrunk(face: Array, most: int) -> Array:
    """The means of blocks of a map, so that neither axis is longer than `most`.

    Shapes: (..., h, w) to (..., ⌈h / b⌉, ⌈w / b'⌉) with b = ⌈h / most⌉, b' = ⌈w / most⌉.
    """
    for axis in (face.ndim - 2, face.ndim - 1):
        length = face.shape[axis]
        block = -(-length // most)
        if block > 1:
            starts = np.arange(0, length, block)
            counts = np.minimum(block, length - starts).astype(face.dtype)
            shape = [1] * face.ndim
            shape[axis] = len(starts)
            with np.errstate(invalid="ignore", over="ignore"):
                face = np.add.reduceat(face, starts, axis=axis) / counts.reshape(shape)
    return face


def liveliest(activations: Sequence[Array]) -> int:
    """The channel with the most to see in all of these at once, so that layers that follow each other show the same.

    Equation: argmax over c of the least, over the activations, of std(c) / the largest std of that activation; each
    standard deviation is of about 256 of the map's finite numbers. Activations without maps are left out.
    """
    stacks = [a.reshape(-1, a.shape[-2] * a.shape[-1]) for a in activations if a.ndim > 1]
    if not stacks:
        return 0
    count = min(len(stack) for stack in stacks)
    scores = np.ones(count)
    for stack in stacks:
        sample = stack[:count, :: max(1, stack.shape[1] // SAMPLES)]
        spread = np.where(np.isfinite(sample), sample, 0).std(axis=1, dtype=np.float64)
        scores = np.minimum(scores, spread / (spread.max() or 1))
    return int(scores.argmax())
