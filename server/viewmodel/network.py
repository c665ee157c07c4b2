"""A network as the page draws it: nodes with shapes, windows, receptive fields and colour groups."""

import re
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from convoscope.engine import (
    Axis,
    IndexMap,
    Layer,
    Network,
    Node,
    Preprocessing,
    Table,
    Trace,
    Window,
    receptive_fields,
)
from convoscope.server import wire

BYTES = 4
"""Of a float32, in which activations are kept."""
KEEPS_SCALE = ("pointwise", "reduce", "copy")
"""Kinds of arithmetic whose results are on the scale of their input, so that one colour range serves both."""


def network_summary(id: str, title: str, network: Network, shipped: bool = True) -> wire.NetworkSummary:
    """One line of the list of networks."""
    return wire.NetworkSummary(
        id=id,
        title=title,
        input_shape=wire.ints(network.input_shape),
        parameters=network.parameter_count,
        shipped=shipped,
    )


def network_view(
    id: str,
    title: str,
    network: Network,
    card: Mapping[str, Any] | None,
    guessed: bool = False,
    notes: Sequence[str] = (),
) -> wire.NetworkView:
    """Everything about a network that needs no picture.

    guessed: whether its preprocessing is only a guess. notes: what was changed when its file was read.
    """
    lost = network.report.unsupported if network.report else ()
    waiting = network.report.beyond if network.report else ()
    groups, fields = range_groups(network), receptive_fields(network)
    nodes = [input_view(network, i.name, groups) for i in network.inputs]
    nodes += [node_view(network, n, groups, fields[n.name]) for n in network.nodes]
    return wire.NetworkView(
        id=id,
        title=title,
        labels=list(network.labels),
        preprocessing=preprocessing_view(network.preprocessing, guessed) if network.preprocessing else None,
        card=dict(card) if card is not None else None,
        output=network.output,
        logits=blank_trace(network).logits,
        input=network.inputs[0].name,
        parameters=network.parameter_count,
        macs=sum(n.macs for n in nodes),
        memory=sum(n.memory for n in nodes),
        nodes=nodes,
        unsupported=[wire.UnsupportedView(node=n.name, operator=n.op, why=n.why, nearest=n.nearest) for n in lost],
        waiting=[wire.WaitingView(node=n.name, operator=n.op) for n in waiting],
        notes=list(notes),
    )


def preprocessing_view(how: Preprocessing, guessed: bool) -> wire.PreprocessingView:
    """How pixels become the network's input, and the names of what else is usual."""
    black, white = (how.apply(np.full((len(how.mean), 1, 1), pixel, np.uint8)).ravel() for pixel in (0, 255))
    return wire.PreprocessingView(
        size=how.size,
        mean=list(how.mean),
        std=list(how.std),
        scale=how.scale,
        channels=how.channels,
        crop=how.crop,
        place=(how.place[0], how.place[1]),
        preset=how.preset,
        presets=how.presets(len(how.mean)),
        guessed=guessed,
        black=black.tolist(),
        white=white.tolist(),
    )


def blank_trace(network: Network) -> Trace:
    """A trace with the right shapes and no memory, for what depends on shapes alone."""
    zeros = {name: np.broadcast_to(np.float32(0), shape) for name, shape in network.shapes.items()}
    return Trace(network, zeros, {})


def range_groups(network: Network) -> dict[str, str]:
    """Which nodes share a colour range: those that keep the scale of their input follow it, others begin anew."""
    groups = {i.name: i.name for i in network.inputs}
    for node in network.nodes:
        follows = node.inputs and node.layer.picture in KEEPS_SCALE
        groups[node.name] = groups[node.inputs[0]] if follows else node.name
    return groups


def input_view(network: Network, name: str, groups: Mapping[str, str]) -> wire.NodeView:
    """A network input: numbers that nobody here made."""
    shape = wire.ints(network.shapes[name][1:])
    return wire.NodeView(
        name=name,
        kind="input",
        inputs=[],
        shape=shape,
        config={},
        summary="input",
        equation="",
        params=[],
        parameters=0,
        macs=0,
        memory=memory(shape),
        receptive_field=(1, 1) if len(shape) == 3 else None,
        windows=[],
        range_group=groups[name],
    )


def node_view(network: Network, node: Node, groups: Mapping[str, str], field: Sequence[range] | None) -> wire.NodeView:
    """A node: its layer, its parameters and where it reads. field: what its middle sees of the first input."""
    shapes = [network.shapes[i] for i in node.inputs]
    learnt = network.learnt(node.name)
    params = [
        wire.ParamView(name=k, shape=wire.ints(a.shape), count=int(a.size), learnt=k in learnt)
        for k, a in network.params_of(node.name).items()
    ]
    config = node.layer.config()
    return wire.NodeView(
        name=node.name,
        kind=node.layer.kind,
        inputs=list(node.inputs),
        shape=wire.ints(network.shapes[node.name][1:]),
        config={k: v for k, v in config.items() if k != "kind"},
        summary=summary(node.layer.kind, config),
        equation=equation(node.layer),
        params=params,
        parameters=sum(p.count for p in params if p.learnt),
        macs=node.layer.macs(*shapes),
        memory=memory(network.shapes[node.name][1:]),
        receptive_field=(len(field[2]), len(field[3])) if field is not None and len(field) == 4 else None,
        windows=[window_view(w) for w in node.layer.windows(*shapes)],
        range_group=groups[node.name],
    )


def memory(shape: Sequence[int]) -> int:
    """Bytes of an activation of this shape, in float32."""
    return BYTES * prod(shape)


def summary(kind: str, config: Mapping[str, Any]) -> str:
    """A layer in a few words: `conv 3×3`, `max pool 2×2`, `relu`."""
    words = re.sub(r"[12]d$", "", kind).replace("_", " ")
    kernel = config.get("kernel")
    return f"{words} {'×'.join(map(str, kernel))}" if isinstance(kernel, Sequence) else words


def equation(layer: Layer) -> str:
    """What a layer computes, from its own documentation: the text after `Equation`, up to the backward rule."""
    found = re.search(r"^\s*Equation\s+(.*?)(?:;|$)", type(layer).__doc__ or "", flags=re.MULTILINE)
    return found[1].strip() if found else ""


def window_view(window: Window | IndexMap) -> wire.SlidingView | wire.MapView:
    """The rule by which an output cell finds the input cells that it reads, the batch axis left out."""
    if isinstance(window, IndexMap):
        in_order = np.array_equal(window.source.ravel(), np.arange(window.source.size))
        return wire.MapView(map="reshape" if in_order else "gather")
    return wire.SlidingView(axes=[axis_view(a) for a in window.axes[1:]])


def axis_view(axis: Axis | Table) -> wire.AxisView | wire.TableView:
    """One axis of a window. `follows` counts axes without the batch, too."""
    follows = None if axis.follows is None else axis.follows - 1
    if isinstance(axis, Table):
        return wire.TableView(rows=[list(r) for r in axis.rows], follows=follows)
    return wire.AxisView(**{**axis._asdict(), "follows": follows})
