"""ONNX's messages, as far as a network needs them: the field numbers of onnx.proto, as dataclasses.

What is not listed (documentation strings, annotations, training) is skipped unread. What is refused is listed only far
enough to be seen: subgraphs, sparse tensors and the types of sequences stay bytes.
Source: onnx/onnx.proto, IR version 13.
"""

# ruff: noqa: RUF009  `one` and `many` make dataclass fields

import re
from collections.abc import Sequence
from dataclasses import dataclass

from convoscope.engine.formats.protowire import Span, many, one

FLOAT, UINT8, INT8, UINT16, INT16, INT32, INT64, STRING, BOOL, FLOAT16, DOUBLE, UINT32, UINT64 = range(1, 14)
BFLOAT16 = 16
TYPE_NAMES = re.findall(
    r"\w+",
    "UNDEFINED FLOAT UINT8 INT8 UINT16 INT16 INT32 INT64 STRING BOOL FLOAT16 DOUBLE UINT32 UINT64 COMPLEX64 COMPLEX128 "
    "BFLOAT16 FLOAT8E4M3FN FLOAT8E4M3FNUZ FLOAT8E5M2 FLOAT8E5M2FNUZ UINT4 INT4 FLOAT4E2M1 FLOAT8E8M0 UINT2 INT2",
)
EXTERNAL = 1
"""TensorProto.data_location: the numbers are in another file."""


def type_name(data_type: int | None) -> str:
    """How ONNX calls an element type: FLOAT16."""
    number = data_type or 0
    return TYPE_NAMES[number] if 0 <= number < len(TYPE_NAMES) else f"type {number}"


@dataclass(slots=True)
class StringPair:
    """StringStringEntryProto."""

    key: str = one(1, str, "")
    value: str = one(2, str, "")


@dataclass(slots=True)
class Opset:
    """OperatorSetIdProto."""

    domain: str = one(1, str, "")
    version: int = one(2, int, 0)


@dataclass(slots=True)
class TensorProto:
    """An array. Its numbers are in `raw_data`, or packed in the list of its type."""

    dims: Sequence[int] = many(1, int)
    data_type: int = one(2, int, 0)
    segment: Span | None = one(3, Span)
    float_data: Sequence[Span] = many(4, Span)
    int32_data: Sequence[Span] = many(5, Span)
    string_data: Sequence[Span] = many(6, Span)
    int64_data: Sequence[Span] = many(7, Span)
    name: str = one(8, str, "")
    raw_data: Span | None = one(9, Span)
    double_data: Sequence[Span] = many(10, Span)
    uint64_data: Sequence[Span] = many(11, Span)
    external_data: Sequence[Span] = many(13, Span)
    data_location: int = one(14, int, 0)


@dataclass(slots=True)
class AttributeProto:
    """A named value of a node; `ref_attr_name` stands for an attribute of the function around it."""

    name: str = one(1, str, "")
    f: float | None = one(2, float)
    i: int | None = one(3, int)
    s: Span | None = one(4, Span)
    t: TensorProto | None = one(5, TensorProto)
    g: Span | None = one(6, Span)
    floats: Sequence[float] = many(7, float)
    ints: Sequence[int] = many(8, int)
    strings: Sequence[Span] = many(9, Span)
    tensors: Sequence[TensorProto] = many(10, TensorProto)
    graphs: Sequence[Span] = many(11, Span)
    tp: Span | None = one(14, Span)
    type_protos: Sequence[Span] = many(15, Span)
    type: int = one(20, int, 0)
    ref_attr_name: str = one(21, str, "")
    sparse_tensor: Span | None = one(22, Span)
    sparse_tensors: Sequence[Span] = many(23, Span)


@dataclass(slots=True)
class NodeProto:
    """An operator with its inputs, outputs and attributes."""

    input: Sequence[str] = many(1, str)
    output: Sequence[str] = many(2, str)
    name: str = one(3, str, "")
    op_type: str = one(4, str, "")
    attribute: Sequence[AttributeProto] = many(5, AttributeProto)
    domain: str = one(7, str, "")
    overload: str = one(8, str, "")


@dataclass(slots=True)
class Dimension:
    """The size of an axis, or its name where any size goes."""

    dim_value: int | None = one(1, int)
    dim_param: str | None = one(2, str)


@dataclass(slots=True)
class TensorShape:
    """TensorShapeProto."""

    dim: Sequence[Dimension] = many(1, Dimension)


@dataclass(slots=True)
class TensorType:
    """TypeProto.Tensor. shape: None where even the number of axes is unknown."""

    elem_type: int = one(1, int, 0)
    shape: TensorShape | None = one(2, TensorShape)


@dataclass(slots=True)
class TypeProto:
    """What a value is; all but tensors is refused."""

    tensor_type: TensorType | None = one(1, TensorType)
    sequence_type: Span | None = one(4, Span)
    map_type: Span | None = one(5, Span)
    sparse_tensor_type: Span | None = one(8, Span)
    optional_type: Span | None = one(9, Span)


@dataclass(slots=True)
class ValueInfo:
    """An input or output of the graph."""

    name: str = one(1, str, "")
    type: TypeProto | None = one(2, TypeProto)


@dataclass(slots=True)
class GraphProto:
    """The network."""

    node: Sequence[NodeProto] = many(1, NodeProto)
    name: str = one(2, str, "")
    initializer: Sequence[TensorProto] = many(5, TensorProto)
    input: Sequence[ValueInfo] = many(11, ValueInfo)
    output: Sequence[ValueInfo] = many(12, ValueInfo)
    sparse_initializer: Sequence[Span] = many(15, Span)


@dataclass(slots=True)
class FunctionProto:
    """An operator made of others."""

    name: str = one(1, str, "")
    input: Sequence[str] = many(4, str)
    output: Sequence[str] = many(5, str)
    attribute: Sequence[str] = many(6, str)
    node: Sequence[NodeProto] = many(7, NodeProto)
    opset_import: Sequence[Opset] = many(9, Opset)
    domain: str = one(10, str, "")
    attribute_proto: Sequence[AttributeProto] = many(11, AttributeProto)
    overload: str = one(13, str, "")


@dataclass(slots=True)
class ModelProto:
    """A file."""

    ir_version: int = one(1, int, 0)
    producer_name: str = one(2, str, "")
    producer_version: str = one(3, str, "")
    graph: GraphProto | None = one(7, GraphProto)
    opset_import: Sequence[Opset] = many(8, Opset)
    metadata_props: Sequence[StringPair] = many(14, StringPair)
    functions: Sequence[FunctionProto] = many(25, FunctionProto)
