"""An architecture leaves as JSON and comes back equal; JSON that is none is refused in words."""

import json
from pathlib import Path

import numpy as np
import pytest

from convoscope.engine import Input, Network, Node, OnnxLimits, from_config, from_json, load_safetensors, zoo
from convoscope.engine.errors import BadGraph, FormatError, ModelTooLarge, ParamsError, ShapeError
from convoscope.engine.formats.safetensors import pack

NET = zoo.architecture("example-cnn")


def said(**changes: object) -> str:
    """The architecture of the example network with some of it changed."""
    return json.dumps(json.loads(NET.to_json()) | changes)


def layer(**config: object) -> str:
    """An architecture of one node."""
    return said(nodes=[{"name": "a", "inputs": ["input"], "layer": config}], outputs=["a"])


def same(a: Network, b: Network) -> bool:
    """Whether two networks have the same nodes, names and weights, to the bit."""
    mine, theirs = ({n: {k: w.tobytes() for k, w in p.items()} for n, p in net.params.items()} for net in (a, b))
    parts = ("name", "inputs", "nodes", "outputs", "labels", "preprocessing")
    return mine == theirs and all(getattr(a, part) == getattr(b, part) for part in parts)


def test_a_network_comes_back_equal_from_its_json_and_its_weights() -> None:
    assert same(from_json(NET.to_json(), NET.params), NET)


def test_without_weights_fresh_ones_are_drawn_from_the_seed() -> None:
    first, again, other = (from_json(NET.to_json(), seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(first.params["conv1"]["weight"], again.params["conv1"]["weight"])
    assert not np.array_equal(first.params["conv1"]["weight"], other.params["conv1"]["weight"])


def test_infinite_settings_survive_json() -> None:
    clip = from_config({"kind": "clip", "min": 0.0, "max": float("inf")})
    net = Network("clip", (Input("x", (None, 2)),), (Node("y", clip, ("x",)),), {})
    assert '"Infinity"' in net.to_json()
    assert from_json(net.to_json()).nodes[0].layer == clip


def test_one_safetensors_file_holds_weights_and_architecture(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    data = NET.save(path)
    for source in (path, str(path), data):
        assert same(load_safetensors(source), NET)
    x = np.random.default_rng(0).standard_normal((2, 3, 32, 32)).astype(np.float32)
    assert load_safetensors(data).trace(x).output.tobytes() == NET.trace(x).output.tobytes()


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("{", FormatError, "This is no JSON"),
        ("[" * 100_000, FormatError, "This is no JSON"),
        ("[]", FormatError, 'This JSON is no architecture: it starts with {"format": "convoscope"}.'),
        (said(version=7), FormatError, "Version 7 of the architecture is not read; it is 1."),
        (said(nodes=3), FormatError, "This JSON is no architecture: TypeError"),
        (said(nodes=[3]), FormatError, "This JSON is no architecture: TypeError"),
        (said(inputs=[{"name": "input", "shape": [None, 0, 4]}]), FormatError, "An input has shape [None, 0, 4]"),
        (layer(kind="conv3000"), FormatError, "Node 'a': There is no layer kind 'conv3000'"),
        (layer(kind="conv2d", size=3), FormatError, "Node 'a': There is no setting of conv2d 'size'"),
        (layer(kind="conv2d"), FormatError, "Node 'a' has settings that no conv2d can have"),
        (layer(kind="softmax", axis=9), ShapeError, "Node 'a' cannot read (1, 3, 32, 32)"),
        (said(outputs=["nowhere"]), BadGraph, "Output 'nowhere' is no node of the architecture."),
        (layer(kind="dense", units=10**12), ShapeError, "dense reads one row per example"),
        (layer(kind="conv2d", filters=10**12, kernel=[1, 1]), ModelTooLarge, "Node 'a' of shape"),
        (
            said(nodes=[{"name": "a", "inputs": ["b"], "layer": {"kind": "relu"}}]),
            BadGraph,
            "Node 'a' reads 'b', which no node before it makes.",
        ),
    ],
)
def test_json_that_is_no_architecture_is_refused_in_words(text: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as e:
        from_json(text)
    assert message in str(e.value)


def test_limits_hold_for_an_architecture_too() -> None:
    for limits in (OnnxLimits(nodes=3), OnnxLimits(parameters=100), OnnxLimits(macs=1000)):
        with pytest.raises(ModelTooLarge):
            from_json(NET.to_json(), limits=limits)


def test_weights_alone_are_no_network() -> None:
    with pytest.raises(FormatError, match="holds weights, but no architecture"):
        load_safetensors(pack({"a": np.zeros(1, np.float32)}))
    with pytest.raises(FormatError, match="no safetensors file"):
        load_safetensors(b"\x00" * 20)
    with pytest.raises(ParamsError, match="needs parameter 'weight'"):
        from_json(NET.to_json(), {})
