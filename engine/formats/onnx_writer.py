"""Networks as ONNX files: each layer says itself as nodes, which read what flows and bring their arrays along.

Source: onnx/docs/IR.md, IR version 8. The operator set is the newest that a layer asks for.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from convoscope.engine.errors import ConvoscopeError
from convoscope.engine.exchange import OnnxForm
from convoscope.engine.formats import onnx_metadata
from convoscope.engine.formats.onnx_proto import (
    DOUBLE,
    FLOAT,
    AttributeProto,
    Dimension,
    GraphProto,
    ModelProto,
    NodeProto,
    Opset,
    StringPair,
    TensorProto,
    TensorShape,
    TensorType,
    TypeProto,
    ValueInfo,
)
from convoscope.engine.formats.onnx_tensors import tensor
from convoscope.engine.formats.protowire import encode, whole
from convoscope.engine.network import Network, Node
from convoscope.engine.types import Array, Shape

IR_VERSION = 8
OLDEST = 13
"""Operator set of a network whose layers ask for none."""

FLOAT32_ALWAYS = ("Resize",)
"""Operators whose constants are float32 in every network: scales are no activations."""


def onnx_bytes(network: Network) -> bytes:
    """The network as the bytes of an ONNX file. The batch is free where the network's is."""
    nodes: list[NodeProto] = []
    arrays: list[TensorProto] = []
    opset = OLDEST
    for node in network.nodes:
        shapes = [network.shapes[i] for i in node.inputs]
        forms = node.layer.to_onnx(network.params_of(node.name), *shapes)
        opset = max([opset, *(f.opset for f in forms)])
        nodes += [_node(node, forms, k, network.dtype, arrays) for k in range(len(forms))]
    graph = GraphProto(
        node=nodes,
        name=network.name,
        initializer=arrays,
        input=[_value(network, i.name, i.shape) for i in network.inputs],
        output=[_value(network, name, shape) for name, shape in _free(network).items()],
    )
    metadata = onnx_metadata.written(network.labels, network.preprocessing)
    return encode(
        ModelProto(
            ir_version=IR_VERSION,
            producer_name="convoscope",
            graph=graph,
            opset_import=[Opset(version=opset)],
            metadata_props=[StringPair(k, v) for k, v in metadata.items()],
        )
    )


def _node(node: Node, forms: tuple[OnnxForm, ...], k: int, dtype: Any, arrays: list[TensorProto]) -> NodeProto:
    """The k-th node of a layer; its arrays are put beside those of the others."""
    form, several = forms[k], len(forms) > 1
    before = f"{node.name}/{k - 1}"
    reads = form.reads or (tuple(range(len(node.inputs))) if k == 0 else (-1,))
    inputs = [before if i < 0 else node.inputs[i] for i in reads]
    narrow = np.dtype(np.float32) if form.op in FLOAT32_ALWAYS else dtype
    for name, a in form.extras:
        said = f"{node.name}/{k}.{name}" if several else f"{node.name}.{name}"
        inputs.append("" if a is None else said)
        if a is not None:
            arrays.append(tensor(said, _stored(a, narrow)))
    while inputs and not inputs[-1]:
        inputs.pop()
    last = k == len(forms) - 1
    return NodeProto(
        input=inputs,
        output=[node.name if last else f"{node.name}/{k}"],
        name=node.name if last else f"{node.name}/{k}",
        op_type=form.op,
        attribute=[attribute(name, value, dtype) for name, value in form.attributes.items()],
        domain=form.domain,
    )


def _stored(a: Array, dtype: Any) -> Array:
    """The array in the precision of the network; whole numbers stay as they are."""
    return np.asarray(a, dtype) if a.dtype.kind == "f" else np.asarray(a)


def attribute(name: str, value: Any, dtype: Any = np.float32) -> AttributeProto:
    """A Python value as an attribute. Raises ConvoscopeError for a type that ONNX has none for."""
    if isinstance(value, bool | int | np.integer):
        return AttributeProto(name=name, i=int(value), type=2)
    if isinstance(value, float | np.floating):
        return AttributeProto(name=name, f=float(value), type=1)
    if isinstance(value, str):
        return AttributeProto(name=name, s=whole(value.encode()), type=3)
    if isinstance(value, np.ndarray):
        return AttributeProto(name=name, t=tensor("", _stored(value, dtype)), type=4)
    if isinstance(value, tuple | list):
        return _listed(name, list(value))
    raise ConvoscopeError(f"Attribute {name!r} is a {type(value).__name__}; ONNX has numbers, texts and arrays.")


def _listed(name: str, values: list[Any]) -> AttributeProto:
    if all(isinstance(v, int | np.integer) for v in values):
        return AttributeProto(name=name, ints=[int(v) for v in values], type=7)
    if all(isinstance(v, str) for v in values):
        return AttributeProto(name=name, strings=[whole(v.encode()) for v in values], type=8)
    return AttributeProto(name=name, floats=[float(v) for v in values], type=6)


def _free(network: Network) -> Mapping[str, tuple[int | None, ...]]:
    """The shapes of the outputs, None where they follow the batch."""
    sizes = {i.name: tuple(2 if d is None else d for d in i.shape) for i in network.inputs}
    try:
        doubled: Mapping[str, Shape] = network.shapes_for(sizes)
    except ConvoscopeError:
        doubled = network.shapes
    return {
        name: tuple(a if a == b else None for a, b in zip(network.shapes[name], doubled[name], strict=True))
        for name in network.outputs
    }


def _value(network: Network, name: str, shape: tuple[int | None, ...]) -> ValueInfo:
    dims = [
        Dimension(dim_param="N" if k == 0 else f"d{k}") if d is None else Dimension(dim_value=d)
        for k, d in enumerate(shape)
    ]
    kind = DOUBLE if network.dtype == np.float64 else FLOAT
    return ValueInfo(name=name, type=TypeProto(tensor_type=TensorType(kind, TensorShape(dims))))
