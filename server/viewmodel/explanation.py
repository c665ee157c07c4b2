"""The arithmetic of one number as the page tells it."""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convoscope.engine import Explanation, IndexMap, Network, Operand, Trace
from convoscope.server import wire
from convoscope.server.mathml import mathml

Array = NDArray[Any]


def explanation_view(e: Explanation, network: Network) -> wire.ExplanationView:
    """One explanation. Cells of activations and gradients leave the batch axis out, those of parameters are whole."""
    products = None if e.products is None else np.asarray(e.products, np.float64).ravel()
    whole = e.of == "parameter"
    return wire.ExplanationView(
        node=e.node,
        at=wire.ints(e.at if whole else e.at[1:]),
        address=e.address,
        of=e.of,
        param=e.param,
        picture=e.picture,
        kind=kind_of(network, e.node),
        value=e.value,
        mathml=mathml(e.formula),
        numpy=e.numpy,
        operands=[operand_view(o, network) for o in e.operands],
        products=None if products is None else products.tolist(),
        product_totals=None if products is None else np.cumsum(products).tolist(),
        steps=[wire.StepView(label=s.label, value=s.value, total=s.total) for s in e.steps],
        marks={name: wire.ints(at[1:]) for name, at in e.marks.items()},
        readers=[] if whole else readers(network, e.node, e.at),
    )


def kind_of(network: Network, name: str) -> str:
    """The kind of a node's layer, `input` for an input of the network."""
    return next((n.layer.kind for n in network.nodes if n.name == name), "input")


def operand_view(o: Operand, network: Network) -> wire.OperandView:
    """The numbers of one operand and where they stand."""
    batch = int(o.source in network.shapes or o.source.startswith("∂"))
    values = np.asarray(o.values)
    return wire.OperandView(
        name=o.name,
        source=o.source,
        shape=wire.ints(values.shape),
        values=values.ravel().tolist(),
        cells=[wire.ints(c) for c in o.cells[batch:]],
        at=None if o.at is None else wire.cells(o.at, batch),
    )


def readers(network: Network, name: str, cell: Sequence[int]) -> list[wire.ReaderView]:
    """Who reads this cell: per node, how many of its cells, and one of them from their middle."""
    found = []
    for node, k in network.readers(name):
        window = node.layer.windows(*(network.shapes[i] for i in node.inputs))[k]
        if isinstance(window, IndexMap):
            cells = window.readers(tuple(cell))
            axes = tuple(sorted({c[k] for c in cells}) for k in range(len(window.y_shape)))
        else:
            axes = window.reach(tuple(cell))
        if count := math.prod(map(len, axes)):
            example = [a[len(a) // 2] for a in axes][1:]
            found.append(wire.ReaderView(node=node.name, kind=node.layer.kind, count=count, example=example))
    return found


def windows_arrays(
    trace: Trace, node: str, channel: int, first: int, count: int
) -> tuple[dict[str, Array], dict[str, str]]:
    """The sliding window, step by step: value, place and step values of `count` cells of a channel; and step labels.

    A window that has no step of some label (its rounding, most often) shows 0 there.
    """
    shape = trace.activation(node).shape[2:]
    last = min(first + count, int(np.prod(shape)))
    cells = [(channel, *wire.ints(np.unravel_index(i, shape))) for i in range(first, last)]
    told = [trace.explain(node, cell) for cell in cells]
    labels = max(([s.label for s in e.steps] for e in told), key=len, default=[])
    partial = np.zeros((len(told), len(labels)), np.float64)
    for row, e in enumerate(told):
        values = {s.label: s.value for s in e.steps}
        partial[row] = [values.get(label, 0.0) for label in labels]
    arrays: dict[str, Array] = {
        "value": np.array([e.value for e in told], np.float32),
        "at": np.array(cells, np.int32).reshape(len(cells), len(shape) + 1),
        "partial": partial,
    }
    return arrays, {"labels": json.dumps(labels)}
