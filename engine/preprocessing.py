"""From the pixels of a picture to the numbers that a network reads."""

from dataclasses import dataclass

import numpy as np

from convoscope.engine.types import Array, Pair


@dataclass(frozen=True)
class Preprocessing:
    """How pixels become input. Cropping and resizing are done on the picture; this is the arithmetic after them.

    Equation   x[c] = (pixel[c] / scale − mean[c]) / std[c], pixels 0 to 255
    size: (rows, columns) of the input. crop: the share of the shorter side that is kept, centred.
    channels: RGB, BGR or L.
    """

    size: Pair
    mean: tuple[float, ...]
    std: tuple[float, ...]
    scale: float = 255.0
    channels: str = "RGB"
    crop: float = 1.0

    def apply(self, pixels: Array) -> Array:
        """(C, H, W) or (N, C, H, W) uint8, RGB or grey → float32 input of the same shape."""
        ordered = pixels[..., ::-1, :, :] if self.channels == "BGR" else pixels
        mean, std = (np.array(v, np.float32)[:, None, None] for v in (self.mean, self.std))
        return ((ordered.astype(np.float32) / np.float32(self.scale) - mean) / std).astype(np.float32)
