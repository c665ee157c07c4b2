"""What if? A network and its input with some numbers changed, some channels off, some steps learnt; and all as text.

    conv1.weight@3,0,1,1=0.5;input@0,5,7=1.2;off=conv2@4;learn=sgd,0.01,5,loss:3

First the numbers are set, then the channels are switched off, then the network learns from there. Neither the network
nor the input that is given ever changes. Equal edits are equal text, in whatever order they were written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from convoscope.engine.addresses import address, owner, parse_address, quoted, unquoted
from convoscope.engine.errors import AttributeValueError, ConvoscopeError, IndexOutside, UnknownName
from convoscope.engine.network import Network, Node
from convoscope.engine.stepping import Learning, learned
from convoscope.engine.trace import Trace
from convoscope.engine.types import Array, Index, Told

WRITTEN = "An edit is written conv1.weight@3,0,1,1=0.5, input@0,5,7=1.2, off=conv2@4 or learn=sgd,0.01,5,loss:3."
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
COUNT = re.compile(r"\d{1,6}", re.ASCII)
SWITCHED = ("weight", "bias")
"""Parameters that make a channel: at zero, all of its numbers are exactly 0."""
WITH_CHANNELS = (
    *("conv2d", "conv_transpose2d", "locally_connected2d", "dense"),
    *("batch_norm", "group_norm", "instance_norm"),
)
"""Kinds of layers whose output channels have weights of their own, which can be zero."""


@dataclass(frozen=True, order=True)
class Change:
    """One number of an input or of a parameter, set to a value; the nearest number of float32 counts."""

    where: str
    at: Index
    value: float

    def __str__(self) -> str:
        return f"{address(self.where, self.at)}={np.float32(self.value)!s}"


@dataclass(frozen=True, order=True)
class Off:
    """One output channel of a layer, switched off: its weights and its bias are zero, and so are its numbers."""

    node: str
    channel: int

    def __str__(self) -> str:
        return f"off={quoted(self.node)}@{self.channel}"


@dataclass(frozen=True)
class Edits:
    """What is changed, in canonical order. Raises ConvoscopeError where one thing is changed twice."""

    changes: tuple[Change, ...] = ()
    off: tuple[Off, ...] = ()
    learning: Learning | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", tuple(sorted(self.changes)))
        object.__setattr__(self, "off", tuple(sorted(self.off)))
        names = [address(c.where, c.at) for c in self.changes] + [str(o) for o in self.off]
        if len(set(names)) < len(names):
            raise ConvoscopeError("Two of the edits are of the same number or channel; one of them must go.")

    def __str__(self) -> str:
        last = [f"learn={quoted(str(self.learning))}"] if self.learning else []
        return ";".join([*map(str, self.changes), *map(str, self.off), *last])

    def __bool__(self) -> bool:
        return bool(self.changes or self.off or self.learning)

    def __len__(self) -> int:
        return len(self.changes) + len(self.off) + (self.learning is not None)

    def checked(self, network: Network) -> "Edits":
        """The edits, if the network has all that they name. Raises UnknownName, IndexOutside, ConvoscopeError."""
        for change in self.changes:
            node, param = owner(network, change.where)
            if not param and node not in (i.name for i in network.inputs):
                raise ConvoscopeError(_computed(network, node))
            shape = network.params_of(node)[param].shape if param else network.shapes[node][1:]
            _inside(change.where, change.at, shape)
        for off in self.off:
            _switchable(network, off.node)
            _inside(off.node, (off.channel,), network.shapes[off.node][1:2])
        return self

    def network(self, network: Network) -> Network:
        """The network with the numbers set and the channels off, before it learns."""
        params: dict[str, dict[str, Array]] = {}
        for change in self.changes:
            node, param = owner(network, change.where)
            if param:
                array = _own(params, network, node, param)
                array[change.at] = change.value
        for off in self.off:
            _silence(params, network, network.node(off.node), off.channel)
        return network.with_params(params) if params else network

    def input(self, network: Network, x: Array) -> Array:
        """The first input with its numbers set. x: (C, H, W), or (N, C, H, W), where every example is changed."""
        own = [c for c in self.changes if c.where == network.inputs[0].name]
        if not own:
            return x
        changed = x.copy()
        for change in own:
            place: tuple[Any, ...] = (..., *change.at)
            changed[place] = change.value
        return changed

    def applied(self, network: Network, x: Array, told: Told | None = None) -> tuple[Network, Array]:
        """The network and the input with everything done; `told` hears of passes. Raises what `checked` raises."""
        self.checked(network)
        changed, seen = self.network(network), self.input(network, x)
        return (learned(changed, seen, self.learning, told) if self.learning else changed), seen


def parse_edits(text: str) -> Edits:
    """The edits that a text names; none where it is empty. Raises ConvoscopeError: which one is wrong, and how."""
    items = text.split(";") if text else []
    found: list[Change | Off | Learning] = []
    for number, item in enumerate(items, 1):
        try:
            found.append(_item(item))
        except ConvoscopeError as error:
            raise type(error)(f"Edit {number} of {len(items)}: {error}") from error
    learning = [f for f in found if isinstance(f, Learning)]
    if len(learning) > 1:
        raise ConvoscopeError("A network learns once: write one learn= with the count of all of its steps.")
    changes = tuple(f for f in found if isinstance(f, Change))
    return Edits(changes, tuple(f for f in found if isinstance(f, Off)), next(iter(learning), None))


def parse_learning(text: str) -> Learning:
    """What `sgd,0.01,5,loss:3` says: optimizer, rate, count of steps, objective. Raises ConvoscopeError."""
    parts = text.split(",", 3)
    if len(parts) < 4 or not NUMBER.fullmatch(parts[1]) or not COUNT.fullmatch(parts[2]):
        raise ConvoscopeError("Learning is written optimizer,rate,steps,objective: sgd,0.01,5,loss:3.")
    return Learning(parts[0], float(parts[1]), int(parts[2]), parts[3])


def _item(text: str) -> Change | Off | Learning:
    name, sign, value = text.partition("=")
    if not sign or "=" in value:
        raise ConvoscopeError(WRITTEN)
    if name == "learn":
        return parse_learning(unquoted(value))
    where, at = parse_address(value if name == "off" else name)
    if name != "off":
        return Change(where, at, _number(value))
    if len(at) != 1:
        raise ConvoscopeError("A channel is switched off by its one number: off=conv2@4.")
    return Off(where, at[0])


def _number(text: str) -> float:
    if not NUMBER.fullmatch(text):
        raise ConvoscopeError("A number is set to a finite decimal, such as 0.5 or -1e-3; NaN and ∞ cannot be set.")
    with np.errstate(over="ignore"):
        stored = float(np.float32(text)) + 0.0  # no −0, which would be another text for the same number
    if not np.isfinite(stored):
        raise ConvoscopeError("A number is set to what float32 can hold, up to 3.4e38 of either sign.")
    return stored


def _inside(where: str, at: Index, shape: tuple[int, ...]) -> None:
    if len(at) != len(shape) or not all(0 <= i < n for i, n in zip(at, shape, strict=True)):
        raise IndexOutside(f"{where} has shape {shape}; {tuple(at)} is no cell of it.")


def _computed(network: Network, node: str) -> str:
    inputs = " or ".join(i.name for i in network.inputs)
    own = [f"{node}.{k}" for k in network.params_of(node)]
    also = f", {' or '.join(own)}" if own else " or a layer's weights"
    return f"The numbers of {node} are computed, not given: edit those of {inputs}{also}, or switch a channel off."


def _switchable(network: Network, name: str) -> Node:
    """The node, if its channels have weights. Raises UnknownName, AttributeValueError."""
    if name not in (n.name for n in network.nodes):
        raise UnknownName.among("node", name, [n.name for n in network.nodes])
    node = network.node(name)
    if node.layer.kind not in WITH_CHANNELS or "weight" not in network.params_of(name):
        raise AttributeValueError(
            f"{name} ({node.layer.kind}) has no weights that could be zero; switch off a channel of a layer before it, "
            f"one of the kinds {', '.join(WITH_CHANNELS)}."
        )
    return node


def _own(params: dict[str, dict[str, Array]], network: Network, node: str, param: str) -> Array:
    """The copy of a parameter that these edits write into."""
    mine = params.setdefault(node, {})
    if param not in mine:
        mine[param] = network.params_of(node)[param].copy()
    return mine[param]


def _silence(params: dict[str, dict[str, Array]], network: Network, node: Node, channel: int) -> None:
    """Zero for all that makes one channel."""
    for name in SWITCHED:
        if name in network.params_of(node.name):
            array = _own(params, network, node.name, name)
            array[_of_channel(node, array, name, channel)] = 0


def _of_channel(node: Node, array: Array, name: str, channel: int) -> tuple[slice | int, ...]:
    """The part of a parameter that makes one channel: the first axis counts channels, but of transposed filters."""
    if node.layer.kind != "conv_transpose2d" or name != "weight":
        return (channel,)
    groups = node.layer.config()["groups"]
    group, place = divmod(channel, array.shape[1])
    inputs = array.shape[0] // groups
    return slice(group * inputs, (group + 1) * inputs), place


def difference(now: Trace, before: Trace) -> Mapping[str, Array]:
    """What changed from one trace to another of the same architecture: new − old, for every activation."""
    with np.errstate(invalid="ignore", over="ignore"):
        return {name: a - before.activations[name] for name, a in now.activations.items()}
