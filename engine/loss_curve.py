"""The objective along one number: measured at points around its value, in float64, beside the line of its gradient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from convoscope.engine.addresses import owner
from convoscope.engine.gradcheck import number, rerun
from convoscope.engine.objective import Objective
from convoscope.engine.types import EVAL, Array, Index, Told

if TYPE_CHECKING:
    from convoscope.engine.network import Network
    from convoscope.engine.trace import Trace

POINTS, FEWEST = 41, 5
PRODUCTS = 1_000_000_000
"""Multiplications of all points together; where a network needs more, the curve has fewer points."""
LEAST_REACH = 1e-3


@dataclass(frozen=True, eq=False)
class LossCurve:
    """The objective L at values of one number θ. at: θ now, and L there. slope: dL/dθ by the backward pass.

    tangent: two points of the line through `at` with that slope, at the ends of the values.
    """

    values: Array
    objective: Array
    at: tuple[float, float]
    slope: float

    @property
    def tangent(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Where the line of the gradient begins and ends."""
        here, level = self.at
        first, last = (float(v) for v in self.values[[0, -1]])
        return (first, level + self.slope * (first - here)), (last, level + self.slope * (last - here))


def loss_curve(
    trace: "Trace",
    objective: Objective,
    where: str,
    at: Sequence[int],
    slope: float,
    points: int | None = None,
    told: Told | None = None,
) -> LossCurve:
    """The objective at values around one number of an input, an activation or a parameter; all else stays.

    slope: dL/dθ. points: odd, by default 41, fewer where a network is large. The values reach to each side as far as
    the number is large, or two standard deviations of its array. told: hears of every node as it is done,
    and of the one of a parameter for each value. Raises UnknownName, IndexOutside.
    """
    node, param = owner(trace.network, where)
    start, cell = number(trace, where, at)
    here = float(start[cell])
    with np.errstate(invalid="ignore", over="ignore"):
        reach = max(abs(here), 2 * float(start.std(dtype=np.float64)), LEAST_REACH)
    count = points or affordable(trace.network, node)
    values = here + reach * np.linspace(-1, 1, count)
    exact = trace.network.astype(np.float64)
    inputs = {i.name: trace.activations[i.name].astype(np.float64) for i in exact.inputs}
    given = rerun(exact, inputs, {}, told).activations
    moved = _params(exact, given, node, param, cell, values, told) if param else _activation(given[node], cell, values)
    measured = _objectives(exact, given, node, moved, objective, count, told)
    return LossCurve(values, measured, (here, float(measured[count // 2])), slope)


def affordable(network: "Network", node: str) -> int:
    """How many points a curve has: an odd number, so that the middle one is the number itself.

    A point costs what is computed anew for it: the node and all that follows from it.
    """
    again, macs = {node}, 0
    for n in network.nodes:
        if n.name in again or again & set(n.inputs):
            again.add(n.name)
            macs += n.layer.macs(*(network.shapes[i] for i in n.inputs))
    return int(np.clip(PRODUCTS // max(macs, 1), FEWEST, POINTS)) // 2 * 2 + 1


def _activation(a: Array, cell: Index, values: Array) -> Array:
    """The activation once for each value, as a batch."""
    moved = np.repeat(a[:1], len(values), axis=0)
    place: tuple[Any, ...] = (slice(None), *cell[1:])
    moved[place] = values
    return moved


def _params(
    network: "Network",
    given: Mapping[str, Array],
    node: str,
    param: str,
    cell: Index,
    values: Array,
    told: Told | None,
) -> Array:
    """What the node makes with each value of the parameter, as a batch."""
    place, params = network.node(node), dict(network.params_of(node))
    xs, made = [given[i][:1] for i in place.inputs], []
    for value in values:
        params[param] = params[param].copy()
        params[param][cell] = value
        made.append(place.layer.forward(params, *xs, mode=EVAL)[0])
        if told is not None:
            told(node)
    return np.concatenate(made)


def _objectives(
    network: "Network",
    given: Mapping[str, Array],
    node: str,
    moved: Array,
    objective: Objective,
    count: int,
    told: Told | None,
) -> Array:
    """The objective of each example of a batch in which one activation is given, and what depends on it follows."""
    from convoscope.engine.trace import Trace

    activations = {name: np.broadcast_to(a[:1], (count, *a.shape[1:])) for name, a in given.items()}
    activations[node], touched = moved, {node}
    for n in network.nodes:
        if n.name not in touched and touched & set(n.inputs):
            xs = (activations[i] for i in n.inputs)
            activations[n.name] = n.layer.forward(network.params_of(n.name), *xs, mode=EVAL)[0]
            touched.add(n.name)
            if told is not None:
                told(n.name)
    alone = (Trace(network, {name: a[k : k + 1] for name, a in activations.items()}, {}) for k in range(count))
    return np.array([objective.value(one) for one in alone])
