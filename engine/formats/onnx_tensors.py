"""ONNX arrays: first whether header and bytes agree, in Python integers; then the numbers; and the way back.

No other file is ever opened, whatever a tensor says about where its numbers are.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from convoscope.engine.errors import BadTensor, ExternalData, ModelTooLarge
from convoscope.engine.formats import onnx_proto as op
from convoscope.engine.formats.onnx_limits import OnnxLimits
from convoscope.engine.formats.onnx_proto import TensorProto, type_name
from convoscope.engine.formats.protowire import Span, whole
from convoscope.engine.types import Array


class Element(NamedTuple):
    """How numbers of a type are kept: NumPy's name, bytes of one in `raw_data`, and the list that may hold them."""

    dtype: str
    size: int
    listed: str


ELEMENTS = {
    op.FLOAT: Element("<f4", 4, "float_data"),
    op.DOUBLE: Element("<f8", 8, "double_data"),
    op.FLOAT16: Element("<f2", 2, "int32_data"),
    op.BFLOAT16: Element("<u2", 2, "int32_data"),
    op.BOOL: Element("|b1", 1, "int32_data"),
    op.INT8: Element("|i1", 1, "int32_data"),
    op.INT16: Element("<i2", 2, "int32_data"),
    op.INT32: Element("<i4", 4, "int32_data"),
    op.INT64: Element("<i8", 8, "int64_data"),
    op.UINT8: Element("|u1", 1, "int32_data"),
    op.UINT16: Element("<u2", 2, "int32_data"),
    op.UINT32: Element("<u4", 4, "uint64_data"),
    op.UINT64: Element("<u8", 8, "uint64_data"),
}
FIXED = {"float_data": 4, "double_data": 8}
LISTS = ("float_data", "double_data", "int32_data", "int64_data", "uint64_data")
WIDENED = {op.FLOAT16: "float16", op.BFLOAT16: "bfloat16"}
"""Types that are read as float32, which holds every number of them."""


# -- whether it is what it says


def count(tensor: TensorProto, where: str, limits: OnnxLimits) -> int:
    """How many numbers the array holds. Raises BadTensor, ExternalData or ModelTooLarge; takes no memory."""
    title = f"Tensor {tensor.name[:80]!r}{where}"
    if tensor.data_location == op.EXTERNAL or len(tensor.external_data):
        inside = "torch.onnx.export(…, external_data=False), or onnx.save(onnx.load(path), path)"
        raise ExternalData(f"{title} is kept in another file. Save the model with its weights inside: {inside}.")
    if tensor.data_type not in ELEMENTS or len(tensor.string_data) or tensor.segment is not None:
        raise BadTensor(f"{title} holds {type_name(tensor.data_type)}; read are {', '.join(readable())}.")
    dims = tuple(tensor.dims)
    if len(dims) > limits.rank or any(not 0 <= d <= limits.dim for d in dims):
        wanted = f"at most {limits.rank} axes, each of 0 to {limits.dim} cells"
        raise BadTensor(f"{title} has shape {dims[:16]}; an array has {wanted}.")
    numbers, size = prod(dims), ELEMENTS[tensor.data_type].size
    takes, most = numbers * size, limits.tensor_bytes
    if takes > most:
        raise ModelTooLarge(f"{title} of shape {dims} takes {takes} bytes; {most} are allowed.", most, takes)
    _measure(title, tensor, numbers)
    return numbers


def readable() -> list[str]:
    """The types of numbers that are read."""
    return [type_name(t) for t in ELEMENTS]


def _measure(title: str, tensor: TensorProto, numbers: int) -> None:
    """The bytes must be as many as the shape says."""
    element = ELEMENTS[tensor.data_type]
    given = [name for name in ("raw_data", *LISTS) if _bytes(tensor, name)]
    if any(name not in ("raw_data", element.listed) for name in given) or len(given) > 1:
        raise BadTensor(f"{title} is {type_name(tensor.data_type)}, but has its numbers in {' and '.join(given)}.")
    name = given[0] if given else "raw_data"
    found, least = _bytes(tensor, name), numbers * (element.size if name == "raw_data" else FIXED.get(name, 1))
    most = least * (10 if name != "raw_data" and name not in FIXED else 1)  # a varint has 1 to 10 bytes
    if not least <= found <= most:
        raise BadTensor(f"{title} of shape {tuple(tensor.dims)} needs {least} bytes of {name}, but has {found}.")


def _bytes(tensor: TensorProto, name: str) -> int:
    spans = (tensor.raw_data,) if name == "raw_data" else getattr(tensor, name)
    return sum(s.size for s in spans if s is not None)


# -- the numbers


def array(tensor: TensorProto) -> Array:
    """The numbers of an array that passed `count`, in memory of their own; float16 and bfloat16 as float32."""
    element, dims = ELEMENTS[tensor.data_type], tuple(tensor.dims)
    if tensor.raw_data is not None and tensor.raw_data.size:
        flat = np.frombuffer(tensor.raw_data.view(), element.dtype)
    else:
        flat = _listed(tensor, element)
    if flat.size != prod(dims):
        raise BadTensor(f"Tensor {tensor.name[:80]!r} of shape {dims} needs {prod(dims)} numbers, but has {flat.size}.")
    if tensor.data_type == op.BFLOAT16:
        return (flat.astype(np.uint32) << 16).view(np.float32).reshape(dims)
    if tensor.data_type == op.BOOL:
        return (flat.view(np.uint8) != 0).reshape(dims)
    native = np.dtype(element.dtype).newbyteorder("=")
    return np.array(flat, np.float32 if tensor.data_type == op.FLOAT16 else native).reshape(dims)


def _listed(tensor: TensorProto, element: Element) -> Array:
    """The numbers of the list of the type; float16 stands there as the integers that have its bits."""
    data = b"".join(s.view() for s in getattr(tensor, element.listed))
    if element.listed in FIXED:
        return np.frombuffer(data, element.dtype)
    bits = varints(data).view(np.int64)
    if tensor.data_type in WIDENED:
        return bits.astype(np.uint16).view(element.dtype)
    return bits.astype(element.dtype) if tensor.data_type != op.BOOL else bits != 0


def varints(data: bytes) -> Array:
    """All varints of `data` as uint64."""
    raw = np.frombuffer(data, np.uint8)
    last = np.flatnonzero(raw < 0x80)
    if raw.size == 0 or last.size == 0 or last[-1] != raw.size - 1:
        return np.zeros(0, np.uint64)
    starts = np.concatenate([[0], last[:-1] + 1])
    places = np.arange(raw.size) - np.repeat(starts, last - starts + 1)
    shifted = (raw & 0x7F).astype(np.uint64) << (7 * places).astype(np.uint64)
    return np.bitwise_or.reduceat(shifted, starts)


# -- the way back


def tensor(name: str, a: Array) -> TensorProto:
    """The array as a tensor, its numbers in `raw_data`."""
    kind = next(t for t, e in ELEMENTS.items() if t != op.BFLOAT16 and np.dtype(e.dtype) == a.dtype.newbyteorder("<"))
    stored = np.ascontiguousarray(a, ELEMENTS[kind].dtype).reshape(a.shape)
    data: Span = whole(stored.reshape(-1).view(np.uint8).data)
    return TensorProto(dims=a.shape, data_type=kind, name=name, raw_data=data)
