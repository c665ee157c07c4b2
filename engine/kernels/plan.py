"""A plan: for one network and one input shape, which kernel runs each layer, and where every array lives.

A plan decides; a `Frame` is the memory of one forward pass with all its calls; a `Backward` is the memory of one
backward pass from one node. Frames of one plan share the weights and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial, reduce
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convoscope.engine.kernels.kernel import Call, Weights
from convoscope.engine.kernels.layout import AnyKernel, Layout, layout_for
from convoscope.engine.kernels.memory import Arena, Places, Pool, Scratch, Watch
from convoscope.engine.kernels.runs import RunRoom
from convoscope.engine.kernels.slot import NO_MARGIN, Margin, Room, Slot
from convoscope.engine.kernels.wide.conv import WideConv
from convoscope.engine.kernels.wide.elementwise import Elementwise
from convoscope.engine.types import EVAL, NO_PARAMS, Array, Mode, Params, Shape, Told

if TYPE_CHECKING:
    from convoscope.engine.network import Network, Node


SEEDS = 3
"""Nodes from which a frame keeps memory to go backward: each takes as much as all activations."""


class Plan:
    """Kernels, weights and rooms for `network` on inputs of these shapes. dtype: the network's, where none is given.

    layout: the one that suits the network, where none is given. params: the arrays that the frames read, the network's
    where none are given. bytes: what the activations of one frame take.
    """

    def __init__(
        self,
        network: "Network",
        input_shapes: Mapping[str, Shape],
        dtype: object = None,
        layout: Layout | None = None,
        params: Mapping[str, Params] | None = None,
    ) -> None:
        self.nodes, self.inputs = network.nodes, [i.name for i in network.inputs]
        self.dtype: np.dtype[np.floating] = np.dtype(dtype or network.dtype)  # type: ignore[call-overload]
        self.shapes = network.shapes_for(input_shapes)
        self.layout = layout or layout_for(network, self.shapes)
        self.kernels = {n.name: self.layout.choose(n.layer, *self.sources(n)) for n in network.nodes}
        arrays = network.params if params is None else params
        self.weights = {n.name: self._weights(n, arrays.get(n.name, NO_PARAMS)) for n in network.nodes}
        self.readers = {name: [n.name for n in network.nodes for i in n.inputs if i == name] for name in self.shapes}
        self.rooms, self.gradient_rooms = self._rooms()
        self.bytes = sum(room.size for room in self.rooms.values()) * self.dtype.itemsize

    def sources(self, node: "Node") -> list[Shape]:
        """The shapes that a node reads."""
        return [self.shapes[i] for i in node.inputs]

    def _weights(self, node: "Node", params: Params) -> Weights:
        return self.kernels[node.name].weights(node.layer, self.sources(node), self.dtype, params)

    def refresh(self) -> None:
        """Arranges the parameters anew for every frame of this plan, after somebody wrote into their arrays."""
        for weights in self.weights.values():
            weights.refresh()

    def frame(self, mode: Mode = EVAL) -> "Frame":
        """Memory for one forward pass."""
        return Frame(self, mode)

    # ---- where arrays live -----------------------------------------------------------------------------------

    def _rooms(self) -> tuple[dict[str, Room], dict[str, Room]]:
        """The rooms of activations and of their gradients."""
        read: dict[str, Margin] = dict.fromkeys(self.shapes, NO_MARGIN)
        back: dict[str, Margin] = dict.fromkeys(self.shapes, NO_MARGIN)
        for node in self.nodes:
            kernel, sources = self.kernels[node.name], self.sources(node)
            back[node.name] = kernel.adjoint_margin(node.layer, *sources)
            for source in node.inputs:
                read[source] = read[source].with_(kernel.margin(node.layer, *sources))
        if self.layout.wide:
            forward, backward = ({n: self._room(n, m[n], 0) for n in self.shapes} for m in (read, back))
            return forward, backward
        rooms = self._tied({name: read[name].with_(back[name]) for name in self.shapes})
        clean, clean_back = self._clean(read)
        forward, backward = ({n: replace(r, clean=n in c) for n, r in rooms.items()} for c in (clean, clean_back))
        return forward, backward

    def _clean(self, read: Mapping[str, Margin]) -> tuple[set[str], set[str]]:
        """Between which arrays' rows somebody reads zeros, among the activations and among their gradients."""
        clean = {name for name, margin in read.items() if margin != NO_MARGIN}
        clean_back = {node.name for node in self.nodes if self.kernels[node.name].sums_gaps}
        passing = [node for node in self.nodes if self.kernels[node.name].passes_gaps]
        for node in reversed(passing):
            clean |= set(node.inputs) if node.name in clean else set()
        for node in passing:
            clean_back |= {node.name} if clean_back & set(node.inputs) else set()
        return clean, clean_back

    def _room(self, name: str, margin: Margin, pitch: int) -> Room:
        return self.layout.room(self.shapes[name], self.dtype, margin, pitch)

    def _tied(self, margins: Mapping[str, Margin]) -> dict[str, Room]:
        """Rooms of which those that a kernel ties together have one pitch and one margin, in both directions."""
        group = {name: name for name in self.shapes}
        for node in self.nodes:
            for source in node.inputs if self.kernels[node.name].ties else ():
                old, new = group[node.name], group[source]
                group = {name: new if g == old else g for name, g in group.items()}
        members: dict[str, list[str]] = {}
        for name, leader in group.items():
            members.setdefault(leader, []).append(name)
        rooms: dict[str, Room] = {}
        for names in members.values():
            widest = reduce(Margin.with_, (margins[name] for name in names))
            pitch = max(RunRoom(self.shapes[n], self.dtype).picture[3] + max(margins[n][1::2]) for n in names)
            rooms |= {name: self._room(name, widest, pitch) for name in names}
        return rooms


class Frame:
    """One forward pass: a slot per activation, and the calls that fill them.

    views: the activations as they leave the plan, read-only. watch: tells when nobody holds any of them.
    """

    def __init__(self, plan: Plan, mode: Mode = EVAL) -> None:
        self.plan, self.scratch = plan, Scratch(plan.dtype)
        arena = Arena((room.size for room in plan.rooms.values()), plan.dtype)
        self.slots: dict[str, Slot] = {}
        for name in plan.inputs:
            self.slots[name] = plan.layout.slot(plan.rooms[name], arena.take(plan.rooms[name].size))
        self.kernels: dict[str, AnyKernel] = {}
        hosts: dict[str, WideConv] = {}
        for node in plan.nodes:
            kind, xs = plan.kernels[node.name], [self.slots[i] for i in node.inputs]
            room = plan.rooms[node.name]
            alias = kind.aliases and xs[0].room.dense and node.inputs[0] in plan.kernels
            self.slots[node.name] = xs[0].alias(room.shape) if alias else plan.layout.slot(room, arena.take(room.size))
            kernel = kind(node.layer, plan.weights[node.name], xs, self.slots[node.name], self.scratch, mode)
            self.kernels[node.name] = kernel
            self._host(node, kernel, hosts)
        self.steps = {name: list(kernel.finish()) for name, kernel in self.kernels.items()}
        self.calls = [call for calls in self.steps.values() for call in calls]
        self.views = {name: given_away(slot.natural) for name, slot in self.slots.items()}
        self.watch, self.memory = Watch(self.views), arena.memory
        self.places = Places(self.memory, self.views)
        self.lock, self.backwards = Lock(), dict[str, Pool[Backward]]()

    @property
    def bytes(self) -> int:
        """What it takes: activations, what its kernels work in, and once more as much as all activations to go back."""
        return 2 * int(self.memory.nbytes) + self.scratch.bytes

    def forward(self, inputs: Mapping[str, Array], told: Told | None = None) -> None:
        """Makes every call; the results stand in `slots`, and in `views`. told: hears of every node that is done."""
        self._finite: bool | None = None
        for name, x in inputs.items():
            np.copyto(self.slots[name].natural, x)
        make(self.calls, self.steps, told)

    def _host(self, node: "Node", kernel: AnyKernel, hosts: dict[str, WideConv]) -> None:
        """Lets a kernel that can follow a convolution do so, when all that it reads is there by then."""
        if isinstance(kernel, WideConv):
            hosts[node.name] = kernel
        host = hosts.get(node.inputs[0]) if node.inputs else None
        if not isinstance(kernel, Elementwise) or host is None or kernel.y.shape != host.y.shape:
            return
        before = list(self.kernels)[: list(self.kernels.values()).index(host)]
        if all(source in before or source in self.plan.inputs for source in node.inputs[1:]):
            host.host(kernel)
            kernel.calls, hosts[node.name] = [], host

    def finite(self) -> bool:
        """Whether the last pass made no NaN and no ∞, as far as one product can tell; it may say no too often."""
        if self._finite is None:
            with np.errstate(over="ignore", invalid="ignore"):
                self._finite = bool(np.isfinite(np.dot(self.memory, self.memory)))
        return self._finite

    def backwards_from(self, seed: str) -> "Pool[Backward]":
        """Backward passes from the node `seed` that wait for work; of all nodes but the last few they are forgotten."""
        if seed not in self.backwards and len(self.backwards) >= SEEDS:
            self.backwards.pop(next(iter(self.backwards)), None)
        return self.backwards.setdefault(seed, Pool(keep=1))

    def backward(self, seed: str, inputs: bool = True) -> "Backward":
        """Memory for a backward pass from the node `seed`. inputs: whether the network's inputs get gradients too."""
        return Backward(self, seed, inputs)


class Backward:
    """One backward pass: a slot per gradient, and the calls that fill them, last node first.

    slots: gradients by activation, for those that `seed` depends on. grads: gradients by node and parameter.
    """

    def __init__(self, frame: Frame, seed: str, inputs: bool) -> None:
        plan, self.seed, self.inputs = frame.plan, seed, inputs
        rooms = plan.gradient_rooms
        again = [rooms[name].size for name, nodes in plan.readers.items() for _ in nodes[1:]]
        self.arena = Arena([room.size for room in rooms.values()] + again, plan.dtype)
        self.slots: dict[str, Slot] = {seed: self._slot(plan, seed)}
        self.steps: dict[str, list[Call]] = {}
        self.grads: dict[str, Mapping[str, Array]] = {}
        for node in reversed(plan.nodes):
            if node.name in self.slots:
                self.steps[node.name] = self._added(plan, frame.kernels, node)
        self.calls = [call for calls in self.steps.values() for call in calls]
        self.views = {name: given_away(slot.natural) for name, slot in self.slots.items()}
        self.grad_views = {node: {k: given_away(a) for k, a in grads.items()} for node, grads in self.grads.items()}
        self.watch = Watch(self.views, *self.grad_views.values())
        self.places = Places(self.arena.memory, self.views)

    def run(self, dy: Array, told: Told | None = None) -> None:
        """Fills slots and grads from dy, the gradient of the seed. told: hears of every node that is done."""
        np.copyto(self.slots[self.seed].natural, dy)
        make(self.calls, self.steps, told)

    def _slot(self, plan: Plan, name: str) -> Slot:
        room = plan.gradient_rooms[name]
        return plan.layout.slot(room, self.arena.take(room.size))

    def _added(self, plan: Plan, kernels: Mapping[str, AnyKernel], node: "Node") -> list[Call]:
        """The calls of a node, which now has its slots."""
        kernel, dy = kernels[node.name], self.slots[node.name]
        targets: list[Slot | None] = []
        sums: list[Call] = []
        for source in node.inputs:
            if not self.inputs and source not in kernels:
                targets.append(None)
            elif source in self.slots:
                part, total = self._slot(plan, source), self.slots[source]
                sums.append(partial(np.add, total.rows, part.rows, out=total.rows))
                targets.append(part)
            else:
                self.slots[source] = self._target(plan, kernel, dy, source)
                targets.append(self.slots[source])
        adjoint = kernel.adjoint(dy, targets)
        if adjoint.grads:
            self.grads[node.name] = adjoint.grads
        return [*adjoint.calls, *sums]

    def _target(self, plan: Plan, kernel: AnyKernel, dy: Slot, source: str) -> Slot:
        """The gradient slot of a node's input: dy's own memory where the kernel moves nothing and nobody else adds."""
        room, alone = plan.gradient_rooms[source], len(plan.readers[source]) == 1
        free = kernel.aliases and alone and room.dense and dy.room.dense
        return dy.alias(room.shape) if free else self._slot(plan, source)


def make(calls: Sequence[Call], steps: Mapping[str, Sequence[Call]], told: Told | None) -> None:
    """Makes all calls; with `told`, those of a node after those of another, and it hears of each node that is done."""
    if told is None:  # without a look at the nodes between, since passes of small networks take microseconds
        for call in calls:
            call()
        return
    for name, own in steps.items():
        for call in own:
            call()
        told(name)


def given_away(a: Array) -> Array:
    """A view through which nothing can be written, and which all views of it hold on to, rather than on to `a`."""
    return as_strided(a, a.shape, a.strides, writeable=False)
