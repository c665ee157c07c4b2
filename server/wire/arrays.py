"""Arrays as safetensors, as JSON, and as plain lists."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from convoscope.engine.formats.safetensors import pack
from convoscope.server.wire.base import Wire

Array = NDArray[Any]


class ArrayView(Wire):
    dtype: str
    shape: list[int]
    values: list[float]


class ArraysView(Wire):
    """Arrays as JSON, for small scripts: `numpy.array(values, float).reshape(shape)`."""

    metadata: dict[str, str]
    arrays: dict[str, ArrayView]


def safetensors(arrays: Mapping[str, Array], metadata: Mapping[str, str]) -> bytes:
    """The arrays as safetensors, bit for bit. Equal arrays make equal bytes."""
    assert len(metadata) <= 1, "the library writes several entries in any order"
    return pack(arrays, metadata)


def arrays_as_json(arrays: Mapping[str, Array], metadata: Mapping[str, str]) -> bytes:
    """The arrays as the JSON that `ArraysView` describes, without checking each number on the way."""
    found = {
        name: {"dtype": str(a.dtype), "shape": list(a.shape), "values": a.ravel().tolist()}
        for name, a in arrays.items()
    }
    return to_json({"metadata": dict(metadata), "arrays": found}, inf_nan_mode="strings")


def as_dtype(a: Array, dtype: Literal["float32", "float16"]) -> Array:
    """The array in the precision that was asked for; what float16 cannot hold becomes infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        return a.astype(dtype)


def cells(positions: Array, drop: int) -> list[list[int]]:
    """Rows of indices as lists, without the first `drop` axes."""
    found: list[list[int]] = positions[:, drop:].tolist()
    return found


def ints(values: Iterable[Any]) -> list[int]:
    """Plain integers."""
    return [int(v) for v in values]
