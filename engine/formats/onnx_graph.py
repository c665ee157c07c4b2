"""The graph of a file as nodes of ours, one step after another: fold what is known, ask the layer for what flows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod

import numpy as np

from convoscope.engine.errors import (
    AttributeValueError,
    BadGraph,
    ConvoscopeError,
    FormatError,
    ShapeError,
    UnsupportedOperator,
)
from convoscope.engine.exchange import OnnxNode, Reading
from convoscope.engine.formats.onnx_arithmetic import shape_of
from convoscope.engine.formats.onnx_batch import constants, keep_apart
from convoscope.engine.formats.onnx_equivalents import equivalent
from convoscope.engine.formats.onnx_folding import fold, foldable, grown
from convoscope.engine.formats.onnx_names import Names, cleaned
from convoscope.engine.formats.onnx_nodes import Step
from convoscope.engine.formats.onnx_proto import BFLOAT16, BOOL, DOUBLE, FLOAT, FLOAT16
from convoscope.engine.formats.onnx_relatives import nearest
from convoscope.engine.formats.onnx_size import Meter
from convoscope.engine.formats.onnx_values import Batch, Flow, Known, Missing, Value
from convoscope.engine.formats.report import FileNode, Unsupported
from convoscope.engine.layer import REGISTRY, Layer, from_config
from convoscope.engine.layers.constant import Constant
from convoscope.engine.network import Node
from convoscope.engine.types import NO_PARAMS, Array, Params

FLOATS = (FLOAT, FLOAT16, DOUBLE, BFLOAT16)
SEVERAL = ("Split",)
"""Operators of which every output can be a node; of the others only the first is computed."""


def layers_by_operator() -> dict[str, type[Layer]]:
    """The layer that reads each ONNX operator."""
    return {op: REGISTRY[kind] for kind in sorted(REGISTRY) for op in REGISTRY[kind].onnx}


@dataclass
class Graph:
    """A network while it is read.

    readers: by name, the operators that read it and at which input. values: what each name stands for by now.
    """

    batch: Batch
    meter: Meter
    known: Mapping[str, Array]
    readers: Mapping[str, Collection[tuple[str, int]]] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    params: dict[str, Params] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    unsupported: list[Unsupported] = field(default_factory=list)
    beyond: list[FileNode] = field(default_factory=list)
    folded: list[str] = field(default_factory=list)
    casts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.operators = layers_by_operator()
        for name, a in self.known.items():
            self.values[name] = Known(a, a)

    # ---- one step after another ------------------------------------------------------------------------------

    def add(self, step: Step) -> None:
        """Reads one node of the file. Raises ConvoscopeError for what no network of ours can have."""
        if not step.outputs:
            raise BadGraph(f"{step.title} has no output. Export the network anew.")
        given = [self.values[i] if i else None for i in step.inputs]
        steps = equivalent(step, given)
        if steps != [step]:
            for part in steps:
                self.add(part)
        elif any(isinstance(v, Missing) for v in given):
            self.beyond.append(FileNode(self.title(step), step.op, self.sources(step)))
            self.lose(step, self.beyond[-1].name)
        elif not self.fold(step, given) and not self.alias(step, given):
            try:
                self.layers(step, given)
            except UnsupportedOperator as e:
                self.refuse(step, str(e).removeprefix(f"{step.title}: "))

    def fold(self, step: Step, given: Sequence[Value | None]) -> bool:
        """Computes a node whose inputs are known, once for each batch size where they differ."""
        if step.op in ("Shape", "Size") and not step.domain and given and isinstance(given[0], Flow):
            low, high = given[0].shapes
            if step.op == "Shape":
                self.learn(step, [(shape_of(step, low), shape_of(step, high))])
            else:
                self.learn(step, [(np.array(np.prod(low, dtype=int)), np.array(np.prod(high, dtype=int)))])
            return True
        if step.op == "Constant" and not step.domain:
            value = Constant.from_onnx(self.told(step, 0, {}, given)).params["value"]
            self.values[step.outputs[0]] = Known(value, value)
            return True
        if not foldable(step) or any(isinstance(v, Flow) for v in given):
            return False
        same = all(v is None or (isinstance(v, Known) and v.low is v.high) for v in given)
        made = self.computed(step, [v.low if isinstance(v, Known) else None for v in given])
        other = made if same else self.computed(step, [v.high if isinstance(v, Known) else None for v in given])
        self.learn(step, list(zip(made, other, strict=True)))
        return True

    def computed(self, step: Step, xs: list[Array | None]) -> list[Array]:
        known = {k: x for k, x in enumerate(xs) if x is not None}
        shapes = [x.shape if x is not None else None for x in xs]
        self.meter.before(step, shapes, known)
        given = [s for s in shapes if s is not None]
        self.meter.after(step, given, grown(step, given) or (sum(map(prod, given)),), known)
        made = fold(step, xs)
        self.meter.keep(step, sum(y.size for y in made if y.base is None))
        return made

    def learn(self, step: Step, values: Sequence[tuple[Array, Array]]) -> None:
        for name, (low, high) in zip(step.outputs, values, strict=False):
            if name:
                self.values[name] = Known(low, high)
        self.folded.append(step.name or step.outputs[0])

    def alias(self, step: Step, given: Sequence[Value | None]) -> bool:
        """A cast between floats changes nothing here: activations keep one precision throughout.

        Neither does one to truth where only Where reads it: a number other than 0 counts as true.
        """
        like = given[1] if step.op == "CastLike" and len(given) > 1 else None
        floats = isinstance(like, Flow) or (isinstance(like, Known) and like.low.dtype.kind == "f")
        to = step.attributes.get("to") if step.op == "Cast" else None
        chosen = to == BOOL and set(self.readers.get(step.outputs[0], ())) == {("Where", 0)}
        if not (to in FLOATS or floats or chosen) or step.domain or given[0] is None:
            return False
        value = given[0]
        if isinstance(value, Known) and value.low.dtype.kind != "f":
            value = Known(value.low.astype(np.float32), value.high.astype(np.float32))
        self.values[step.outputs[0]] = value
        self.casts.append(step.name or step.outputs[0])
        return True

    # ---- layers ----------------------------------------------------------------------------------------------

    def layers(self, step: Step, given: Sequence[Value | None]) -> None:
        """One node of ours for each output of the step that something reads."""
        if step.domain:
            raise UnsupportedOperator(f"{step.title}: operators of {step.domain!r} are not read.")
        flows = {k: v for k, v in enumerate(given) if isinstance(v, Flow)}
        known, more = constants(step, given, self.batch)
        step = replace(step, attributes={**step.attributes, **more})
        shapes = [v.shapes[0] if isinstance(v, Flow) else v.low.shape if isinstance(v, Known) else None for v in given]
        self.meter.before(step, shapes, known)
        for k, output in enumerate(step.outputs):
            if output and (k == 0 or step.op in SEVERAL):
                node = self.told(step, k, known, given)
                self.place(step, k, self.reading(node, step.title), flows, known)
            elif self.readers.get(output):
                why = f"Only its first output is computed, but output {k}, {output[:80]!r}, is read."
                self.values[output] = Missing(cleaned(output))
                self.unsupported.append(Unsupported(cleaned(output), step.op, self.sources(step), "", why))

    def told(self, step: Step, output: int, known: Mapping[int, Array], given: Sequence[Value | None]) -> OnnxNode:
        """The step as a layer hears it."""
        shapes = {
            k: v.free if isinstance(v, Flow) else v.low.shape
            for k, v in enumerate(given)
            if isinstance(v, Flow | Known)
        }
        name = (step.name or step.outputs[0])[:80]
        return OnnxNode(step.op, step.version, name, step.inputs, step.outputs, step.attributes, known, shapes, output)

    def reading(self, node: OnnxNode, title: str) -> Reading:
        """What the layer of the operator makes of the node."""
        if node.op not in self.operators:
            raise UnsupportedOperator(f"{title}: there is no layer for it.")
        try:
            return self.operators[node.op].from_onnx(node)
        except AttributeValueError as e:
            raise e if str(e).startswith("Node ") else AttributeValueError(f"{title}: {e}") from e
        except ConvoscopeError:
            raise
        except (ValueError, LookupError, TypeError, ArithmeticError, AttributeError) as e:
            raise FormatError(f"{title} is not written as its operator is defined: {e}.") from e

    def place(
        self, step: Step, output: int, reading: Reading, flows: Mapping[int, Flow], known: Mapping[int, Array]
    ) -> None:
        """Puts the layer into the network, and before it what its inputs go through first."""
        title = self.names.of(step, output)
        inputs = []
        for k in reading.data:
            source = flows[k] if k in flows else self.constant(step, k, known)
            if k in reading.before:
                source = self.node(f"{title}.input{k}", reading.before[k], [source], step)
            inputs.append(source)
        params = {name: np.ascontiguousarray(a).reshape(a.shape) for name, a in reading.params.items()}
        self.values[step.outputs[output]] = self.node(title, reading.layer, inputs, step, params, known)

    def node(
        self,
        name: str,
        layer: Layer,
        inputs: Sequence[Flow],
        step: Step,
        params: Params = NO_PARAMS,
        known: Mapping[int, Array] | None = None,
    ) -> Flow:
        try:
            low, high = (layer.output_shape(*(x.shapes[k] for x in inputs)) for k in (0, 1))
        except ShapeError as e:
            sources = ", ".join(f"{x.node} {x.shapes[0]}" for x in inputs)
            raise ShapeError(f"{step.title} cannot read {sources}: {e}") from e
        self.meter.after(step, [x.shapes[0] for x in inputs], low, known or {})
        if self.batch.freed:
            keep_apart(layer, inputs, (low, high), step.title)
        self.nodes.append(Node(name, layer, tuple(x.node for x in inputs)))
        if params:
            self.params[name] = params
        return Flow(name, (low, high))

    def constant(self, step: Step, position: int, known: Mapping[int, Array]) -> Flow:
        """The known numbers of an input that flows."""
        if position not in known:
            raise BadGraph(f"{step.title}: input {position} is missing.")
        return self.given(step.inputs[position], known[position])

    def given(self, said: str, value: Array) -> Flow:
        """Numbers of the file as a node that gives them, one for all who read it."""
        name = self.constants.get(said)
        if name is None:
            name = self.constants[said] = self.names.unique(cleaned(said) or "constant", said)
            self.nodes.append(Node(name, Constant(value.shape), ()))
            self.params[name] = {"value": np.ascontiguousarray(value).reshape(value.shape)}
        return Flow(name, (value.shape, value.shape))

    def finish(self, outputs: Sequence[str]) -> None:
        """Outputs that need no layer still are nodes: known numbers, and an input that is given back."""
        made = {n.name for n in self.nodes}
        for said in outputs:
            value = self.values.get(said)
            if isinstance(value, Known) and value.constant:
                self.values[said] = self.given(said, value.low)
            elif isinstance(value, Flow) and value.node not in made:
                name = self.names.unique(cleaned(said) or "output", said)
                self.nodes.append(Node(name, from_config({"kind": "identity"}), (value.node,)))
                self.values[said] = Flow(name, value.shapes)

    # ---- what cannot be read ---------------------------------------------------------------------------------

    def refuse(self, step: Step, why: str) -> None:
        """Notes a node that no layer can read; what it would make is missing from here on."""
        name, said = self.title(step), f"{step.domain}.{step.op}" if step.domain else step.op
        relative = "" if not step.domain and step.op in self.operators else nearest(step.op, self.operators)
        why = why[:1].upper() + why[1:] + ("" if why.endswith(".") else ".")
        self.unsupported.append(Unsupported(name, said, self.sources(step), relative, why))
        self.lose(step, name)

    def lose(self, step: Step, maker: str) -> None:
        for output in filter(None, step.outputs):
            self.values[output] = Missing(maker)

    def title(self, step: Step) -> str:
        return self.names.of(step) if any(step.outputs) else self.names.unique(step.op.lower())

    def sources(self, step: Step) -> tuple[str, ...]:
        """What the node waits for, by our names."""
        values = [self.values[i] for i in step.inputs if i]
        return tuple(v.node if isinstance(v, Flow) else v.maker for v in values if not isinstance(v, Known))
