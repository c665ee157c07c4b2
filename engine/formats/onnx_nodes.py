"""The nodes of a file as one flat list in topological order, functions replaced by what they are made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from convoscope.engine.errors import BadGraph, ModelTooLarge
from convoscope.engine.formats.onnx_attributes import inspect, value
from convoscope.engine.formats.onnx_limits import OnnxLimits
from convoscope.engine.formats.onnx_proto import AttributeProto, FunctionProto, ModelProto, NodeProto, Opset

ONNX = ("", "ai.onnx")
"""The two names of the domain of ONNX's own operators."""

DEEPEST = 16
"""How deep functions may call functions."""

FunctionName = tuple[str, str, str]
"""Domain, name, overload."""


@dataclass(frozen=True)
class Step:
    """One node. version: of its domain's operators. Inputs that are left out are ""."""

    name: str
    op: str
    domain: str
    version: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """How errors name it: `Node 'pool1' (MaxPool)`."""
        return titled(self.name or next(filter(None, self.outputs), ""), self.op)


def titled(name: str, op: str) -> str:
    """How errors name a node; names that are longer than a line are cut."""
    return f"Node {name[:80]!r} ({op[:80]})"


def flat(model: ModelProto, limits: OnnxLimits) -> list[Step]:
    """All nodes of the graph, in an order in which each comes after what it reads."""
    assert model.graph is not None
    functions = {(f.domain, f.name, f.overload): f for f in model.functions}
    expander = Expander(functions, limits)
    made = expander.count(model.graph.node, ())
    most = limits.nodes
    if made > most:
        raise ModelTooLarge(f"With its functions the model has {made} nodes; {most} are allowed.", most, made)
    steps = list(expander.expanded(model.graph.node, versions(model.opset_import), {}))
    given = {i.name for i in model.graph.input} | {t.name for t in model.graph.initializer} | {""}
    return ordered(steps, given)


def versions(imports: Sequence[Opset]) -> dict[str, int]:
    """Operator set versions by domain. Raises BadGraph where ONNX's own is missing."""
    found = {"" if i.domain in ONNX else i.domain: i.version for i in imports}
    if found and not all(0 < v < 10_000 for v in found.values()):
        raise BadGraph(f"The file uses operator set version {min(found.values())}; versions count from 1.")
    return found


@dataclass
class Expander:
    """Replaces calls of functions by their nodes. numbers: how many the constants in nodes hold so far."""

    functions: Mapping[FunctionName, FunctionProto]
    limits: OnnxLimits
    sizes: dict[FunctionName, int] = field(default_factory=dict)
    numbers: int = 0

    def count(self, nodes: Sequence[NodeProto], calls: tuple[FunctionName, ...]) -> int:
        """How many nodes there will be: functions may call functions. Raises BadGraph for one that calls itself."""
        total = 0
        for node in nodes:
            called = (node.domain, node.op_type, node.overload)
            if called not in self.functions:
                total += 1
                continue
            if called in calls:
                key = "::".join(called[:2])[:80]
                raise BadGraph(f"{titled(node.name, node.op_type)} calls function {key!r} from inside itself.")
            if len(calls) == DEEPEST:
                raise BadGraph(f"{titled(node.name, node.op_type)} calls a function more than {DEEPEST} calls deep.")
            if called not in self.sizes:
                self.sizes[called] = self.count(self.functions[called].node, (*calls, called))
            total += self.sizes[called]
        return total

    def expanded(
        self, nodes: Sequence[NodeProto], opsets: Mapping[str, int], outer: Mapping[str, AttributeProto]
    ) -> Iterator[Step]:
        """The nodes of one graph or function body."""
        for node in nodes:
            body = self.functions.get((node.domain, node.op_type, node.overload))
            if body is None:
                yield self._step(node, opsets, outer)
            else:
                yield from self._call(node, body, outer)

    def _step(self, node: NodeProto, opsets: Mapping[str, int], outer: Mapping[str, AttributeProto]) -> Step:
        title = titled(node.name or next(iter(node.output), ""), node.op_type)
        attributes = resolved(node.attribute, outer)
        self.numbers += sum(inspect(a, title, self.limits) for a in attributes.values())
        if self.numbers > self.limits.parameters:
            said = f"{title}: the constants up to here have {self.numbers} numbers, more than allowed."
            raise ModelTooLarge(said, self.limits.parameters, self.numbers)
        domain = "" if node.domain in ONNX else node.domain
        if not domain and domain not in opsets:
            raise BadGraph("The file does not say which version of ONNX's operators it uses (opset_import).")
        values = {name: value(a) for name, a in attributes.items()}
        outputs = tuple(node.output)
        return Step(node.name, node.op_type, domain, opsets.get(domain, 1), tuple(node.input), outputs, values)

    def _call(self, node: NodeProto, body: FunctionProto, outer: Mapping[str, AttributeProto]) -> Iterator[Step]:
        if len(node.input) > len(body.input) or len(node.output) > len(body.output):
            title = titled(node.name, node.op_type)
            raise BadGraph(f"{title} has more inputs or outputs than the function that it calls.")
        inner = {a.name: a for a in body.attribute_proto} | resolved(node.attribute, outer)
        place = f"{node.name or next(iter(node.output), '')}/"
        actual = dict(zip(body.input, [*node.input] + [""] * len(body.input), strict=False))
        actual |= {formal: name for formal, name in zip(body.output, node.output, strict=False) if name}
        for step in self.expanded(body.node, versions(body.opset_import), inner):
            names = {n: actual.get(n, f"{place}{n}" if n else "") for n in (*step.inputs, *step.outputs)}
            inputs, outputs = (tuple(names[n] for n in side) for side in (step.inputs, step.outputs))
            yield replace(step, name=place + step.name if step.name else "", inputs=inputs, outputs=outputs)


def resolved(given: Sequence[AttributeProto], outer: Mapping[str, AttributeProto]) -> dict[str, AttributeProto]:
    """Attributes by name; a reference stands for the attribute of the call around it, or for nothing."""
    found = {}
    for a in given:
        actual = outer.get(a.ref_attr_name) if a.ref_attr_name else a
        if actual is not None:
            found[a.name] = replace(actual, name=a.name)
    return found


def ordered(steps: Sequence[Step], given: set[str]) -> list[Step]:
    """The steps in topological order, the file's order kept where it is one. Raises BadGraph."""
    maker: dict[str, int] = {}
    for k, step in enumerate(steps):
        for name in filter(None, step.outputs):
            if name in maker or name in given:
                raise BadGraph(f"{step.title} makes {name[:80]!r}, which is made before; every name is made once.")
            maker[name] = k
    waits = [{maker[i] for i in step.inputs if i in maker} for step in steps]
    for step in steps:
        lost = [i for i in step.inputs if i not in maker and i not in given]
        if lost:
            raise BadGraph(f"{step.title} reads {lost[0][:80]!r}, which nothing makes.")
    if all(k > max(before, default=-1) for k, before in enumerate(waits)):
        return list(steps)
    return _sorted(steps, waits)


def _sorted(steps: Sequence[Step], waits: Sequence[set[int]]) -> list[Step]:
    readers: list[list[int]] = [[] for _ in steps]
    for k, before in enumerate(waits):
        for b in before:
            readers[b].append(k)
    missing = [len(before) for before in waits]
    ready = [k for k, n in enumerate(missing) if n == 0]
    for k in ready:  # grows while it is read
        for reader in readers[k]:
            missing[reader] -= 1
            if missing[reader] == 0:
                ready.append(reader)
    if len(ready) < len(steps):
        stuck = next(k for k, n in enumerate(missing) if n)
        raise BadGraph(f"{steps[stuck].title} is part of a cycle: it waits for its own output.")
    return [steps[k] for k in ready]
