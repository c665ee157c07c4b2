"""The way back read from the giver: what one output adds to the gradient of all that it read, and of its parameters.

A layer's backward pass is linear in dy. With dy a single 1, at output o, it gives ∂y[o]/∂x and ∂y[o]/∂θ; with dy cut
off after o in reading order, it gives the gradients as far as they have come when the outputs give one by one.

Equation   dL/dx = Σₒ dL/dy[o] · ∂y[o]/∂x;   dL/dθ = Σₒ dL/dy[o] · ∂y[o]/∂θ
Source     the lecture, "Backward through a convolution"; for a convolution the sum over o of dy[o] · w, added into the
           window of o, is the transposed convolution (Dumoulin and Visin 2016, "A guide to convolution arithmetic").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convoscope.engine.errors import ConvoscopeError
from convoscope.engine.geometry import AnyWindow
from convoscope.engine.trace import Gradients
from convoscope.engine.types import Array, Index


@dataclass(frozen=True)
class Landing:
    """What one output gives to one input of its layer.

    cells: per axis of the input, its example left out, the window of the output, padding included. local: ∂y/∂x in that
    window, 0 in the padding. sent: given · local. so_far: dL/dx of what this output and all before it have given.
    """

    source: str
    cells: tuple[list[int], ...]
    local: Array
    sent: Array
    so_far: Array


@dataclass(frozen=True)
class Share:
    """What one output gives to one parameter: local is ∂y/∂θ, for a weight the number that it met; sent, so_far alike.

    row: the part along the first axis that this output alone depends on (its filter), None for the whole parameter.
    """

    param: str
    row: int | None
    local: Array
    sent: Array
    so_far: Array


@dataclass(frozen=True)
class Scatter:
    """One output as a giver. given: dL/dy there. index, count: which output of the layer it is, in reading order."""

    node: str
    at: Index
    given: float
    index: int
    count: int
    landings: tuple[Landing, ...]
    shares: tuple[Share, ...]


def scattered(gradients: Gradients, node: str, at: Sequence[int]) -> Scatter:
    """What output `at` of `node` gives back. Raises ConvoscopeError for an input, UnknownName, IndexOutside."""
    trace = gradients.trace
    cell = trace.place(node, at)
    if any(i.name == node for i in trace.network.inputs):
        raise ConvoscopeError(f"{node} is an input: it read nothing, so it gives nothing back. Name a layer.")
    place, dy = trace.network.node(node), gradients.by_activation[node]
    index, given = int(np.ravel_multi_index(cell[1:], dy.shape[1:])), float(dy[cell])
    local_x, local_p = _backward(gradients, node, _only(dy, cell))
    so_far_x, so_far_p = _backward(gradients, node, _until(dy, cell[0], index))
    windows = place.layer.windows(*(x.shape for x in trace.arguments(place)))
    landings = tuple(
        _landing(source, window, cell, dx, sofar, given)
        for source, window, dx, sofar in zip(place.inputs, windows, local_x, so_far_x, strict=True)
    )
    shares = tuple(_share(name, cell, d, so_far_p[name], given, dy.shape[1]) for name, d in local_p.items())
    return Scatter(node, cell, given, index, int(np.prod(dy.shape[1:])), landings, shares)


def _backward(gradients: Gradients, node: str, dy: Array) -> tuple[tuple[Array, ...], dict[str, Array]]:
    """The layer's plain backward pass for this dy."""
    trace = gradients.trace
    place, y, params = trace.network.node(node), trace.activations[node], trace.network.params_of(node)
    dxs, dparams = place.layer.backward(params, trace.arguments(place), y, trace.saved[node], dy)
    return dxs, dict(dparams)


def _only(dy: Array, cell: Index) -> Array:
    one = np.zeros_like(dy)
    one[cell] = 1
    return one


def _until(dy: Array, example: int, index: int) -> Array:
    """dy of the outputs up to this one, in reading order; 0 after it."""
    cut = np.zeros_like(dy)
    cut[example].reshape(-1)[: index + 1] = dy[example].reshape(-1)[: index + 1]
    return cut


def _landing(source: str, window: AnyWindow, cell: Index, dx: Array, so_far: Array, given: float) -> Landing:
    cells = window.cells(cell)
    local = _under(dx, cells)
    return Landing(source, cells[1:], local, local * local.dtype.type(given), so_far[cell[0]])


def _under(dx: Array, cells: tuple[list[int], ...]) -> Array:
    """The numbers at the cells, their example left out; 0 in the padding."""
    inside = [np.clip(np.array(c, int), 0, n - 1) for c, n in zip(cells, dx.shape, strict=True)]
    found = dx[np.ix_(*inside)].copy()
    for axis, (c, n) in enumerate(zip(cells, dx.shape, strict=True)):
        found[(slice(None),) * axis + ([not 0 <= i < n for i in c],)] = 0
    one: Array = found[0] if len(found) else found.reshape(found.shape[1:])
    return one


def _share(param: str, cell: Index, local: Array, so_far: Array, given: float, outputs: int) -> Share:
    """Of a parameter with a part for each output channel, that part."""
    row = cell[1] if len(cell) > 1 and local.ndim > 0 and local.shape[0] == outputs else None
    if row is not None and np.count_nonzero(local) > np.count_nonzero(local[row]):
        row = None  # the first axis is not the outputs' (a transposed convolution's is the inputs')
    mine, whole = (local, so_far) if row is None else (local[row], so_far[row])
    return Share(param, row, np.asarray(mine), np.asarray(mine * local.dtype.type(given)), np.asarray(whole))
