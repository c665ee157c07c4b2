"""A picture as the server keeps it, and what is made of it: a preview, and the input of a network."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convoscope.engine import Preprocessing
from convoscope.server.store import content_id


class Crop(NamedTuple):
    """The rectangle of a picture that a network sees, in the picture's pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels with what is known about them.

    content: the content id. read: gives the pixels, red green blue, row by row; called once, when they are needed.
    label: the class of CIFAR-10 that it shows, where that is known.
    """

    content: str
    width: int
    height: int
    read: Callable[[], bytes] = field(repr=False)
    title: str
    kind: Literal["photo", "drawn", "upload"]
    label: str | None = None
    animated: bool = False

    @cached_property
    def pixels(self) -> bytes:
        """The pixels, three bytes each."""
        return self.read()

    @cached_property
    def grey(self) -> bool:
        """Whether red, green and blue are the same in every pixel."""
        return self.pixels[0::3] == self.pixels[1::3] == self.pixels[2::3]

    @property
    def private(self) -> bool:
        """Whether only the browser that sent it may keep what is made of it."""
        return self.kind == "upload"

    def image(self) -> Any:
        """The pixels as a Pillow image."""
        from PIL import Image

        return Image.frombytes("RGB", (self.width, self.height), self.pixels)


def uploaded(width: int, height: int, pixels: bytes, animated: bool) -> Picture:
    """An upload; equal pixels have equal ids, whatever file they came in."""
    content = content_id(f"{width}x{height}".encode(), pixels)
    return Picture(content, width, height, lambda: pixels, "Your picture", "upload", animated=animated)


def preview(picture: Picture, side: int) -> bytes:
    """The picture as PNG, shrunk until its longer side is at most `side`."""
    image = picture.image()
    image.thumbnail((side, side))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()


def network_input(picture: Picture, how: Preprocessing) -> tuple[NDArray[np.float32], Crop]:
    """The picture as a network reads it, (C, H, W), and the part of the picture that it is.

    The largest part with the input's proportions (of it, the share `how.crop`, at `how.place`), brought to its size
    by Pillow's bilinear filter, which averages over the source pixels when it shrinks (as torchvision's Resize does);
    then the network's arithmetic.
    """
    from PIL import Image

    rows, columns = how.size
    crop = centred(picture.width, picture.height, rows, columns, how.crop, how.place)
    image = picture.image().crop((crop.x, crop.y, crop.x + crop.width, crop.y + crop.height))
    image = image.resize((columns, rows), Image.Resampling.BILINEAR)
    pixels = np.asarray(image.convert("L" if how.channels == "L" else "RGB"))
    return how.apply(np.atleast_3d(pixels).transpose(2, 0, 1)), crop


def conversions(picture: Picture, how: Preprocessing) -> list[str]:
    """What a picture loses or gains on its way into a network, besides the crop, as sentences."""
    (rows, columns), (width, height) = how.size, (picture.width, picture.height)
    said = []
    if how.channels == "L" and not picture.grey:
        said.append("The network reads grey: each pixel is 0.299 red + 0.587 green + 0.114 blue.")
    if how.channels != "L" and picture.grey:
        said.append("The picture is grey: its one number a pixel stands for red, green and blue.")
    if width < columns or height < rows:
        said.append(f"The picture is small, {width} × {height} pixels: it is enlarged to what the network reads.")
    return said


def centred(
    width: int, height: int, rows: int, columns: int, share: float, place: tuple[float, float] = (0.5, 0.5)
) -> Crop:
    """The largest rectangle of the proportions columns : rows, times `share`; centred, unless `place` moves it."""
    scale = min(width / columns, height / rows) * share
    w, h = max(round(columns * scale), 1), max(round(rows * scale), 1)
    down, across = place
    return Crop(int((width - w) * across), int((height - h) * down), w, h)
