"""Write tests/front/scenes.json: small networks as the server tells them, for the pictures' tests.

Each scene is a network, its trace of one picture, all activations, explanations of a few cells of every node, and the
same backward: the loss of one label, all gradients, and their explanations.
Run by hand after a change of the wire: `python -m tests.reference.make_scenes`. A test holds the file to the engine.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from convoscope.engine import Gradients, Network, Trace, loss
from convoscope.engine.layer import Layer
from convoscope.engine.layers.add import Add
from convoscope.engine.layers.average_pool2d import AveragePool2d
from convoscope.engine.layers.batch_norm import BatchNorm
from convoscope.engine.layers.concat import Concat
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.layers.conv_transpose2d import ConvTranspose2d
from convoscope.engine.layers.dense import Dense
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.layers.global_average_pool import GlobalAveragePool
from convoscope.engine.layers.local_response_norm import LocalResponseNorm
from convoscope.engine.layers.locally_connected2d import LocallyConnected2d
from convoscope.engine.layers.max_pool2d import MaxPool2d
from convoscope.engine.layers.relu import ReLU
from convoscope.engine.layers.resize import Resize
from convoscope.engine.layers.softmax import Softmax
from convoscope.engine.network import Input, Node
from convoscope.engine.types import Array, Shape
from convoscope.server import viewmodel

FILE = Path(__file__).parents[1] / "front" / "scenes.json"
SEED = 6
LABELS = ("one", "two", "three")
LABEL = 0

Plan = Sequence[tuple[str, Layer, tuple[str, ...]]]

CHAIN: Plan = (
    ("conv1", Conv2d(4, (3, 3), padding=(1, 1, 1, 1)), ("input",)),
    ("relu1", ReLU(), ("conv1",)),
    ("pool1", MaxPool2d((2, 2), (2, 2)), ("relu1",)),
    ("conv2", Conv2d(3, (3, 3), (2, 2), (1, 1, 1, 1)), ("pool1",)),
    ("relu2", ReLU(), ("conv2",)),
    ("flatten", Flatten(), ("relu2",)),
    ("fc", Dense(3), ("flatten",)),
    ("softmax", Softmax(), ("fc",)),
)
BRANCHES: Plan = (
    ("stem", Conv2d(4, (3, 3), padding=(1, 1, 1, 1), groups=1), ("input",)),
    ("bn", BatchNorm(), ("stem",)),
    ("act", ReLU(), ("bn",)),
    ("wide", Conv2d(4, (3, 3), padding=(2, 2, 2, 2), dilation=(2, 2), groups=2), ("act",)),
    ("local", LocallyConnected2d(4, (1, 1)), ("act",)),
    ("add", Add(), ("wide", "local")),
    ("mean", AveragePool2d((3, 3), (2, 2), (1, 1, 1, 1)), ("add",)),
    ("largest", MaxPool2d((3, 3), (2, 2), (1, 1, 1, 1)), ("add",)),
    ("concat", Concat(), ("mean", "largest")),
    ("lrn", LocalResponseNorm(3), ("concat",)),
    ("up", ConvTranspose2d(2, (2, 2), (2, 2)), ("lrn",)),
    ("gap", GlobalAveragePool(), ("up",)),
    ("row", Flatten(), ("gap",)),
    ("score", Dense(3), ("row",)),
)
DEPTHWISE: Plan = (
    ("depthwise", Conv2d(2, (3, 3), (2, 2), (1, 1, 1, 1), groups=2), ("input",)),
    ("bigger", Resize((2, 2), mode="linear"), ("depthwise",)),
    ("row", Flatten(), ("bigger",)),
    ("score", Dense(3), ("row",)),
)


def scenes() -> dict[str, Any]:
    """All scenes by name, as plain data."""
    return {
        "chain": scene("chain", CHAIN, (2, 8, 8)),
        "branches": scene("branches", BRANCHES, (2, 6, 8)),
        "depthwise": scene("depthwise", DEPTHWISE, (2, 6, 6)),
    }


def scene(name: str, plan: Plan, shape: Shape) -> dict[str, Any]:
    """One network with fresh weights, its trace of a random picture, and explanations of its cells."""
    rng = np.random.default_rng(SEED)
    network = build(name, plan, shape, rng)
    trace = network.trace(rng.standard_normal(shape).astype(np.float32))
    names = [network.inputs[0].name, *(node.name for node in network.nodes)]
    gradients = trace.gradients(loss(target=LABEL))
    return {
        "network": viewmodel.network_view(name, name, network, None).model_dump(),
        "trace": viewmodel.trace_view(name, "random", trace, (0, 0, shape[2], shape[1])).model_dump(),
        "activations": {n: tensor(trace.activations, n) for n in names},
        "explanations": [explanation(network, trace, n, at) for n in names for at in cells(trace, n)],
        "objective": f"loss:{LABEL}",
        "value": round(gradients.value, 5),
        "ranges": viewmodel.trace.ranges(network, gradients.by_activation).model_dump(),
        "gradients": {n: tensor(gradients.by_activation, n) for n in names},
        "backward": [explanation(network, gradients, n, at) for n in names for at in cells(trace, n)],
    }


def build(name: str, plan: Plan, shape: Shape, rng: np.random.Generator) -> Network:
    """The network of a plan, its weights drawn from `rng`."""
    shapes: dict[str, Shape] = {"input": (1, *shape)}
    params: dict[str, Mapping[str, Any]] = {}
    for title, layer, inputs in plan:
        read = [shapes[i] for i in inputs]
        drawn = {k: a + 0.1 * rng.standard_normal(a.shape) for k, a in layer.initial(rng, *read).items()}
        params[title] = {k: (np.abs(a) if "var" in k else a).astype(np.float32) for k, a in drawn.items()}
        shapes[title] = layer.output_shape(*read)
    nodes = tuple(Node(title, layer, inputs) for title, layer, inputs in plan)
    return Network(name, (Input("input", (None, *shape)),), nodes, params, labels=LABELS)


def tensor(arrays: Mapping[str, Array], name: str) -> dict[str, Any]:
    """An activation, or its gradient, without its batch axis."""
    a = arrays[name][0]
    return {"shape": list(a.shape), "data": [round(float(x), 5) for x in a.ravel()]}


def cells(trace: Trace, name: str) -> list[tuple[int, ...]]:
    """The first cell, which has padding in its window if any has, and one in the middle."""
    shape = trace.activations[name].shape[1:]
    return [tuple(0 for _ in shape), tuple(n // 2 for n in shape)]


def explanation(network: Network, trace: Trace | Gradients, name: str, at: tuple[int, ...]) -> dict[str, Any]:
    """The arithmetic of one cell; the formula is left out, the pictures do not show it."""
    view: dict[str, Any] = viewmodel.explanation_view(trace.explain(name, at), network).model_dump()
    return {**view, "mathml": ""}


def as_json() -> str:
    """The file's text; what JSON has no number for is a string, as on the wire."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [plain(v) for v in value]
        if isinstance(value, float) and not np.isfinite(value):
            return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
        return float(f"{value:.7g}") if isinstance(value, float) else value

    return json.dumps(plain(scenes()), separators=(",", ":")) + "\n"


if __name__ == "__main__":
    FILE.write_text(as_json(), encoding="utf-8")
    print(f"{FILE}: {FILE.stat().st_size} bytes")
