"""Operators as older files write them: what is a constant input today was an attribute then."""

from typing import Any

import numpy as np
import onnx
import pytest

from convoscope.engine.types import Array
from tests.engine.formats.models import model, node
from tests.onnx.runtime import agrees

X = np.random.default_rng(0).standard_normal((2, 4, 6, 6)).astype(np.float32)
ROW = {k: np.random.default_rng(n).uniform(0.5, 1.5, 4).astype(np.float32) for n, k in enumerate("sbmv")}
W = np.random.default_rng(9).standard_normal((4, 4, 3, 3)).astype(np.float32)

Old = tuple[str, int, str, dict[str, Any], dict[str, Array]]
"""Operator, operator set, inputs, attributes, constants."""

OLD: list[Old] = [
    ("BatchNormalization", 7, "x s b m v", {"epsilon": 1e-3}, ROW),
    ("BatchNormalization", 8, "x s b m v", {"momentum": 0.8}, ROW),
    ("Clip", 7, "x", {"min": -0.5, "max": 0.5}, {}),
    ("Clip", 10, "x", {"max": 0.25}, {}),
    ("Concat", 7, "x x", {"axis": 1}, {}),
    ("Conv", 7, "x w", {"auto_pad": "SAME_LOWER", "strides": [2, 2]}, {"w": W}),
    ("DepthToSpace", 7, "x", {"blocksize": 2}, {}),
    ("Dropout", 7, "x", {"ratio": 0.3}, {}),
    ("Dropout", 10, "x", {}, {}),
    ("Flatten", 7, "x", {"axis": 2}, {}),
    ("Flatten", 11, "x", {"axis": -1}, {}),
    ("Gemm", 7, "f g c", {"transB": 1, "alpha": 0.5, "beta": 2.0}, {"g": W[0, :, 0, :], "c": W[0, 0, 0, :1]}),
    ("GlobalAveragePool", 7, "x", {}, {}),
    ("LogSoftmax", 7, "x", {"axis": 2}, {}),
    ("Max", 8, "x k", {}, {"k": np.float32(0.1) * np.ones((4, 1, 1), np.float32)}),
    ("MaxPool", 7, "x", {"kernel_shape": [3, 3], "pads": [1, 1, 0, 0], "strides": [2, 2]}, {}),
    ("MaxPool", 10, "x", {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}, {}),
    ("AveragePool", 7, "x", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "count_include_pad": 1}, {}),
    ("Mean", 7, "x x", {}, {}),
    ("Pad", 7, "x", {"pads": [0, 0, 1, 2, 0, 0, 2, 1], "mode": "reflect"}, {}),
    ("Pad", 10, "x", {"pads": [0, 0, 1, 0, 0, 0, 0, -1], "value": 1.5}, {}),
    ("PRelu", 7, "x s", {}, {"s": ROW["s"].reshape(4, 1, 1)}),
    ("ReduceMean", 7, "x", {"axes": [2, 3], "keepdims": 0}, {}),
    ("ReduceSum", 11, "x", {"axes": [-1]}, {}),
    ("ReduceMax", 7, "x", {"axes": [1]}, {}),
    ("Reshape", 7, "x t", {}, {"t": np.array([0, -1, 3])}),
    ("Resize", 10, "x r", {"mode": "nearest"}, {"r": np.array([1, 1, 2, 1.5], np.float32)}),
    ("Resize", 10, "x r", {"mode": "linear"}, {"r": np.array([1, 1, 2, 2], np.float32)}),
    ("Resize", 11, "x e r", {"mode": "cubic"}, {"e": np.zeros(0, np.float32), "r": np.array([1, 1, 2, 2], np.float32)}),
    ("Slice", 7, "x", {"axes": [2, 3], "starts": [1, -3], "ends": [5, 2**31 - 1]}, {}),
    ("Slice", 9, "x", {"starts": [0, 1], "ends": [2, -1]}, {}),
    ("Softmax", 7, "x", {}, {}),
    ("Softmax", 11, "x", {"axis": 2}, {}),
    ("Split", 7, "x", {"axis": 1, "split": [1, 3]}, {}),
    ("Split", 11, "x", {"axis": -1}, {}),
    ("Squeeze", 7, "o", {"axes": [1, 2]}, {}),
    ("Unsqueeze", 7, "f", {"axes": [1, 3]}, {}),
    ("Sum", 8, "x k x", {}, {"k": np.ones((6,), np.float32)}),
    ("Transpose", 7, "x", {}, {}),
    ("Upsample", 7, "x", {"scales": [1.0, 1.0, 2.0, 3.0], "mode": "nearest"}, {}),
    ("Upsample", 9, "x r", {"mode": "linear"}, {"r": np.array([1, 1, 2, 2], np.float32)}),
    ("InstanceNormalization", 7, "x s b", {}, {k: ROW[k] for k in "sb"}),
    ("LRN", 7, "x", {"size": 3}, {}),
    ("LeakyRelu", 7, "x", {}, {}),
    ("Selu", 7, "x", {}, {}),
    ("HardSigmoid", 7, "x", {}, {}),
    ("Elu", 7, "x", {"alpha": 0.5}, {}),
    ("ConvTranspose", 7, "x w", {"strides": [2, 2], "output_shape": [12, 12]}, {"w": W}),
]
GIVEN = {"x": X, "f": X[:, :, 0, :3].reshape(8, 3), "o": X[:, :1, :1, :]}


@pytest.mark.parametrize(("op", "opset", "inputs", "attributes", "constants"), OLD, ids=[f"{o[0]}-{o[1]}" for o in OLD])
def test_an_operator_of_an_older_version_gives_the_numbers_of_onnx_runtime(
    op: str, opset: int, inputs: str, attributes: dict[str, Any], constants: dict[str, Array]
) -> None:
    name = inputs.split()[0]
    outputs = "y z" if op == "Split" else "y"
    file = model([node(op, inputs, outputs, **attributes)], {name: GIVEN[name].shape}, constants, opset=opset)
    agrees(file, {name: GIVEN[name]})


# ---- operator set 6, which ONNX Runtime refuses: what it makes of today's way to write the same ----------------

K = np.random.default_rng(5).uniform(0.5, 1.5, (4,)).astype(np.float32)
G, Z = W[0, :3, 0, :], W[0, 0, 0, :3]

Pair6 = tuple[str, str, dict[str, Any], str, dict[str, Any]]
"""Operator, its inputs and attributes in set 6; inputs and attributes in set 17."""

SIX: list[Pair6] = [
    *((op, "x k", {"broadcast": 1, "axis": 1}, "x kkk", {}) for op in ("Add", "Sub", "Mul", "Div")),
    ("Pow", "a k", {"broadcast": 1, "axis": 1}, "a kkk", {}),
    ("Add", "x six", {"broadcast": 1}, "x six", {}),
    ("Add", "x one", {"broadcast": 1, "axis": 2}, "x one", {}),
    ("PRelu", "x k", {}, "x kkk", {}),
    ("Gemm", "f g z", {"broadcast": 1, "alpha": 2.0, "transA": 0}, "f g z", {"alpha": 2.0}),
    ("BatchNormalization", "x k k k k", {"is_test": 1, "spatial": 1}, "x k k k k", {}),
    ("Dropout", "x", {"is_test": 1, "ratio": 0.3}, "x", {}),
    ("Clip", "x", {"min": -0.5}, "x low", {}),
    ("Pad", "x", {"pads": [0, 0, 1, 2, 0, 0, 0, 1], "mode": "edge"}, "x edges", {"mode": "edge"}),
    ("Slice", "x", {"axes": [3, 2], "starts": [1, -3], "ends": [5, 6]}, "x starts ends axes", {}),
    ("Sum", "x x x", {}, "x x x", {}),
    ("Reshape", "x to", {}, "x to", {}),
    ("Softmax", "f", {"axis": 1}, "f", {"axis": 1}),
    (
        "AveragePool",
        "x",
        {"kernel_shape": [2, 2], "pads": [1, 1, 0, 0]},
        "x",
        {"kernel_shape": [2, 2], "pads": [1, 1, 0, 0]},
    ),
    ("HardSigmoid", "x", {"alpha": 0.3}, "x", {"alpha": 0.3}),
    ("ReduceMean", "x", {"axes": [2, 3]}, "x", {"axes": [2, 3]}),
    ("Squeeze", "o", {"axes": [1]}, "o where", {}),
    ("Split", "x", {"axis": 1, "split": [1, 3]}, "x sizes", {"axis": 1}),
]
CONSTANTS: dict[str, Array] = {
    "k": K,
    "kkk": K.reshape(4, 1, 1),
    "six": np.linspace(0.5, 2, 6, dtype=np.float32),
    "one": np.full(1, 0.25, np.float32),
    "g": G,
    "z": Z,
    "low": np.array(-0.5, np.float32),
    "edges": np.array([0, 0, 1, 2, 0, 0, 0, 1]),
    "starts": np.array([1, -3]),
    "ends": np.array([5, 6]),
    "axes": np.array([3, 2]),
    "to": np.array([0, -1, 3]),
    "where": np.array([1]),
    "sizes": np.array([1, 3]),
}


@pytest.mark.parametrize(
    ("op", "then", "was", "now", "attributes"), SIX, ids=[f"{o[0]}-{n}" for n, o in enumerate(SIX)]
)
def test_a_file_of_operator_set_6_gives_the_numbers_of_the_same_graph_written_today(
    op: str, then: str, was: dict[str, Any], now: str, attributes: dict[str, Any]
) -> None:
    name = then.split()[0]
    given: dict[str, Array] = {**GIVEN, "a": np.abs(X) + 0.5}
    x = {name: given[name]}

    def file(inputs: str, opset: int, settings: dict[str, Any]) -> onnx.ModelProto:
        used = {k: CONSTANTS[k] for k in inputs.split() if k in CONSTANTS}
        nodes = [node(op, inputs, "y z" if op == "Split" else "y", **settings)]
        return model(nodes, {name: x[name].shape}, used, opset=opset)

    agrees(file(then, 6, was), x, same=file(now, 17, attributes))
