"""Graphs written node by node, as exporters do: weights of He's size from a seed, a name for every value."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from convoscope.engine.types import Array


class Build:
    """A graph that grows. Methods take and give names of values; a node has no name but that of its output."""

    def __init__(self, opset: int = 17, seed: int = 0) -> None:
        self.opset = opset
        self.rng = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.channels: dict[str, int] = {}
        self.count = 0

    def fresh(self, stem: str) -> str:
        """A name that was not given yet."""
        self.count += 1
        return f"{stem}{self.count}"

    def constant(self, value: Any, stem: str = "const") -> str:
        """An initializer."""
        name = self.fresh(stem)
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def weight(self, *shape: int) -> str:
        """Random weights of the size that keeps activations as large as they are."""
        fan_in = int(np.prod(shape[1:])) or 1
        return self.constant((self.rng.standard_normal(shape) * np.sqrt(2 / fan_in)).astype(np.float32), "w")

    def add(self, op: str, *inputs: str, channels: int | None = None, outputs: int = 1, **attributes: Any) -> Any:
        """Any node; its channels are those of its first input unless said."""
        names = [self.fresh(op.lower()) for _ in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, **attributes))
        for name in names:
            self.channels[name] = channels if channels is not None else self.channels.get(inputs[0], 0)
        return names[0] if outputs == 1 else names

    # ---- what networks are made of ---------------------------------------------------------------------------

    def conv(
        self,
        x: str,
        filters: int,
        kernel: int | Sequence[int] = 3,
        stride: int = 1,
        pads: int | Sequence[int] | None = None,
        groups: int = 1,
        bias: bool = True,
        **more: Any,
    ) -> str:
        """A convolution, padded to keep the size unless said otherwise."""
        size = [kernel] * 2 if isinstance(kernel, int) else list(kernel)
        before = [k // 2 for k in size] if pads is None else [pads] * 2 if isinstance(pads, int) else list(pads)
        around = before if len(before) == 4 else before * 2
        weights = [self.weight(filters, self.channels[x] // groups, *size)] + ([self.bias(filters)] if bias else [])
        settings: Any = {"kernel_shape": size, "strides": [stride] * 2, "pads": around, "group": groups} | more
        out: str = self.add("Conv", x, *weights, channels=filters, **settings)
        return out

    def bias(self, count: int) -> str:
        """A row of small numbers."""
        return self.constant((0.1 * self.rng.standard_normal(count)).astype(np.float32), "b")

    def norm(self, x: str, gain: float = 1.0) -> str:
        """Batch normalisation with statistics that are not trivial; a small gain keeps sums of many branches small."""
        c = self.channels[x]
        row = [self.rng.uniform(low, high, c).astype(np.float32) for low, high in ((gain / 2, 1.5 * gain), (-0.2, 0.2))]
        running = [self.rng.uniform(low, high, c).astype(np.float32) for low, high in ((-0.2, 0.2), (0.5, 1.5))]
        out: str = self.add("BatchNormalization", x, *(self.constant(a, "bn") for a in (*row, *running)), epsilon=1e-3)
        return out

    def relu(self, x: str) -> str:
        """The rectifier."""
        out: str = self.add("Relu", x)
        return out

    def conv_norm(self, x: str, filters: int, kernel: int | Sequence[int] = 3, stride: int = 1, **more: Any) -> str:
        """Convolution, batch normalisation, rectifier: what most networks repeat."""
        return self.relu(self.norm(self.conv(x, filters, kernel, stride, bias=False, **more)))

    def pool(self, x: str, kernel: int, stride: int, op: str = "MaxPool", pads: int = 0, **more: Any) -> str:
        """A square pool."""
        size: Any = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [pads] * 4}
        out: str = self.add(op, x, **size, **more)
        return out

    def concat(self, *xs: str) -> str:
        """Channels beside one another."""
        out: str = self.add("Concat", *xs, axis=1, channels=sum(self.channels[x] for x in xs))
        return out

    def dense(self, x: str, inputs: int, units: int) -> str:
        """A fully connected layer."""
        out: str = self.add("Gemm", x, self.weight(units, inputs), self.bias(units), transB=1, channels=units)
        return out

    def classifier(self, x: str, units: int = 10, softmax: bool = True) -> str:
        """Mean of each map, a dense layer, probabilities."""
        row = self.add("Flatten", self.add("GlobalAveragePool", x))
        logits = self.dense(row, self.channels[x], units)
        out: str = self.add("Softmax", logits, axis=1) if softmax else logits
        return out

    def input(self, channels: int = 3, name: str = "x") -> str:
        """The picture."""
        self.channels[name] = channels
        return name

    def model(
        self, output: str | Sequence[str], size: int, batch: int | str = "N", channels: int = 3
    ) -> onnx.ModelProto:
        """The finished file, its input (batch, channels, size, size)."""
        outputs = [output] if isinstance(output, str) else output
        graph = helper.make_graph(
            self.nodes,
            "net",
            [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [batch, channels, size, size])],
            [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in outputs],
            self.weights,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)


def picture(size: int, batch: int = 2, channels: int = 3) -> Array:
    """An input from a fixed seed."""
    return np.random.default_rng(7).standard_normal((batch, channels, size, size)).astype(np.float32)
