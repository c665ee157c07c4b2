"""Small ONNX files for tests, made with ONNX's own helper."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from convoscope.engine.types import Array

OPSET = 17
Dims = Sequence[int | str | None]


def node(op: str, inputs: str, outputs: str, **attributes: Any) -> onnx.NodeProto:
    """A node whose inputs and outputs are words of a text; `_` stands for one that is left out."""
    left, right = ([("" if word == "_" else word) for word in side.split()] for side in (inputs, outputs))
    return helper.make_node(op, left, right, **attributes)


def model(
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, Dims],
    weights: Mapping[str, Array] | None = None,
    outputs: Sequence[str] = (),
    opset: int = OPSET,
    **more: Any,
) -> onnx.ModelProto:
    """A model of these nodes; its outputs are those of the last node where none are named."""
    floats = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info(name, floats, dims) for name, dims in inputs.items()],
        [helper.make_tensor_value_info(name, floats, None) for name in outputs or nodes[-1].output],
        [numpy_helper.from_array(np.asarray(a), name) for name, a in (weights or {}).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, **more)


def data(*args: Any, **kw: Any) -> bytes:
    """The bytes of `model`."""
    return model(*args, **kw).SerializeToString()
