"""From the pixels of a picture to the numbers that a network reads."""

from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from convoscope.engine.errors import AttributeValueError, ShapeError, UnknownName
from convoscope.engine.types import Array, Pair

COLOURS = {"RGB": 3, "BGR": 3, "L": 1}
"""How many channels each order of channels has."""
LARGEST = 1e6
"""What mean, standard deviation and scale may be at most: pixels end at 255."""
IMAGENET_SIDE = 96
"""From so many rows and columns on, a network of colour pictures most likely learnt from ImageNet's."""

Arithmetic = tuple[float, tuple[float, ...], tuple[float, ...], str]
"""(scale, mean, std, channels)."""

PRESETS: dict[str, dict[int, Arithmetic]] = {
    "0..1": {3: (255.0, (0.0,) * 3, (1.0,) * 3, "RGB"), 1: (255.0, (0.0,), (1.0,), "L")},
    "-1..1": {3: (255.0, (0.5,) * 3, (0.5,) * 3, "RGB"), 1: (255.0, (0.5,), (0.5,), "L")},
    "imagenet": {3: (255.0, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), "RGB")},
    "mnist": {1: (255.0, (0.1307,), (0.3081,), "L")},
    "0..255": {3: (1.0, (0.0,) * 3, (1.0,) * 3, "RGB"), 1: (1.0, (0.0,), (1.0,), "L")},
    "caffe": {3: (1.0, (103.939, 116.779, 123.68), (1.0,) * 3, "BGR")},
}
"""The arithmetic that people use, by name and by number of channels.

Source: imagenet, torchvision's models; mnist, PyTorch's example; caffe, Simonyan & Zisserman 2015, 2.1, in Caffe.
"""


@dataclass(frozen=True)
class Preprocessing:
    """How pixels become input. Cropping and resizing are done on the picture; this is the arithmetic after them.

    Equation   x[c] = (pixel[c] / scale − mean[c]) / std[c], pixels 0 to 255
    size: (rows, columns) of the input. crop: the share of the shorter side that is kept. channels: RGB, BGR or L.
    place: where the crop lies, (down, across): 0 is at the top or left, 0.5 in the middle, 1 at the bottom or right.
    """

    size: Pair
    mean: tuple[float, ...]
    std: tuple[float, ...]
    scale: float = 255.0
    channels: str = "RGB"
    crop: float = 1.0
    place: tuple[float, float] = (0.5, 0.5)

    def apply(self, pixels: Array) -> Array:
        """(C, H, W) or (N, C, H, W) uint8, RGB or grey → float32 input of the same shape."""
        ordered = pixels[..., ::-1, :, :] if self.channels == "BGR" else pixels
        mean, std = (np.array(v, np.float32)[:, None, None] for v in (self.mean, self.std))
        return ((ordered.astype(np.float32) / np.float32(self.scale) - mean) / std).astype(np.float32)

    def check(self, channels: int) -> None:
        """Raises AttributeValueError where no arithmetic could be done so, ShapeError where the channels do not fit."""
        if COLOURS.get(self.channels) != channels:
            fitting = " or ".join(name for name, count in COLOURS.items() if count == channels)
            raise ShapeError(
                f"A network that reads {channels} channels takes them as {fitting or 'no picture has them'}."
            )
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) != channels:
                raise ShapeError(
                    f"{name} has {len(values)} numbers; the network reads {channels} channels, one for each."
                )
            if not all(isfinite(v) and abs(v) <= LARGEST for v in values):
                raise AttributeValueError(f"{name} holds numbers from -{LARGEST:g} to {LARGEST:g}.")
        if not all(v > 0 for v in self.std) or not 0 < self.scale <= LARGEST:
            raise AttributeValueError("std and scale are divided by: they are larger than 0.")
        if not 0 < self.crop <= 1:
            raise AttributeValueError(
                "crop is the share of the picture's shorter side that is kept: above 0, at most 1."
            )
        if len(self.place) != 2 or not all(0 <= v <= 1 for v in self.place):
            raise AttributeValueError("place says where the crop lies, down and across: two numbers from 0 to 1.")

    def like(self, name: str) -> "Preprocessing":
        """The same size and crop with the arithmetic of a preset. Raises UnknownName with those that there are."""
        channels = COLOURS.get(self.channels, len(self.mean))
        found = PRESETS.get(name, {}).get(channels)
        if found is None:
            raise UnknownName.among("preset", name, self.presets(channels))
        scale, mean, std, order = found
        return replace(self, scale=scale, mean=mean, std=std, channels=order)

    @staticmethod
    def presets(channels: int) -> list[str]:
        """The names of the presets for pictures of so many channels."""
        return [name for name, found in PRESETS.items() if channels in found]

    @classmethod
    def guessed(cls, channels: int, size: Pair) -> "Preprocessing":
        """What most networks of such an input expect: ImageNet's for large colour pictures, else 0 to 1."""
        plain = cls(size, (0.0,) * channels, (1.0,) * channels, channels="L" if channels == 1 else "RGB")
        return plain.like("imagenet") if channels == 3 and min(size) >= IMAGENET_SIDE else plain

    @property
    def preset(self) -> str:
        """The name of the preset that has this arithmetic, "" where none has."""
        said = (self.scale, self.mean, self.std, self.channels)
        return next((name for name, found in PRESETS.items() if found.get(len(self.mean)) == said), "")
