"""An architecture as JSON, and with its weights as one safetensors file that carries that JSON.

    {"format": "convoscope", "version": 1, "name": "example-cnn",
     "inputs": [{"name": "input", "shape": [null, 3, 32, 32]}],
     "nodes": [{"name": "conv1", "inputs": ["input"], "layer": {"kind": "conv2d", "filters": 10, ...}}, ...],
     "outputs": ["softmax"], "labels": [...], "preprocessing": {...} or null}

Nodes come in topological order. Numbers that JSON has none for are the texts "NaN", "Infinity" and "-Infinity".
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite, prod
from pathlib import Path
from typing import Any

import numpy as np

from convoscope.engine.errors import BadGraph, ConvoscopeError, FormatError, ModelTooLarge, ShapeError
from convoscope.engine.formats.onnx_limits import OnnxLimits
from convoscope.engine.formats.onnx_metadata import read_preprocessing
from convoscope.engine.formats.onnx_size import Meter
from convoscope.engine.formats.safetensors import metadata, pack, unpack
from convoscope.engine.layer import Layer, from_config
from convoscope.engine.network import Input, Network, NetworkParams, Node, one_example
from convoscope.engine.preprocessing import Preprocessing
from convoscope.engine.types import Params, Shape

FORMAT, VERSION = "convoscope", 1
SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
MALFORMED = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError)
"""What Python says of JSON that has other values than an architecture has."""


def to_json(network: Network) -> str:
    """The architecture without its weights."""
    how = network.preprocessing
    said = {
        "format": FORMAT,
        "version": VERSION,
        "name": network.name,
        "inputs": [{"name": i.name, "shape": list(i.shape)} for i in network.inputs],
        "nodes": [{"name": n.name, "inputs": list(n.inputs), "layer": _plain(n.layer.config())} for n in network.nodes],
        "outputs": list(network.outputs),
        "labels": list(network.labels),
        "preprocessing": None if how is None else _plain(asdict(how)),
    }
    return json.dumps(said, ensure_ascii=False, allow_nan=False, indent=1)


def _plain(value: Any) -> Any:
    """JSON values only."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    return value


def from_json(
    text: str | bytes, params: NetworkParams | None = None, *, limits: OnnxLimits | None = None, seed: int = 0
) -> Network:
    """The network that `to_json` wrote, with these weights, or with fresh ones drawn from `seed`.

    Raises FormatError that says what is wrong and where; ModelTooLarge, before any weight is drawn.
    """
    allowed = limits or OnnxLimits()
    said = _object(text)
    try:
        inputs = tuple(Input(str(i["name"]), _sizes(i["shape"])) for i in said["inputs"])
        outputs = tuple(str(name) for name in said.get("outputs", ()))
        labels = tuple(str(name) for name in said.get("labels", ()))
        how = _preprocessing(said.get("preprocessing"))
        nodes = said["nodes"]
        if len(nodes) > allowed.nodes:
            most = allowed.nodes
            raise ModelTooLarge(f"The architecture has {len(nodes)} nodes; {most} are allowed.", most, len(nodes))
        places = [_node(n) for n in nodes]
        sized = _sized(inputs, places, allowed)
    except ConvoscopeError:
        raise
    except MALFORMED as e:
        raise FormatError(f"This JSON is no architecture: {type(e).__name__}: {e}.") from e
    weights = params if params is not None else _fresh(sized, seed)
    lost = [name for name in outputs if name not in {n.name for n in places}]
    if lost:
        raise BadGraph(f"Output {lost[0]!r} is no node of the architecture.")
    network = Network(str(said.get("name", "network")), inputs, tuple(places), weights, outputs, labels, how)
    Meter(allowed).whole(network)
    return network


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as e:
        raise FormatError(f"This is no JSON: {e}.") from e
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise FormatError(f'This JSON is no architecture: it starts with {{"format": "{FORMAT}"}}.')
    if said.get("version") != VERSION:
        raise FormatError(f"Version {said.get('version')!r} of the architecture is not read; it is {VERSION}.")
    return said


def _sizes(shape: Any) -> tuple[int | None, ...]:
    found = tuple(None if d is None else int(d) for d in shape)
    if not found or any(d is not None and d < 1 for d in found):
        raise FormatError(f"An input has shape {list(found)}; sizes are at least 1, or null where any goes.")
    return found


def _preprocessing(said: Any) -> Preprocessing | None:
    return None if said is None else read_preprocessing(said)


def _node(said: Mapping[str, Any]) -> Node:
    name = str(said["name"])
    config = {k: SPECIAL.get(v, v) if isinstance(v, str) else v for k, v in said["layer"].items()}
    try:
        layer = from_config(config)
    except ConvoscopeError as e:
        raise FormatError(f"Node {name[:80]!r}: {e}") from e
    except MALFORMED as e:
        raise FormatError(f"Node {name[:80]!r} has settings that no {config.get('kind')} can have: {e}.") from e
    return Node(name, layer, tuple(str(i) for i in said["inputs"]))


Sized = dict[str, tuple[Layer, tuple[Shape, ...]]]
"""Each node's layer and the shapes that it reads."""


def _sized(inputs: tuple[Input, ...], nodes: list[Node], limits: OnnxLimits) -> Sized:
    """The layers with what they read, once no array of theirs is too large."""
    shapes: dict[str, Shape] = {i.name: one_example(i) for i in inputs}
    sized: Sized = {}
    numbers = 0
    for node in nodes:
        lost = [i for i in node.inputs if i not in shapes]
        if lost:
            raise BadGraph(f"Node {node.name[:80]!r} reads {lost[0][:80]!r}, which no node before it makes.")
        read = tuple(shapes[i] for i in node.inputs)
        try:
            shapes[node.name] = node.layer.output_shape(*read)
            numbers += sum(prod(s) for s in node.layer.param_shapes(*read).values())
        except ShapeError as e:
            raise ShapeError(f"Node {node.name[:80]!r} cannot read {', '.join(map(str, read))}: {e}") from e
        takes = 4 * prod(shapes[node.name])
        for most, value in ((limits.parameters, numbers), (limits.activation_bytes, takes)):
            if value > most:
                said = f"Node {node.name[:80]!r} of shape {shapes[node.name]} makes the network too large."
                raise ModelTooLarge(said, most, value)
        sized[node.name] = (node.layer, read)
    return sized


def _fresh(sized: Sized, seed: int) -> NetworkParams:
    rng = np.random.default_rng(seed)
    fresh = {name: layer.initial(rng, *read) for name, (layer, read) in sized.items()}
    return {name: p for name, p in fresh.items() if p}


# -- with weights


def packed(network: Network) -> bytes:
    """Weights and architecture as the bytes of one safetensors file."""
    arrays = {f"{node}.{k}": a for node, p in network.params.items() for k, a in p.items()}
    return pack(arrays, {FORMAT: to_json(network)})


def load_safetensors(source: str | Path | bytes, *, limits: OnnxLimits | None = None) -> Network:
    """The network in a safetensors file that `Network.save` wrote, given as its path or its bytes."""
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    text = metadata(data).get(FORMAT)
    if text is None:
        raise FormatError(f"This safetensors file holds weights, but no architecture ({FORMAT!r} in its metadata).")
    params: dict[str, dict[str, Any]] = {}
    for name, array in unpack(data).items():
        node, _, param = name.rpartition(".")
        params.setdefault(node, {})[param] = array
    given: Mapping[str, Params] = params
    return from_json(text, given, limits=limits)
