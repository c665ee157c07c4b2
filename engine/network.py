"""A network: nodes in topological order, their parameters, and what is known of inputs and labels. It never changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from convoscope.engine.errors import ConvoscopeError, ParamsError, ShapeError, UnknownName
from convoscope.engine.kernels.planned import Plans
from convoscope.engine.layer import Layer
from convoscope.engine.preprocessing import Preprocessing
from convoscope.engine.trace import Trace, run
from convoscope.engine.types import EVAL, NO_PARAMS, Array, Mode, Params, Shape, Told, read_only

if TYPE_CHECKING:
    from convoscope.engine.formats.report import Report

NetworkParams = Mapping[str, Params]
"""Parameters by node, then by name."""


@dataclass(frozen=True)
class Node:
    """A layer with its place: `inputs` are names of nodes or of network inputs, in the layer's order."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Input:
    """A network input. shape: all axes, None where any size goes, as the batch axis usually does."""

    name: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True)
class Network:
    """A directed acyclic graph of layers with their parameters.

    nodes: in topological order; any order given is sorted. outputs: the last node where none is named.
    report: of a network read from a file, what was changed and what could not be read.
    Raises ConvoscopeError for cycles and double names, ShapeError naming the node whose inputs do not fit,
    ParamsError for weights of another shape than the architecture's.
    """

    name: str
    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    params: NetworkParams
    outputs: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    preprocessing: Preprocessing | None = None
    report: "Report | None" = field(default=None, repr=False, compare=False)
    shapes: Mapping[str, Shape] = field(init=False, repr=False, compare=False)
    """Shape of every input and activation for one example, the batch axis included."""
    plans: Plans = field(init=False, repr=False, compare=False)
    """How the network is run, by input shape; made when they are needed."""

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "nodes", _sorted(self.nodes, [i.name for i in self.inputs]))
        put(self, "outputs", self.outputs or (self.nodes[-1].name,))
        put(self, "shapes", MappingProxyType(self.shapes_for({i.name: one_example(i) for i in self.inputs})))
        put(self, "params", self._checked(self.params))
        put(self, "plans", Plans())

    # ---- what it is made of ----------------------------------------------------------------------------------

    @property
    def input_shape(self) -> Shape:
        """Shape of the first input without the batch axis, (C, H, W) for pictures."""
        return self.shapes[self.inputs[0].name][1:]

    @property
    def output(self) -> str:
        """The name of the first output."""
        return self.outputs[0]

    @cached_property
    def dtype(self) -> np.dtype[np.floating]:
        """float32, or float64 when the parameters are."""
        arrays = [a.dtype for p in self.params.values() for a in p.values() if a.dtype.kind == "f"]
        return np.result_type(*arrays) if arrays else np.dtype(np.float32)

    @property
    def parameter_count(self) -> int:
        """How many numbers are learnt. What is only measured, as batch norm's running statistics, is none of them."""
        return sum(a.size for n in self.nodes for a in self.learnt(n.name).values())

    def learnt(self, name: str) -> Params:
        """The parameters of one node that an optimizer changes, those that are only measured left out."""
        params = self.params_of(name)
        measured = self.node(name).layer.statistics(params, ()) if params else {}
        return {k: a for k, a in params.items() if k not in measured}

    def node(self, name: str) -> Node:
        """The node called `name`. Raises UnknownName with the nearest names, UnsupportedOperator past the end."""
        for node in self.nodes:
            if node.name == name:
                return node
        if self.report is not None:
            self.report.refuse(name)
        raise UnknownName.among("node", name, [n.name for n in self.nodes])

    def readers(self, name: str) -> list[tuple[Node, int]]:
        """Every (node, input position) that reads the activation `name`."""
        return [(n, k) for n in self.nodes for k, source in enumerate(n.inputs) if source == name]

    def params_of(self, name: str) -> Params:
        """The parameters of one node, empty for a layer that learns nothing."""
        return self.params.get(name, NO_PARAMS)

    def shapes_for(self, input_shapes: Mapping[str, Shape]) -> dict[str, Shape]:
        """The shape of every activation when the inputs have these shapes. Raises ShapeError naming the node."""
        shapes = dict(input_shapes)
        for node in self.nodes:
            try:
                shapes[node.name] = tuple(int(d) for d in node.layer.output_shape(*(shapes[i] for i in node.inputs)))
            except ShapeError as e:
                sources = ", ".join(f"{i} {shapes[i]}" for i in node.inputs)
                raise ShapeError(f"Node {node.name!r} cannot read {sources}: {e}") from e
        return shapes

    # ---- other networks from this one ------------------------------------------------------------------------

    def with_params(self, params: NetworkParams) -> "Network":
        """A new network with these parameters; nodes and arrays left out keep theirs."""
        for name in params:
            self.node(name)
        merged = {n.name: {**self.params_of(n.name), **params.get(n.name, {})} for n in self.nodes}
        return replace(self, params={name: p for name, p in merged.items() if p})

    def astype(self, dtype: object) -> "Network":
        """A new network whose floating-point parameters have this dtype."""
        cast = {
            node: {k: a.astype(dtype) if a.dtype.kind == "f" else a for k, a in p.items()}  # type: ignore[call-overload]
            for node, p in self.params.items()
        }
        return replace(self, params=cast)

    def initialised(self, rng: np.random.Generator) -> "Network":
        """A new network with fresh parameters, drawn node by node in order."""
        fresh = {n.name: n.layer.initial(rng, *(self.shapes[i] for i in n.inputs)) for n in self.nodes}
        return replace(self, params={name: p for name, p in fresh.items() if p})

    # ---- files -----------------------------------------------------------------------------------------------

    def to_onnx(self, path: str | Path | None = None) -> bytes:
        """The network as an ONNX file: its bytes, also written to `path` when one is given."""
        from convoscope.engine.formats.onnx_writer import onnx_bytes

        return _written(onnx_bytes(self), path)

    def to_json(self) -> str:
        """The architecture as JSON, without the weights; `from_json` reads it."""
        from convoscope.engine.formats.architecture import to_json

        return to_json(self)

    def save(self, path: str | Path | None = None) -> bytes:
        """Weights and architecture as one safetensors file, also written to `path`; `load_safetensors` reads it."""
        from convoscope.engine.formats.architecture import packed

        return _written(packed(self), path)

    # ---- running ---------------------------------------------------------------------------------------------

    def trace(
        self, x: Array | Mapping[str, Array], *, exact: bool = False, mode: Mode = EVAL, told: Told | None = None
    ) -> Trace:
        """The forward pass on x with everything kept.

        x: (C, H, W) or (N, C, H, W), or {input name: array} for several inputs.
        exact: by the layers' plain arithmetic instead of the planned kernels, which add up in another order.
        told: called with the name of every node as it is done.
        Raises ShapeError when an array does not fit its input.
        """
        arrays = x if isinstance(x, Mapping) else {self.inputs[0].name: x}
        missing = [i.name for i in self.inputs if i.name not in arrays]
        if missing:
            raise ShapeError(
                f"Input {missing[0]!r} is missing: give {{name: array}} for {[i.name for i in self.inputs]}."
            )
        inputs = {i.name: fitted(i, np.asarray(arrays[i.name]), self.dtype) for i in self.inputs}
        return run(self, inputs, mode, told) if exact or mode != EVAL else self.plans.trace(self, inputs, told)

    def _checked(self, params: NetworkParams) -> NetworkParams:
        """The parameters, read-only, after checking them against the architecture."""
        checked = {}
        for node in self.nodes:
            wanted = node.layer.param_shapes(*(self.shapes[i] for i in node.inputs))
            given = params.get(node.name, NO_PARAMS)
            for name, shape in wanted.items():
                if name not in given:
                    raise ParamsError(
                        f"Node {node.name!r} ({node.layer.kind}) needs parameter {name!r} of shape {shape}."
                    )
                if given[name].shape != shape:
                    raise ParamsError(
                        f"Parameter {name!r} of node {node.name!r} has shape {given[name].shape}; "
                        f"{node.layer.kind} after {', '.join(node.inputs)} needs {shape}."
                    )
            if wanted:
                checked[node.name] = MappingProxyType({name: read_only(given[name]) for name in wanted})
        return MappingProxyType(checked)


def _written(data: bytes, path: str | Path | None) -> bytes:
    if path is not None:
        Path(path).write_bytes(data)
    return data


def one_example(spec: Input) -> Shape:
    """The input's shape with 1 wherever any size goes."""
    return tuple(1 if d is None else d for d in spec.shape)


def fitted(spec: Input, x: Array, dtype: object) -> Array:
    """x as the input wants it: with a batch axis, in the network's precision. Raises ShapeError otherwise."""
    if x.ndim == len(spec.shape) - 1:
        x = x[None]
    if spec.shape[:1] != (None,) or x.shape[1:] != spec.shape[1:]:  # the usual answer is found quickly
        _check_shape(spec, x)
    if x.dtype == dtype or x.dtype == np.float64 or x.dtype.kind not in "fu":
        return x
    return x.astype(dtype)  # type: ignore[call-overload]


def _check_shape(spec: Input, x: Array) -> None:
    fits = [w is None or w == d for w, d in zip(spec.shape, x.shape, strict=False)]
    if x.ndim != len(spec.shape) or not all(fits):
        wanted = ", ".join("any" if d is None else str(d) for d in spec.shape)
        raise ShapeError(f"Input {spec.name!r} has shape {x.shape}, but the network reads ({wanted}).")


def _sorted(nodes: Sequence[Node], inputs: Iterable[str]) -> tuple[Node, ...]:
    """The nodes in topological order, the given order kept where it already is one."""
    done, names = set(inputs), [n.name for n in nodes]
    doubles = (
        {n for n in names if names.count(n) > 1 or n in done}
        if len(set(names) | done) < len(names) + len(done)
        else set()
    )
    if doubles:
        raise ConvoscopeError(f"Two nodes or inputs are called {min(doubles)!r}; every name must be used once.")
    ordered: list[Node] = []
    waiting = list(nodes)
    while waiting:
        rest = []
        for node in waiting:
            if all(i in done for i in node.inputs):
                ordered.append(node)
                done.add(node.name)
            else:
                rest.append(node)
        if len(rest) == len(waiting):
            node = rest[0]
            unknown = [i for i in node.inputs if i not in names and i not in done]
            why = f"reads {unknown[0]!r}, which nothing makes" if unknown else "is part of a cycle"
            raise ConvoscopeError(f"Node {node.name!r} {why}.")
        waiting = rest
    return tuple(ordered)
