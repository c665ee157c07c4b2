"""Small network files for tests, right and wrong, and reading them without the server."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from onnx import helper

from convoscope.server.library import Model
from convoscope.server.limits import Limits
from convoscope.server.models import brought
from convoscope.server.models_child import onnx_limits, read
from tests.engine.formats.models import data, model, node

RNG = np.random.default_rng(0)
Dims = Sequence[int | str | None]


def weight(*shape: int) -> Any:
    return RNG.standard_normal(shape).astype(np.float32)


def small(channels: int = 3, side: int = 8, classes: int = 4, metadata: Mapping[str, str] | None = None) -> bytes:
    """conv, relu, mean, dense: a classifier of pictures."""
    nodes = [
        node("Conv", "x w", "conv", kernel_shape=[3, 3], pads=[1] * 4),
        node("Relu", "conv", "relu"),
        node("GlobalAveragePool", "relu", "mean"),
        node("Flatten", "mean", "row"),
        node("Gemm", "row v", "logits", transB=1),
    ]
    return with_metadata(
        nodes, {"x": ["N", channels, side, side]}, {"w": weight(5, channels, 3, 3), "v": weight(classes, 5)}, metadata
    )


def with_metadata(
    nodes: Sequence[Any], inputs: Mapping[str, Dims], weights: Mapping[str, Any], metadata: Mapping[str, str] | None
) -> bytes:
    made = model(nodes, inputs, weights)
    helper.set_model_props(made, dict(metadata or {}))
    return made.SerializeToString()


def unsupported() -> bytes:
    """A convolution, then an operator of another domain, then one that waits for it."""
    nodes = [
        node("Conv", "x w", "conv", kernel_shape=[3, 3]),
        node("Fancy", "conv", "strange", domain="com.example"),
        node("Relu", "strange", "end"),
    ]
    return data(nodes, {"x": ["N", 3, 8, 8]}, {"w": weight(2, 3, 3, 3)})


def two_pictures() -> bytes:
    return data([node("Add", "left right", "sum")], {"left": ["N", 3, 8, 8], "right": ["N", 3, 8, 8]})


def a_row() -> bytes:
    return data([node("Gemm", "x w", "y")], {"x": ["N", 10]}, {"w": weight(10, 3)})


def channels_last() -> bytes:
    nodes = [
        node("Transpose", "x", "first", perm=[0, 3, 1, 2]),
        node("Conv", "first w", "y", kernel_shape=[3, 3]),
    ]
    return data(nodes, {"x": ["N", 8, 8, 3]}, {"w": weight(2, 3, 3, 3)})


def opened(folder: Path, bytes_of_file: bytes, **limits: int) -> Model:
    """The model that the file gives, read in this process."""
    file = folder / "file"
    file.write_bytes(bytes_of_file)
    return brought(read(file, onnx_limits(Limits(**limits).model_dump())), "")
