"""Random attributes, the same numbers as ONNX Runtime: convolutions, pools, padding, resizing, normalisation."""

import random
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from convoscope.engine.types import Array
from tests.onnx.runtime import agrees

draws = given(st.randoms(use_true_random=False))
few = settings(max_examples=40)
NORM = 5e-4
"""ONNX Runtime's group norm loses digits where a group varies little: it scales and shifts instead of subtracting."""


def one_node(
    op: str, attributes: dict[str, Any], x: Array, weights: dict[str, Array], opset: int, inputs: str = ""
) -> onnx.ModelProto:
    """A model of one node that reads x and its weights."""
    read = inputs.split() if inputs else ["x", *weights]
    node = helper.make_node(op, ["" if name == "_" else name for name in read], ["y"], **attributes)
    graph = helper.make_graph(
        [node],
        "one",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)],
        [numpy_helper.from_array(a, name) for name, a in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def normal(draw: random.Random, *shape: int) -> Array:
    return np.random.default_rng(draw.randrange(2**32)).standard_normal(shape).astype(np.float32)


def numbers(draw: random.Random, low: int, high: int, count: int) -> list[int]:
    return [draw.randint(low, high) for _ in range(count)]


@draws
@few
def test_a_convolution_of_any_geometry(draw: random.Random) -> None:
    rank, groups = draw.choice([1, 2, 2, 3]), draw.choice([1, 1, 2, 3])
    kernel, dilations = numbers(draw, 1, 3, rank), numbers(draw, 1, 2, rank)
    attributes: dict[str, Any] = {"group": groups, "strides": numbers(draw, 1, 3, rank), "dilations": dilations}
    if (
        draw.random() < 0.3
        and max(dilations) == 1
        and all(s <= k for s, k in zip(attributes["strides"], kernel, strict=True))
    ):
        attributes["auto_pad"] = draw.choice(["SAME_UPPER", "SAME_LOWER", "VALID"])
    else:
        attributes["pads"] = numbers(draw, 0, 2, 2 * rank)
    if draw.random() < 0.5:
        attributes["kernel_shape"] = kernel
    channels, filters = groups * draw.randint(1, 3), groups * draw.randint(1, 3)
    x = normal(
        draw,
        draw.randint(1, 2),
        channels,
        *(d * k + draw.randint(0, 4) for d, k in zip(dilations, kernel, strict=True)),
    )
    weights = {"w": normal(draw, filters, channels // groups, *kernel)}
    if draw.random() < 0.7:
        weights["b"] = normal(draw, filters)
    agrees(one_node("Conv", attributes, x, weights, draw.choice([9, 11, 22])), {"x": x})


@draws
@few
def test_a_transposed_convolution_of_any_geometry(draw: random.Random) -> None:
    rank, groups = draw.choice([1, 2, 2]), draw.choice([1, 1, 2])
    kernel, dilations, strides = (numbers(draw, 1, n, rank) for n in (3, 2, 3))
    attributes: dict[str, Any] = {"group": groups, "strides": strides, "dilations": dilations}
    extent = [d * (k - 1) + 1 for d, k in zip(dilations, kernel, strict=True)]
    sizes = numbers(draw, 2, 4, rank)
    # where the filters leave gaps, the runtime makes SAME smaller than input · stride, which the standard has it be
    if draw.random() < 0.3 and all(e >= s for e, s in zip(extent, strides, strict=True)):
        attributes["auto_pad"] = draw.choice(["SAME_UPPER", "SAME_LOWER"])
    elif draw.random() < 0.3:
        attributes["output_shape"] = [
            s * (n - 1) + e - draw.randint(0, min(e - 1, 2)) for s, n, e in zip(strides, sizes, extent, strict=True)
        ]
    else:
        attributes["pads"] = [draw.randint(0, (e - 1) // 2) for e in extent * 2]
        attributes["output_padding"] = [draw.randint(0, s - 1) for s in strides]
    channels, filters = groups * draw.randint(1, 2), draw.randint(1, 3)
    x = normal(draw, 1, channels, *sizes)
    weights = {"w": normal(draw, channels, filters, *kernel), "b": normal(draw, groups * filters)}
    agrees(one_node("ConvTranspose", attributes, x, weights, draw.choice([11, 22])), {"x": x})


@pytest.mark.parametrize("op", ["MaxPool", "AveragePool", "LpPool"])
@draws
@few
def test_a_pool_of_any_geometry(op: str, draw: random.Random) -> None:
    rank = draw.choice([1, 2, 2, 3])
    kernel, strides = numbers(draw, 1, 4, rank), numbers(draw, 1, 3, rank)
    dilations = numbers(draw, 1, 2, rank)
    attributes: dict[str, Any] = {"kernel_shape": kernel, "strides": strides, "dilations": dilations}
    if op == "AveragePool":
        attributes["count_include_pad"] = draw.randint(0, 1)
    if op == "LpPool":
        attributes["p"] = draw.randint(1, 3)
    plain = max(dilations) == 1 and all(s <= k for s, k in zip(strides, kernel, strict=True))
    if draw.random() < 0.3 and plain:
        attributes["auto_pad"] = draw.choice(["SAME_UPPER", "SAME_LOWER"])
    else:
        attributes["pads"] = [draw.randint(0, k - 1) for k in kernel * 2]
        attributes["ceil_mode"] = draw.randint(0, 1)
    x = normal(
        draw, draw.randint(1, 2), 2, *(d * k + draw.randint(0, 4) for d, k in zip(dilations, kernel, strict=True))
    )
    agrees(one_node(op, attributes, x, {}, 22), {"x": x})


@draws
@few
def test_padding_of_any_kind(draw: random.Random) -> None:
    mode, rank = draw.choice(["constant", "reflect", "edge", "wrap"]), draw.randint(2, 4)
    sizes = [draw.randint(3, 5) for _ in range(rank)]
    low = 0 if mode in ("reflect", "wrap") else -1
    pads = [draw.randint(low, 2) for _ in range(2 * rank)]
    x = normal(draw, *sizes)
    weights = {"p": np.array(pads, np.int64)} | ({"v": np.array(2.5, np.float32)} if mode == "constant" else {})
    agrees(one_node("Pad", {"mode": mode}, x, weights, 19), {"x": x})


@draws
@settings(max_examples=60)
def test_resizing_with_any_coordinates(draw: random.Random) -> None:
    mode = draw.choice(["nearest", "linear", "cubic"])
    where = ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"]
    attributes: dict[str, Any] = {"mode": mode, "coordinate_transformation_mode": draw.choice(where)}
    if mode == "nearest":
        kinds = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]
        attributes["nearest_mode"] = draw.choice(kinds)
    if mode == "cubic":
        attributes |= {"cubic_coeff_a": draw.choice([-0.75, -0.5]), "exclude_outside": draw.randint(0, 1)}
    antialiased = mode != "nearest" and attributes["coordinate_transformation_mode"] == "half_pixel"
    if antialiased and draw.random() < 0.3:
        attributes["antialias"] = 1
    height, width = draw.randint(2, 6), draw.randint(2, 6)
    x = normal(draw, draw.randint(1, 2), 2, height, width)
    # ONNX's own cases and its reference keep the length that scales give unrounded; here the runtime rounds it
    rounds = attributes["coordinate_transformation_mode"] == "align_corners" or "antialias" in attributes
    scales = [1, 1, *(draw.choice([0.5, 0.75, 1.25, 2.0, 3.0]) for _ in range(2))]
    idle = [int(n * s) for n, s in zip(x.shape, scales, strict=True)] == list(x.shape)  # the runtime copies then
    if draw.random() < 0.5 and not rounds and not idle:
        model = one_node("Resize", attributes, x, {"s": np.array(scales, np.float32)}, 19, "x _ s")
    else:
        sizes = [*x.shape[:2], draw.randint(1, 9), draw.randint(1, 9)]
        model = one_node("Resize", attributes, x, {"s": np.array(sizes, np.int64)}, 19, "x _ _ s")
    agrees(model, {"x": x})


@draws
@few
def test_normalisation_of_any_kind(draw: random.Random) -> None:
    op = draw.choice(["BatchNormalization", "InstanceNormalization", "GroupNormalization", "LayerNormalization", "LRN"])
    channels = draw.choice([2, 4, 6])
    x = normal(draw, 2, channels, draw.randint(2, 4), draw.randint(2, 4))
    epsilon = draw.choice([1e-5, 1e-3])
    scale, bias = normal(draw, channels), normal(draw, channels)
    if op == "LRN":
        attributes = {"size": draw.choice([1, 3, 5]), "alpha": 0.05, "beta": 0.75, "bias": draw.choice([1.0, 2.0])}
        agrees(one_node(op, attributes, x, {}, 13), {"x": x})
    elif op == "BatchNormalization":
        weights = {"s": scale, "b": bias, "m": normal(draw, channels), "v": np.abs(normal(draw, channels)) + 0.1}
        agrees(one_node(op, {"epsilon": epsilon}, x, weights, draw.choice([9, 14, 15])), {"x": x})
    elif op == "LayerNormalization":
        axis = draw.choice([1, 2, 3, -1, -2])
        shape = x.shape[axis:]
        weights = {"s": normal(draw, *shape), "b": normal(draw, *shape)}
        agrees(one_node(op, {"axis": axis, "epsilon": epsilon}, x, weights, 17), {"x": x})
    else:
        attributes = {"epsilon": epsilon} | ({"num_groups": 2} if op == "GroupNormalization" else {})
        agrees(one_node(op, attributes, x, {"s": scale, "b": bias}, 22), {"x": x}, NORM)
