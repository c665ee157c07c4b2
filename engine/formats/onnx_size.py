"""The size pass: what a file would cost, in Python integers, before any of it is paid.

First the wire format is scanned for counts, then headers are compared with bytes; while the graph is read, a `Meter`
sees the shape of every array before it is made. Nothing here makes an array, so a bomb costs its refusal only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, prod
from typing import Any

from convoscope.engine.errors import AttributeValueError, BadGraph, FormatError, ModelTooLarge
from convoscope.engine.formats.onnx_growth import GROWING, NotFinite
from convoscope.engine.formats.onnx_limits import OnnxLimits
from convoscope.engine.formats.onnx_nodes import ONNX, Step
from convoscope.engine.formats.onnx_proto import GraphProto, ModelProto
from convoscope.engine.formats.onnx_tensors import count
from convoscope.engine.formats.protowire import Quota, Span, decode, pieces, whole
from convoscope.engine.network import Network
from convoscope.engine.types import Array, Shape

GRAPH, FUNCTIONS = 7, 25
PARTS = {1: ("nodes", "nodes"), 5: ("initializers", "tensors"), 11: ("inputs", "tensors"), 12: ("outputs", "tensors")}
FUNCTION_PARTS = {4: ("function inputs", "tensors"), 7: ("nodes in functions", "nodes")}


# -- the file


def parsed(data: bytes | memoryview, limits: OnnxLimits) -> ModelProto:
    """The file's messages, once their counts are known to be small enough. Raises FormatError."""
    span = whole(data)
    if span.size > limits.file_bytes:
        most = limits.file_bytes
        raise ModelTooLarge(f"The file has {span.size} bytes; {most} are allowed.", most, span.size)
    scan(span, limits)
    model = decode(ModelProto, span, Quota(limits.fields))
    if model.graph is None:
        raise FormatError("These bytes are no ONNX model: there is no graph in them.")
    examine(model.graph, limits)
    return model


def scan(span: Span, limits: OnnxLimits) -> None:
    """Counts nodes and arrays on the wire, without reading any of them. Raises ModelTooLarge."""
    counts: dict[str, int] = {}
    for number, _, part in pieces(span):
        if isinstance(part, Span) and number in (GRAPH, FUNCTIONS):
            _tally(part, PARTS if number == GRAPH else FUNCTION_PARTS, counts, limits)


def _tally(span: Span, parts: Mapping[int, tuple[str, str]], counts: dict[str, int], limits: OnnxLimits) -> None:
    for number, _, _ in pieces(span):
        if number in parts:
            what, limit = parts[number]
            counts[what] = counts.get(what, 0) + 1
            if counts[what] > getattr(limits, limit):
                most = getattr(limits, limit)
                raise ModelTooLarge(f"The model has more than {most} {what}.", most, counts[what])


def examine(graph: GraphProto, limits: OnnxLimits) -> None:
    """Arrays whose headers lie, inputs that are no arrays, names given twice. Raises FormatError."""
    if graph.sparse_initializer:
        raise BadGraph("The model has sparse weights (sparse_initializer), which are not read. Save them as dense.")
    numbers = sum(count(t, "", limits) for t in graph.initializer)
    if numbers > limits.parameters:
        most = limits.parameters
        raise ModelTooLarge(f"The model has {numbers} numbers in its weights; {most} are allowed.", most, numbers)
    for what, names in (("inputs", [i.name for i in graph.input]), ("weights", [t.name for t in graph.initializer])):
        if len(set(names)) < len(names):
            double = next(n for k, n in enumerate(names) if n in names[:k])
            raise BadGraph(f"Two {what} are called {double[:80]!r}; every name must be used once.")
    for given in graph.input:
        if given.type is None or given.type.tensor_type is None:
            raise BadGraph(f"Input {given.name[:80]!r} is no array; sequences, maps and optional values are not read.")


# -- the graph


@dataclass
class Meter:
    """Refuses arrays that are too large, before they are made. kept: numbers computed while the file is read."""

    limits: OnnxLimits
    kept: int = 0

    def before(self, step: Step, shapes: Sequence[Shape | None], known: Mapping[int, Array]) -> None:
        """What a growing operator would give, from the numbers it is given. shapes: of its inputs."""
        rule = GROWING.get(step.op) if step.domain in ONNX else None
        if rule is None or not shapes or any(shapes[k] is None for k in range(min(1, len(shapes)))):
            return
        said, numbers = said_by(step, known), {k: _plain(a) for k, a in known.items() if a.size <= 64}
        try:
            shape = rule(step, [s or () for s in shapes], numbers)
        except NotFinite as e:
            raise AttributeValueError(f"{step.title}: {e}") from e
        except (LookupError, ValueError, ArithmeticError):
            return  # malformed in another way, which whoever reads the node says better
        if shape is not None and any(d < 0 for d in shape):
            raise AttributeValueError(f"{step.title}: {said} asks for shape {shape}; no axis is shorter than 0.")
        if shape is not None:
            self.after(step, [s for s in shapes if s is not None], shape, known)

    def after(self, step: Step, inputs: Sequence[Shape], shape: Shape, known: Mapping[int, Array]) -> None:
        """The shape that a node gives. Raises ModelTooLarge naming node, attribute and value."""
        given, read = prod(shape), sum(prod(s) for s in inputs)
        limits, why, over = self.limits, "", (0, 0)
        if len(shape) > limits.rank:
            why, over = f"an array has at most {limits.rank} axes", (limits.rank, len(shape))
        elif max(shape, default=0) > limits.dim:
            why, over = f"an axis has at most {limits.dim} cells", (limits.dim, max(shape))
        elif 4 * given > limits.activation_bytes:
            over = limits.activation_bytes, 4 * given
            why = f"{over[0]} bytes are allowed for all activations"
        elif given > limits.small and given > limits.growth * max(read, 1):
            over = limits.growth * max(read, 1), given
            why = f"a node may give {limits.growth} times the {read} numbers that it reads"
        if why:
            said = said_by(step, known)
            raise ModelTooLarge(f"{step.title}: {said + ' ' if said else ''}makes shape {shape} of it; {why}.", *over)

    def keep(self, step: Step, numbers: int) -> None:
        """What was computed while the file is read adds up. Raises ModelTooLarge."""
        self.kept += numbers
        if self.kept > self.limits.parameters:
            said = f"{step.title}: {self.kept} numbers were computed from constants up to here, too many."
            raise ModelTooLarge(said, self.limits.parameters, self.kept)

    def whole(self, network: Network) -> None:
        """All activations of one example, and the work of one pass."""
        bytes_kept, most = sum(4 * prod(s) for s in network.shapes.values()), self.limits.activation_bytes
        if bytes_kept > most:
            takes, allowed = said(bytes_kept), said(most)
            raise ModelTooLarge(
                f"The activations of one example take {takes}; {allowed} are allowed.", most, bytes_kept
            )
        macs = sum(n.layer.macs(*(network.shapes[i] for i in n.inputs)) for n in network.nodes)
        most = self.limits.macs
        if macs > most:
            raise ModelTooLarge(f"One pass takes {macs} multiply-accumulates; {most} are allowed.", most, macs)


def said_by(step: Step, known: Mapping[int, Array]) -> str:
    """The largest number among attributes and constants, with its name: what most likely makes a node so large."""
    values: dict[str, Any] = dict(step.attributes)
    values |= {f"input {k} ({step.inputs[k][:80]})": _plain(a) for k, a in known.items() if a.size <= 64}
    sized = {name: _largest(v) for name, v in values.items()}
    name = max((n for n, size in sized.items() if size is not None), key=lambda n: sized[n] or 0, default=None)
    return f"{name} {values[name]}" if name is not None else ""


def _largest(value: Any) -> float | None:
    numbers = [v for v in (value if isinstance(value, tuple | list) else [value]) if isinstance(v, int | float)]
    return max((abs(v) for v in numbers if isfinite(v)), default=None)


def _plain(a: Array) -> list[Any]:
    """A short array as Python numbers, which do not overflow."""
    found: list[Any] = a.reshape(-1).tolist()
    return found


def said(size: int) -> str:
    """A number of bytes, in GB where they are many."""
    return f"{size / 1e9:.3g} GB" if size >= 1e9 else f"{size} bytes"
