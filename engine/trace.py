"""One forward pass with everything kept, and the gradients of anything through it. Neither ever changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from convoscope.engine.contributions import Contribution, contributors
from convoscope.engine.errors import IndexOutside, UnknownName
from convoscope.engine.explanation import ROUNDING, Explanation, Operand, Step, running, with_rounding
from convoscope.engine.geometry import Box, union
from convoscope.engine.layer import Saved
from convoscope.engine.objective import Objective, Origin, Upstream
from convoscope.engine.types import Array, Index, Mode, Told, read_only

if TYPE_CHECKING:
    from convoscope.engine.kernels.planned import PlannedPass
    from convoscope.engine.network import Network, Node


@dataclass(frozen=True, eq=False)
class Trace:
    """Every activation of one pass. `at` may name a cell with its batch axis or without (example 0)."""

    network: "Network"
    activations: Mapping[str, Array]
    saved: Mapping[str, Saved] = field(repr=False)
    planned: "PlannedPass | None" = field(default=None, repr=False)
    """What made the activations, when a plan did; it runs backward too."""

    @property
    def output(self) -> Array:
        """The first output's activation, (N, …)."""
        return self.activations[self.network.output]

    @property
    def batch(self) -> int:
        """How many examples the pass saw."""
        return int(self.activations[self.network.inputs[0].name].shape[0])

    @property
    def logits(self) -> str:
        """The node whose activation is read as logits: the one before a final softmax, else the output."""
        last = self.network.node(self.network.output)
        return last.inputs[0] if last.layer.kind == "softmax" else last.name

    def activation(self, name: str) -> Array:
        """The activation of a node or input. Raises UnknownName, or UnsupportedOperator past the network's end."""
        if name not in self.activations:
            if self.network.report is not None:
                self.network.report.refuse(name)
            raise UnknownName.among("node", name, self.activations)
        return self.activations[name]

    def place(self, node: str, at: Sequence[int]) -> Index:
        """`at` with all axes of the node's activation. Raises IndexOutside when it is no cell of it."""
        return placed(node, at, self.activation(node).shape)

    def arguments(self, node: "Node") -> tuple[Array, ...]:
        """The activations that a node reads."""
        return tuple(self.activations[i] for i in node.inputs)

    def explain(self, node: str, at: Sequence[int]) -> Explanation:
        """The arithmetic of one number of an activation."""
        cell = self.place(node, at)
        if any(i.name == node for i in self.network.inputs):
            return _given(node, cell, float(self.activations[node][cell]))
        place = self.network.node(node)
        xs, y = self.arguments(place), self.activations[node]
        e = place.layer.explain(self.network.params_of(node), xs, y, self.saved[node], cell)
        return e.placed(node=node, operands=tuple(_located(o, place) for o in e.operands))

    def contributors(self, node: str, at: Sequence[int], k: int = 5) -> list[Contribution]:
        """The k cells that weigh most in this number, among those it read."""
        return contributors(self, node, self.place(node, at), k)

    def receptive_field(self, node: str, at: Sequence[int]) -> dict[str, Box]:
        """For each network input, the block of its cells that can change this number; and for each node on the way."""
        boxes: dict[str, Box] = {node: tuple(range(i, i + 1) for i in self.place(node, at))}
        for step in reversed(self.network.nodes):
            if step.name not in boxes:
                continue
            windows = step.layer.windows(*(self.activations[i].shape for i in step.inputs))
            for source, window in zip(step.inputs, windows, strict=True):
                seen = window.field(boxes[step.name])
                boxes[source] = union([boxes[source], seen]) if source in boxes else seen
        return boxes

    def gradients(
        self, objective: Objective | None = None, *, vjp: Array | None = None, told: Told | None = None
    ) -> "Gradients":
        """The backward pass: d objective / d everything. Give an objective, or `vjp`, any gradient of the output.

        told: called with the name of every node as its backward is done.
        """
        if (objective is None) == (vjp is None):
            raise ValueError("Give one of: an objective such as loss(target=3), or vjp=array.")
        chosen = objective if objective is not None else Upstream(np.asarray(vjp))
        by_plan = None if self.planned is None else self.planned.gradients(self, chosen, told)
        return backward(self, chosen, told) if by_plan is None else by_plan

    def __str__(self) -> str:
        rows = [
            (n, "×".join(map(str, a.shape[1:])), float(a.min()), float(a.max())) for n, a in self.activations.items()
        ]
        width = max(len(r[0]) for r in rows)
        return "\n".join(f"{n:<{width}}  {s:>12}  {lo:12.5g} … {hi:.5g}" for n, s, lo, hi in rows)


@dataclass(frozen=True, eq=False)
class Gradients:
    """d objective / d every activation and every parameter; shapes equal the activation's, the parameter's.

    value: the objective itself. seeds: where the backward pass started, and with what.
    """

    trace: Trace
    objective: Objective
    value: float
    by_activation: Mapping[str, Array]
    by_param: Mapping[str, Mapping[str, Array]]
    seeds: Mapping[str, Array]

    def explain(self, node: str, at: Sequence[int]) -> Explanation:
        """The arithmetic of one number of dL/d activation: the sum over every output that read the cell."""
        cell = self.trace.place(node, at)
        value = float(self.by_activation[node][cell])
        above = self.objective.above(self.trace)  # gradients shown, but not what the pass went through
        readers = self.trace.network.readers(node)
        parts = [self._through(reader, k, cell) for reader, k in readers if reader.name not in above]
        given = self.objective.origin(self.trace, node, cell) if node in self.seeds or node in above else None
        return _joined([] if node in above else parts, given, node, cell, value)

    def explain_param(self, node: str, param: str, at: Sequence[int]) -> Explanation:
        """The arithmetic of one number of dL/d parameter."""
        place = self.trace.network.node(node)
        grads = self.by_param.get(node, {})
        if param not in grads:
            raise UnknownName.among(f"parameter of {node}", param, grads)
        cell = placed(f"{node}.{param}", at, grads[param].shape, batch=False)
        xs, y = self.trace.arguments(place), self.trace.activations[node]
        e = place.layer.explain_param(
            self.trace.network.params_of(node),
            xs,
            y,
            self.trace.saved[node],
            self.by_activation[node],
            param,
            cell,
            float(grads[param][cell]),
        )
        return e.placed(node=node, of="parameter", param=param, operands=tuple(_located(o, place) for o in e.operands))

    def times_activation(self, node: str) -> Array:
        """Gradient × activation, number by number: what each of them gives the objective, to first order.

        Source: Shrikumar et al. 2016, "Not Just a Black Box", gradient × input.
        """
        return read_only(self.by_activation[node] * self.trace.activations[node])

    def _through(self, reader: "Node", which: int, cell: Index) -> Explanation:
        """The part of dL/dx[cell] that comes back through one node that reads it."""
        layer, t = reader.layer, self.trace
        xs, y, dy = t.arguments(reader), t.activations[reader.name], self.by_activation[reader.name]
        params = t.network.params_of(reader.name)
        p = layer.partials(params, xs, y, t.saved[reader.name], which, cell)
        part = float((dy[tuple(p.readers.T)].astype(np.float64) * p.local.astype(np.float64)).sum())
        e = layer.explain_input(params, xs, y, t.saved[reader.name], dy, which, cell, part)
        return e.placed(node=reader.name, operands=tuple(_located(o, reader) for o in e.operands))


def run(network: "Network", inputs: Mapping[str, Array], mode: Mode, told: Told | None = None) -> Trace:
    """The forward pass, node by node. told: hears of every node that is done."""
    activations = {name: read_only(x.copy()) for name, x in inputs.items()}
    saved: dict[str, Saved] = {}
    for node in network.nodes:
        xs = (activations[i] for i in node.inputs)
        y, saved[node.name] = node.layer.forward(network.params_of(node.name), *xs, mode=mode)
        activations[node.name] = read_only(y)
        if told is not None:
            told(node.name)
    return Trace(network, MappingProxyType(activations), MappingProxyType(saved))


def backward(trace: Trace, objective: Objective, told: Told | None = None) -> Gradients:
    """The backward pass, node by node from the last; where an activation was read twice, its gradients add.

    told: hears of every node that is done.
    """
    seeds = objective.seeds(trace)
    grads: dict[str, Array] = dict(seeds)
    by_param: dict[str, Mapping[str, Array]] = {}
    for node in reversed(trace.network.nodes):
        xs, y, params = trace.arguments(node), trace.activations[node.name], trace.network.params_of(node.name)
        if node.name not in grads:
            by_param[node.name] = {k: np.zeros_like(a) for k, a in params.items()}
            continue
        dxs, by_param[node.name] = node.layer.backward(params, xs, y, trace.saved[node.name], grads[node.name])
        for source, dx in zip(node.inputs, dxs, strict=True):
            grads[source] = grads[source] + dx if source in grads else dx
        if told is not None:
            told(node.name)
    shown = {**objective.above(trace), **grads}
    complete = {
        name: read_only(shown[name] if name in shown else np.zeros_like(a)) for name, a in trace.activations.items()
    }
    kept = {node: MappingProxyType({k: read_only(a) for k, a in p.items()}) for node, p in by_param.items() if p}
    return Gradients(
        trace,
        objective,
        objective.value(trace),
        MappingProxyType(complete),
        MappingProxyType(kept),
        MappingProxyType(seeds),
    )


def placed(what: str, at: Sequence[int], shape: tuple[int, ...], batch: bool = True) -> Index:
    """`at` as a full index into `shape`, with example 0 where the batch axis is left out. Raises IndexOutside."""
    cell = tuple(int(i) for i in at)
    if batch and len(cell) == len(shape) - 1:
        cell = (0, *cell)
    if len(cell) != len(shape) or not all(0 <= i < n for i, n in zip(cell, shape, strict=True)):
        raise IndexOutside(f"{what} has shape {shape[1:] if batch else shape}; {tuple(at)} is no cell of it.")
    return cell


def _given(node: str, cell: Index, value: float) -> Explanation:
    """An input's number was made by nobody here."""
    return Explanation("copy", cell, value, "x", "X", (), (Step("given", value, value),), node=node)


def _located(o: Operand, node: "Node") -> Operand:
    """The operand with its layer-local source (`x`, `x1`, `weight`, `dy`) turned into the network's name for it."""
    if o.source[:1] == "x" and (o.source[1:] or "0").isdigit():
        return Operand(o.name, o.values, o.cells, node.inputs[int(o.source[1:] or 0)], o.at)
    if o.source == "dy":
        return Operand(o.name, o.values, o.cells, f"∂{node.name}", o.at)
    return Operand(o.name, o.values, o.cells, f"{node.name}.{o.source}" if o.source else "", o.at)


MEETING = r"\frac{\partial L}{\partial x} = \sum_{r \in \text{readers}} \left.\frac{\partial L}{\partial x}\right|_{r}"


def _joined(parts: list[Explanation], given: Origin | None, node: str, cell: Index, value: float) -> Explanation:
    """One explanation of a gradient: what the objective put in, and what each node that read the activation sent."""
    if len(parts) == 1 and given is None:
        only = parts[0]
        steps = with_rounding([s for s in only.steps if s.label != ROUNDING], value)
        return only.placed(node=node, at=cell, of="gradient", value=value, steps=steps)
    named = [*(given.parts if given else ()), *((f"through {p.node}", p.value) for p in parts)]
    steps = with_rounding(running([label for label, _ in named], [v for _, v in named]), value)
    formula = given.formula if given and not parts else MEETING
    line = f"dX[{', '.join(map(str, cell))}] = {' + '.join(repr(v) for _, v in named) or '0.0'}"
    operands = tuple(o for p in parts for o in p.operands)
    return Explanation(
        "weighted_sum",
        cell,
        value,
        formula,
        given.numpy if given and not parts else line,
        operands,
        steps,
        node=node,
        of="gradient",
    )
