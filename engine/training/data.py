"""Pictures with labels, and the order in which a training sees them: a function of seed and epoch alone."""

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from convoscope.engine.errors import FormatError
from convoscope.engine.layers.resize import Resize
from convoscope.engine.types import Array, Pair, Shape

PARTS = ("x_train", "y_train", "x_test", "y_test")


@dataclass(frozen=True, eq=False)
class Data:
    """Training and test pictures, uint8 (N, C, H, W), with integer labels (N). Raises FormatError for anything else.

    classes: the names of the labels where the data have their own; else they are the network's.
    """

    x_train: Array = field(repr=False)
    y_train: Array = field(repr=False)
    x_test: Array = field(repr=False)
    y_test: Array = field(repr=False)
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for x, y in (("x_train", "y_train"), ("x_test", "y_test")):
            _check(x, getattr(self, x), y, getattr(self, y))
        if self.x_train.shape[1:] != self.x_test.shape[1:]:
            raise FormatError(
                f"x_train holds pictures of shape {self.x_train.shape[1:]}, x_test of {self.x_test.shape[1:]}; "
                "both must be the same."
            )

    @cached_property
    def sha256(self) -> str:
        """A name for the content: SHA-256 over the four arrays' shapes and bytes, in order."""
        digest = hashlib.sha256()
        for name in PARTS:
            array = np.ascontiguousarray(getattr(self, name), np.uint8 if name[0] == "x" else np.int64)
            digest.update(f"{name}{array.shape}".encode())
            digest.update(array.data)
        return digest.hexdigest()

    def fit(self, input_shape: Shape, classes: int) -> None:
        """Raises FormatError unless a network with this input and so many classes can learn from it.

        Pictures may be smaller by a whole factor: they are enlarged.
        """
        (c, *size), (channels, *wanted) = self.x_train.shape[1:], input_shape
        factors = {b / a for a, b in zip(size, wanted, strict=True)}
        if c != channels or len(factors) > 1 or not min(factors).is_integer() or min(factors) < 1:
            raise FormatError(f"The pictures have shape {self.x_train.shape[1:]}; the network reads {input_shape}.")
        highest = int(max(self.y_train.max(), self.y_test.max()))
        if highest >= classes:
            raise FormatError(f"A label is {highest}; the network has {classes} classes, 0 to {classes - 1}.")


def read_npz(path: Path) -> Data:
    """Reads x_train, y_train, x_test, y_test from a NumPy archive. Raises FormatError when they are not there."""
    try:
        with path.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            held = dict(archive) if isinstance(archive, np.lib.npyio.NpzFile) else {}
    except OSError as e:
        raise FormatError(f"{path.name} cannot be read: {e.strerror or e}.") from e
    except (EOFError, ValueError, zipfile.BadZipFile) as e:
        raise FormatError(f"{path.name} is no NumPy archive (.npz) of plain arrays.") from e
    missing = [name for name in PARTS if name not in held]
    if missing:
        raise FormatError(f"{path.name} holds no {missing[0]!r}; a data file holds {', '.join(PARTS)}.")
    x_train, y_train, x_test, y_test = (held[name] for name in PARTS)
    return Data(x_train, y_train, x_test, y_test)


def enlarged(pictures: Array, size: Pair) -> Array:
    """(N, C, H, W) uint8 → (N, C, *size) uint8, bilinear between the cells' centres."""
    if pictures.shape[2:] == tuple(size):
        return pictures
    y, _ = Resize(sizes=tuple(size), mode="linear").forward({}, pictures.astype(np.float32))
    return np.rint(y).astype(np.uint8)


def batches(count: int, size: int, seed: int, epoch: int) -> Iterator[tuple[Array, Array]]:
    """For each batch of an epoch: which examples, and three random numbers in [0, 1) for each of them.

    Every epoch sees every example once, in a fresh order; the last `count % size` of it are left out.
    """
    rng = np.random.default_rng((seed, epoch))
    order, draws = rng.permutation(count), rng.random((count, 3), np.float32)
    for start in range(0, count - size + 1, size):
        yield order[start : start + size], draws[start : start + size]


def _check(x_name: str, x: Array, y_name: str, y: Array) -> None:
    if x.ndim != 4 or x.dtype != np.uint8 or len(x) == 0:
        raise FormatError(f"{x_name} is {x.dtype} of shape {x.shape}; it must be uint8 of shape (N, C, H, W), N ≥ 1.")
    if y.shape != x.shape[:1] or y.dtype.kind not in "iu":
        raise FormatError(f"{y_name} is {y.dtype} of shape {y.shape}; it must be integers of shape ({len(x)},).")
    if int(y.min()) < 0:
        raise FormatError(f"{y_name} holds the label {int(y.min())}; labels count from 0.")
