"""Training data in the files that people have: NumPy archives, MNIST's idx files, CIFAR-10's binary batches."""

import gzip
from math import prod
from pathlib import Path

import numpy as np

from convoscope.engine.errors import FormatError
from convoscope.engine.training.data import Data, read_npz
from convoscope.engine.types import Array

IDX = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
CIFAR = (*(f"data_batch_{k}.bin" for k in range(1, 6)), "test_batch.bin")
RECORD = 1 + 3 * 32 * 32
"""Bytes of a CIFAR-10 record: the label, then the red, the green and the blue plane."""
UNSIGNED_BYTES = 8
"""The type code of idx files whose numbers are unsigned bytes."""


def read_data(path: Path) -> Data:
    """Reads an .npz file, or a folder that holds MNIST's four idx files (.gz or not) or CIFAR-10's binary batches.

    Raises FormatError that says what the folder lacks.
    """
    if not path.is_dir():
        return read_npz(path)
    for names, read in ((IDX, _mnist), (CIFAR, _cifar10)):
        found = [_file(path, name) for name in names]
        if any(found):
            missing = next((n for n, file in zip(names, found, strict=True) if file is None), None)
            if missing is not None:
                raise FormatError(f"{path.name} holds no {missing}; it needs {', '.join(names)}.")
            return read([file for file in found if file is not None])
    if (path / "data_batch_1").exists():
        raise FormatError(f"{path.name} holds CIFAR-10 as pickles, which can run code; take its binary version (.bin).")
    raise FormatError(
        f"{path.name} holds neither MNIST's idx files ({IDX[0]}, …) nor CIFAR-10's binary batches ({CIFAR[0]}, …)."
    )


def read_idx(path: Path) -> Array:
    """The array of an idx file of unsigned bytes.

    Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits", file formats: two zero bytes, the
    type, the number of axes, each axis as a big-endian 32-bit integer, the numbers.
    """
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if len(data) < 4 or data[:3] != bytes((0, 0, UNSIGNED_BYTES)):
        raise FormatError(
            f"{path.name} is no idx file of unsigned bytes: it begins with {data[:4].hex(' ') or 'nothing'}."
        )
    shape = tuple(np.frombuffer(data[4 : 4 + 4 * data[3]], ">u4").tolist())
    values = data[4 + 4 * data[3] :]
    if len(shape) != data[3] or len(values) != prod(shape):
        raise FormatError(f"{path.name} says that it holds an array of shape {shape}, but has {len(values)} numbers.")
    return np.frombuffer(values, np.uint8).reshape(shape)


def _mnist(files: list[Path]) -> Data:
    x_train, y_train, x_test, y_test = map(read_idx, files)
    return Data(x_train[:, None], y_train, x_test[:, None], y_test)


def _cifar10(files: list[Path]) -> Data:
    batches = [_records(file) for file in files]
    rows = np.concatenate(batches[:-1]), batches[-1]
    (x_train, y_train), (x_test, y_test) = ((r[:, 1:].reshape(-1, 3, 32, 32), r[:, 0]) for r in rows)
    return Data(x_train, y_train, x_test, y_test)


def _records(file: Path) -> Array:
    """Source: Krizhevsky, "The CIFAR-10 dataset", binary version."""
    data = np.frombuffer(file.read_bytes(), np.uint8)
    if data.size == 0 or data.size % RECORD:
        raise FormatError(f"{file.name} has {data.size} bytes; CIFAR-10's records have {RECORD} each.")
    return data.reshape(-1, RECORD)


def _file(folder: Path, name: str) -> Path | None:
    return next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)
