"""Networks from ONNX files.

The file is scanned for its size, its functions are replaced by their nodes, what does not depend on the input is
computed, and every other node asks the layer of its operator. Where a file leaves the batch open, or fixes it at a size
that nothing in it needs, any batch goes. What no layer can read ends the network there, and the report says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from convoscope.engine.errors import BadGraph, ConvoscopeError, ModelTooLarge, UnsupportedOperator
from convoscope.engine.formats import onnx_metadata
from convoscope.engine.formats.onnx_graph import Graph
from convoscope.engine.formats.onnx_limits import OnnxLimits
from convoscope.engine.formats.onnx_names import cleaned
from convoscope.engine.formats.onnx_nodes import Step, flat, versions
from convoscope.engine.formats.onnx_proto import GraphProto, ModelProto, ValueInfo
from convoscope.engine.formats.onnx_size import Meter, parsed
from convoscope.engine.formats.onnx_tensors import WIDENED, array
from convoscope.engine.formats.onnx_values import Batch, Flow
from convoscope.engine.formats.report import Report
from convoscope.engine.network import Input, Network, Node
from convoscope.engine.types import Array, Shape

SIDE = 224
"""Rows and columns of a picture whose size the file leaves open: ImageNet's."""
OPSETS = (6, 28)
"""ONNX operator sets that are read; later ones are tried and said."""


@dataclass(frozen=True)
class Given:
    """An input of the file. shape: without what is open; batch: what the file says of its first axis, None if open."""

    name: str
    shape: Shape
    batch: int | None

    def at(self, batch: int, free: bool) -> Shape:
        """The shape for this batch; a batch that the file fixes may only change with `free`."""
        return (batch, *self.shape[1:]) if self.shape and (free or self.batch is None) else self.shape


def load_onnx(
    source: str | Path | bytes | memoryview,
    *,
    limits: OnnxLimits | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
) -> Network:
    """The network in an ONNX file, given as its path or its bytes.

    limits: how large it may be. input_shapes: by input, (C, H, W) where the file leaves axes open; 224 rows and columns
    otherwise. `network.report` says what was changed, and which nodes could not be read.
    Raises ConvoscopeError: ModelTooLarge, BadGraph, BadTensor, ExternalData, AttributeValueError or ShapeError naming
    the node; UnsupportedOperator where not even the first node can be read.
    """
    allowed = limits or OnnxLimits()
    model = parsed(source if isinstance(source, bytes | memoryview) else Path(source).read_bytes(), allowed)
    assert model.graph is not None
    steps = flat(model, allowed)
    known = {t.name: array(t) for t in model.graph.initializer}
    given = [_given(i, (input_shapes or {}).get(i.name)) for i in model.graph.input if i.name not in known]
    if not given:
        raise BadGraph("The model has no input: it would give the same for every picture.")
    graph, batch = _read(steps, known, given, model.graph, allowed)
    network = _network(model, graph, batch, given)
    graph.meter.whole(network)
    return network


def _given(info: ValueInfo, wanted: Sequence[int] | None) -> Given:
    """The input, its open axes filled in."""
    assert info.type is not None
    assert info.type.tensor_type is not None
    shape = info.type.tensor_type.shape
    dims = None if shape is None else [d.dim_value if (d.dim_value or 0) > 0 else None for d in shape.dim]
    if wanted is not None:
        whole = dims is not None and len(wanted) == len(dims)
        dims = list(wanted) if whole else [dims[0] if dims else None, *wanted]
    if dims is not None and len(dims) == 4:
        dims = [dims[0], *(u if d is None else d for d, u in zip(dims[1:], (3, SIDE, SIDE), strict=True))]
    if dims is None or None in dims[1:]:
        ask = f"Give load_onnx(…, input_shapes={{{info.name!r}: (C, H, W)}})."
        raise BadGraph(f"Input {info.name!r} leaves its shape open: {tuple(dims or ('?',))}. {ask}")
    return Given(info.name, tuple(1 if d is None else d for d in dims), dims[0] if dims else None)


def _read(
    steps: Sequence[Step], known: Mapping[str, Array], given: Sequence[Given], file: GraphProto, limits: OnnxLimits
) -> tuple[Graph, Batch]:
    """The graph for any batch where that can be, else for the batch of the file."""
    said = given[0].batch
    fixed = Batch(said or 1, said or 1, said)
    try:
        graph = _build(steps, known, given, file, limits, Batch(2, 3, said))
        if said is None or _same(graph, _build(steps, known, given, file, limits, fixed), file, said):
            return graph, Batch(2, 3, said)
        why = "its outputs do not keep one row per example"
    except (ModelTooLarge, UnsupportedOperator):
        raise
    except ConvoscopeError as e:
        why = str(e)
    graph = _build(steps, known, given, file, limits, fixed)
    graph.notes.append(f"Only batches of {fixed.low} are read: {why}")
    return graph, fixed


def _build(
    steps: Sequence[Step],
    known: Mapping[str, Array],
    given: Sequence[Given],
    file: GraphProto,
    limits: OnnxLimits,
    batch: Batch,
) -> Graph:
    outputs = [o.name for o in file.output]
    readers: dict[str, set[tuple[str, int]]] = {name: {("", 0)} for name in outputs}
    for step in steps:
        for k, name in enumerate(step.inputs):
            readers.setdefault(name, set()).add((step.op, k))
    graph = Graph(batch, Meter(limits), known, readers)
    for i in given:
        free = batch.free and i.batch in (None, batch.said)
        low, high = (i.at(n, free) for n in batch[:2])
        graph.values[i.name] = Flow(graph.names.unique(cleaned(i.name) or "input", i.name), (low, high))
    for step in steps:
        graph.add(step)
    graph.finish(outputs)
    return graph


def _same(free: Graph, fixed: Graph, file: GraphProto, said: int) -> bool:
    """Whether the freed graph gives what the file's own does, one row per example."""
    for output in file.output:
        a, b = free.values.get(output.name), fixed.values.get(output.name)
        if isinstance(a, Flow) and isinstance(b, Flow):
            low, high = a.shapes
            if a.batched and (low[0] != 2 or high[0] != 3 or b.shapes[0] != (said, *low[1:])):
                return False
    return True


# -- the graph as a network


def _network(model: ModelProto, graph: Graph, batch: Batch, given: Sequence[Given]) -> Network:
    assert model.graph is not None
    outputs, stopped = _outputs(graph, model.graph)
    nodes = _reaching(graph.nodes, outputs + stopped)
    if not nodes:
        first = graph.unsupported[0] if graph.unsupported else "Its outputs do not depend on its inputs."
        raise UnsupportedOperator(f"Not one node of the model can be computed. {first}")
    inputs = []
    for i in given:
        flow = graph.values[i.name]
        assert isinstance(flow, Flow)
        free = flow.shapes[0] != flow.shapes[1]
        inputs.append(Input(flow.node, (None if free else flow.shapes[0][0], *flow.shapes[0][1:]) if i.shape else ()))
    metadata = {m.key: m.value for m in model.metadata_props}
    kept = {n.name for n in nodes}
    return Network(
        cleaned(model.graph.name) or "model",
        tuple(inputs),
        tuple(nodes),
        {name: p for name, p in graph.params.items() if name in kept},
        outputs or stopped,
        onnx_metadata.labels(metadata),
        onnx_metadata.preprocessing(metadata, (1, *given[0].shape[1:])),
        _report(model, graph, nodes),
    )


def _outputs(graph: Graph, file: GraphProto) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The nodes that make the file's outputs, and those that a node reads which cannot be computed."""
    made = {n.name for n in graph.nodes}
    found = [v.node for o in file.output if isinstance(v := graph.values.get(o.name), Flow) and v.node in made]
    lost = [*graph.unsupported, *graph.beyond]
    stopped = [name for node in lost for name in node.inputs if name in made]
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(stopped))


def _reaching(nodes: Sequence[Node], outputs: Iterable[str]) -> list[Node]:
    """The nodes that an output depends on."""
    wanted, kept = set(outputs), []
    for node in reversed(nodes):
        if node.name in wanted:
            kept.append(node)
            wanted.update(node.inputs)
    return kept[::-1]


def _report(model: ModelProto, graph: Graph, nodes: Sequence[Node]) -> Report:
    assert model.graph is not None
    opset = versions(model.opset_import).get("", 0)
    notes = list(graph.notes)
    if not OPSETS[0] <= opset <= OPSETS[1]:
        notes.append(f"Operator set {opset} lies outside {OPSETS[0]} to {OPSETS[1]}; its nodes were read all the same.")
    if graph.casts:
        notes.append(f"Casts left out because all activations keep one precision: {len(graph.casts)}.")
    idle = len(graph.nodes) - len(nodes)
    if idle:
        notes.append(f"Nodes left out because no output depends on them: {idle}.")
    return Report(
        " ".join(filter(None, (model.producer_name, model.producer_version)))[:80],
        opset,
        tuple(graph.unsupported),
        tuple(graph.beyond),
        tuple(graph.folded),
        MappingProxyType(dict(graph.names.renamed)),
        tuple(t.name for t in model.graph.initializer if t.data_type in WIDENED),
        tuple(notes),
    )
