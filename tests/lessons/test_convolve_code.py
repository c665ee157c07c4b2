"""The sandbox's PyTorch code, run: ONNX Runtime stands in for PyTorch's two convolutions, NumPy for its padding."""

import contextlib
import io
import sys
from types import ModuleType
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from convoscope.server.convolution import Case
from convoscope.server.convolution_code import torch_code

RNG = np.random.default_rng(2019)
MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def conv(kind: str, x: Any, w: Any, b: Any, **attributes: Any) -> Any:
    """A convolution by ONNX Runtime, in float32."""
    inputs = {"x": x, "w": w} | ({} if b is None else {"b": b})
    node = onnx.helper.make_node(kind, list(inputs), ["y"], **attributes)
    described = [onnx.helper.make_tensor_value_info(name, 1, a.shape) for name, a in inputs.items()]
    graph = onnx.helper.make_graph([node], "g", described, [onnx.helper.make_tensor_value_info("y", 1, None)])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, inputs)[0]


def conv2d(x: Any, w: Any, b: Any, *, stride: Any, dilation: Any, groups: int) -> Any:
    """As torch.nn.functional.conv2d is called."""
    return conv("Conv", x, w, b, strides=stride, dilations=dilation, group=groups)


def conv_transpose2d(
    x: Any, w: Any, b: Any, *, stride: Any, dilation: Any, groups: int, output_padding: Any = 0
) -> Any:
    """As torch.nn.functional.conv_transpose2d is called."""
    more = {"output_padding": output_padding} if output_padding else {}
    return conv("ConvTranspose", x, w, b, strides=stride, dilations=dilation, group=groups, **more)


def pad(x: Any, sides: tuple[int, int, int, int], *, mode: str) -> Any:
    """As torch.nn.functional.pad: the last axis first."""
    left, right, top, bottom = sides
    return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), mode=MODES[mode])  # type: ignore[call-overload]


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The modules that the code imports."""
    names = ("torch", "torch.nn", "torch.nn.functional")
    torch, nn, functional = modules = [ModuleType(name) for name in names]
    torch.tensor = lambda lists: np.array(lists, np.float32)  # type: ignore[attr-defined]
    torch.nn, nn.functional = nn, functional  # type: ignore[attr-defined]
    functional.conv2d, functional.conv_transpose2d, functional.pad = conv2d, conv_transpose2d, pad  # type: ignore[attr-defined]
    for name, module in zip(names, modules, strict=True):
        monkeypatch.setitem(sys.modules, name, module)


CASES: dict[str, dict[str, Any]] = {
    "stride, uneven padding": {"stride": (2, 1), "padding": (1, 2, 0, 1)},
    "reflected, dilated": {"padding": (2, 2, 2, 2), "mode": "reflect", "dilation": (2, 1)},
    "circular, in groups, with biases": {
        "padding": (1, 1, 1, 1),
        "mode": "wrap",
        "groups": 2,
        "bias": np.array([1, -2.0]),
    },
    "edge": {"padding": (0, 1, 2, 0), "mode": "edge"},
    "transposed": {"transposed": True, "stride": (2, 3), "padding": (1, 0, 1, 2), "extra": (1, 0)},
}


@pytest.mark.parametrize("settings", CASES.values(), ids=CASES)
def test_the_pytorch_code_makes_the_engines_output(torch: None, settings: dict[str, Any]) -> None:
    x = RNG.integers(-3, 4, (2, 6, 5)).astype(float)
    w = RNG.integers(-2, 3, (2, 2 // settings.get("groups", 1), 3, 3)).astype(float)
    case = Case(x, w, **settings)
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(torch_code(case), names)
    assert np.array_equal(names["out"][0], case.trace.output[0])
