"""A folder of class folders of pictures as training data: `FOLDER/train/cat/1.jpg`, or `FOLDER/cat/1.jpg`."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from convoscope import engine
from convoscope.engine import Preprocessing
from convoscope.engine.training import Data
from convoscope.server.pictures import centred

TEST_SHARE = 6
"""Where there is no folder `test`, one picture in so many is kept for the test, chosen by a hash of its name."""

Array = NDArray[np.uint8]
Part = tuple[list[Array], list[int]]


def is_class_folder(path: Path) -> bool:
    """Whether the folder holds folders."""
    return path.is_dir() and any(_folders(path))


def read_pictures(path: Path, how: Preprocessing, labels: tuple[str, ...]) -> Data:
    """Every picture below `path`, cropped and resized as the network reads pictures, with its folder as its label.

    Folders named like the network's classes keep their numbers; other names are numbered in the order of the alphabet.
    Raises FormatError for a file that is no picture, and for a folder that no class is left for.
    """
    split = (path / "train").is_dir() and (path / "test").is_dir()
    folders = _folders(path / "train" if split else path)
    names = [f.name for f in folders]
    order = labels if set(names) <= set(labels) else tuple(names)
    if len(order) > len(labels):
        raise engine.errors.FormatError(f"{path.name} holds {len(order)} classes; the network has {len(labels)}.")
    parts: dict[str, Part] = {"train": ([], []), "test": ([], [])}
    for name in names:
        for place in ("train", "test") if split else ("",):
            for file in sorted((path / place / name).rglob("*")):
                if file.is_file() and not file.name.startswith("."):
                    pixels, numbers = parts[place or _part(file.relative_to(path))]
                    pixels.append(_pixels(file, how))
                    numbers.append(order.index(name))
    for part, (pixels, _) in parts.items():
        if not pixels:
            raise engine.errors.FormatError(
                f"{path.name} has no picture for the {'training' if part == 'train' else part}."
            )
    (x_train, y_train), (x_test, y_test) = ((np.stack(x), np.array(y, np.int64)) for x, y in parts.values())
    return Data(x_train, y_train, x_test, y_test, classes=order)


def _folders(path: Path) -> list[Path]:
    return sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith("."))


def _part(name: Path) -> str:
    return "test" if hashlib.sha256(name.as_posix().encode()).digest()[0] % TEST_SHARE == 0 else "train"


def _pixels(file: Path, how: Preprocessing) -> Array:
    """(C, H, W) uint8."""
    rows, columns = how.size
    try:
        with Image.open(file) as image:
            whole = image.convert("L" if how.channels == "L" else "RGB")
    except (UnidentifiedImageError, OSError, ValueError) as e:
        raise engine.errors.FormatError(f"{file.parent.name}/{file.name} is no picture that can be read.") from e
    crop = centred(whole.width, whole.height, rows, columns, how.crop)
    part = whole.crop((crop.x, crop.y, crop.x + crop.width, crop.y + crop.height))
    return np.atleast_3d(np.asarray(part.resize((columns, rows), Image.Resampling.BILINEAR))).transpose(2, 0, 1)
