"""A plan: for one network and one input shape, which kernel runs each layer, and where every array lives.

A plan decides; a `Frame` is the memory of one forward pass with its kernels ready to run; a `Backward` is the memory
of one backward pass from one node. Frames of one plan share the weights and nothing else.
"""

from collections.abc import Mapping

import numpy as np

from convoscope.engine.kernels.choice import choose
from convoscope.engine.kernels.kernel import Adjoint, Kernel, Run, Scratch, Weights
from convoscope.engine.kernels.plain import PlainKernel
from convoscope.engine.kernels.slot import Margin, Room, Slot
from convoscope.engine.network import Network, NetworkParams, Node
from convoscope.engine.types import EVAL, Array, Mode, Shape


class Plan:
    """Kernels, weights and rooms for `network` on inputs of these shapes. dtype: the network's, where none is given."""

    def __init__(self, network: Network, input_shapes: Mapping[str, Shape], dtype: object = None) -> None:
        self.network, self.dtype = network, np.dtype(dtype or network.dtype)  # type: ignore[call-overload]
        self.shapes = network.shapes_for(input_shapes)
        self.kernels = {n.name: choose(n.layer, *(self.shapes[i] for i in n.inputs)) for n in network.nodes}
        self.weights = {n.name: self._weights(n) for n in network.nodes}
        self.readers = {name: [n.name for n in network.nodes if name in n.inputs] for name in self.shapes}
        self.rooms, self.gradient_rooms = self._rooms()
        self.load(network.params)

    def _weights(self, node: Node) -> Weights:
        shapes = node.layer.param_shapes(*(self.shapes[i] for i in node.inputs))
        return self.kernels[node.name].weights(node.layer, shapes, self.dtype)

    def load(self, params: NetworkParams) -> None:
        """Takes over the parameters' values, for every frame of this plan."""
        for name, weights in self.weights.items():
            if name in params:
                weights.load(params[name])

    def frame(self, mode: Mode = EVAL) -> "Frame":
        """Memory for one forward pass."""
        return Frame(self, mode)

    # ---- where arrays live -----------------------------------------------------------------------------------

    def _rooms(self) -> tuple[dict[str, Room], dict[str, Room]]:
        """The rooms of activations and of their gradients. What a kernel ties together has one pitch."""
        read: dict[str, Margin] = dict.fromkeys(self.shapes, Margin())
        back: dict[str, Margin] = dict.fromkeys(self.shapes, Margin())
        group = {name: name for name in self.shapes}
        for node in self.network.nodes:
            kernel, sources = self.kernels[node.name], [self.shapes[i] for i in node.inputs]
            back[node.name] = kernel.adjoint_margin(node.layer, *sources)
            for source in node.inputs:
                read[source] = read[source].with_(kernel.margin(node.layer, *sources))
                if kernel.ties:
                    old, new = group[node.name], group[source]
                    group = {name: new if g == old else g for name, g in group.items()}
        pitch: dict[str, int] = {}
        for name, shape in self.shapes.items():
            gap = max(read[name].left, read[name].right, back[name].left, back[name].right)
            pitch[group[name]] = max(pitch.get(group[name], 0), Room(shape).picture[3] + gap)
        return tuple(
            {name: Room(shape, margin[name], pitch[group[name]]) for name, shape in self.shapes.items()}
            for margin in (read, back)
        )  # type: ignore[return-value]


class Frame:
    """One forward pass: a slot per activation, and the kernels bound to them."""

    def __init__(self, plan: Plan, mode: Mode) -> None:
        self.plan, self.scratch = plan, Scratch(plan.dtype)
        self.slots: dict[str, Slot] = {i.name: Slot(plan.rooms[i.name], plan.dtype) for i in plan.network.inputs}
        self.kernels: dict[str, Kernel] = {}
        for node in plan.network.nodes:
            kind, xs = plan.kernels[node.name], [self.slots[i] for i in node.inputs]
            alias = kind.aliases and xs[0].dense and node.inputs[0] in plan.kernels
            y = xs[0].alias(plan.shapes[node.name]) if alias else Slot(plan.rooms[node.name], plan.dtype)
            self.slots[node.name] = y
            kernel = kind(node.layer, plan.weights[node.name], xs, y, self.scratch)
            if isinstance(kernel, PlainKernel):
                kernel.mode = mode
            self.kernels[node.name] = kernel

    def forward(self, inputs: Mapping[str, Array]) -> None:
        """Runs every kernel; the results stand in `slots`."""
        for name, x in inputs.items():
            np.copyto(self.slots[name].natural, x)
        for kernel in self.kernels.values():
            kernel.forward()

    def backward(self, seed: str, inputs: bool = True) -> "Backward":
        """Memory for a backward pass from the node `seed`. inputs: whether the network's inputs get gradients too."""
        return Backward(self, seed, inputs)


class Backward:
    """One backward pass: a slot per gradient, and the adjoints bound to them, last node first.

    slots: gradients by activation, for those that `seed` depends on. grads: gradients by node and parameter.
    """

    def __init__(self, frame: Frame, seed: str, inputs: bool) -> None:
        self.frame, self.seed, self.inputs = frame, seed, inputs
        self.slots: dict[str, Slot] = {seed: self._slot(seed)}
        self.steps: list[Run] = []
        self.grads: dict[str, dict[str, Array]] = {}
        for node in reversed(frame.plan.network.nodes):
            if node.name in self.slots:
                self._add(node)

    def run(self, dy: Array) -> None:
        """Fills slots and grads from dy, the gradient of the seed."""
        np.copyto(self.slots[self.seed].natural, dy)
        for step in self.steps:
            step()

    def _slot(self, name: str) -> Slot:
        return Slot(self.frame.plan.gradient_rooms[name], self.frame.plan.dtype)

    def _add(self, node: Node) -> None:
        kernel, dy = self.frame.kernels[node.name], self.slots[node.name]
        targets: list[Slot | None] = []
        sums: list[tuple[Slot, Slot]] = []
        for source in node.inputs:
            if not self.inputs and source not in self.frame.kernels:
                targets.append(None)
            elif source in self.slots:
                extra = self._slot(source)
                sums.append((self.slots[source], extra))
                targets.append(extra)
            else:
                self.slots[source] = self._target(kernel, node, dy, source)
                targets.append(self.slots[source])
        adjoint: Adjoint = kernel.adjoint(dy, targets)
        self.steps.append(adjoint.run)
        self.steps += [adding(part.rows, into.rows) for into, part in sums]
        if adjoint.grads:
            self.grads[node.name] = adjoint.grads

    def _target(self, kernel: Kernel, node: Node, dy: Slot, source: str) -> Slot:
        """The gradient slot of a node's input: dy's own memory where the kernel moves nothing and nobody else adds."""
        slot = self._slot(source)
        alone = self.frame.plan.readers[source] == [node.name]
        return dy.alias(slot.shape) if kernel.aliases and alone and slot.dense and dy.dense else slot


def adding(part: Array, total: Array) -> Run:
    """The step that adds one reader's gradient to what the others sent back."""

    def run() -> None:
        np.add(total, part, out=total)

    return run
