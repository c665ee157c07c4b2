"""How well values and gradients flow through a network, layer by layer: dead maps, flat curves, gradients that fade."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.trace import Gradients, Trace
from convoscope.engine.types import Array

Verdict = Literal["", "fades", "explodes"]
FLAT = 0.01
"""A slope below which a curve counts as flat: a change of the input reaches the output with less than a hundredth."""
FAR = 1e6
"""How far out a curve is asked whether it is bounded."""
FADES, EXPLODES = 1e-3, 1e3
"""A layer's gradient against the largest, or the smallest, of the layers: beyond it the flow has faded, or exploded."""


@dataclass(frozen=True)
class Flow:
    """How a pointwise layer lets changes through, for these pictures.

    dead: the maps whose every cell has slope 0, so that no gradient passes. saturated: the share of cells whose slope
    is below FLAT, of a layer whose curve is bounded on both sides (sigmoid, tanh, a clip); None for the others.
    """

    maps: int
    dead: tuple[int, ...]
    saturated: float | None


@dataclass(frozen=True)
class Strength:
    """A gradient's size at one node.

    norm: √Σ(dL/dx)², over the activation. per_param: √Σ(dL/dθ)² / √Σθ² of each parameter, the share by which a step
    of rate 1 would change it. verdict: "fades", "explodes" or "", and reason, a sentence with the numbers.
    """

    norm: float
    per_param: Mapping[str, float]
    verdict: Verdict = ""
    reason: str = ""


def flow(trace: Trace, name: str) -> Flow | None:
    """How the node lets changes through; None for what is no pointwise layer."""
    node = next((n for n in trace.network.nodes if n.name == name), None)
    if node is None or not isinstance(node.layer, Pointwise) or name not in trace.activations:
        return None
    (x,), y = trace.arguments(node), trace.activations[name]
    with np.errstate(all="ignore"):
        slope = np.abs(np.broadcast_to(np.asarray(node.layer.slope(x, y)), y.shape))
    other = tuple(a for a in range(y.ndim) if a != 1)
    dead = np.flatnonzero(~(slope > 0).any(axis=other)) if y.ndim > 1 else np.zeros(0, int)
    share = float((slope < FLAT).mean()) if bounded(node.layer) else None
    return Flow(y.shape[1] if y.ndim > 1 else 1, tuple(dead.tolist()), share)


def bounded(layer: Pointwise) -> bool:
    """Whether the curve levels off on both sides."""
    with np.errstate(all="ignore"):
        ends = layer.f(np.array([-FAR, FAR]))
    return bool(np.all(np.abs(ends) < FAR / 1e3))


def strengths(gradients: Gradients) -> dict[str, Strength]:
    """The gradient's size at every node, with a verdict where it fades or explodes on its way to the input.

    Judged are the nodes that learn, by the root of the mean square of dL/d activation: against the largest of those
    nearer to the loss it fades, against the smallest it explodes.
    Source: Bengio, Simard and Frasconi 1994, "Learning long-term dependencies with gradient descent is difficult".
    """
    trace = gradients.trace
    means = {n: root_mean_square(g) for n, g in gradients.by_activation.items()}
    learning = [n.name for n in trace.network.nodes if n.name in gradients.by_param]
    judged = dict(_judged(means, learning))
    found = {}
    for name, g in gradients.by_activation.items():
        params = gradients.by_param.get(name, {})
        sizes = {k: relative(d, trace.network.params_of(name)[k]) for k, d in params.items()}
        verdict, reason = judged.get(name, ("", ""))
        found[name] = Strength(size(g), sizes, verdict, reason)
    return found


def _judged(means: Mapping[str, float], learning: list[str]) -> list[tuple[str, tuple[Verdict, str]]]:
    """From the loss to the input: who has less than FADES of the largest so far, or EXPLODES of the smallest."""
    found: list[tuple[str, tuple[Verdict, str]]] = []
    most, least = 0.0, inf
    largest = smallest = ""
    for name in reversed(learning):
        here = means[name]
        if here < FADES * most:
            found.append((name, ("fades", _reason(name, here, largest, most))))
        elif least < inf and here > EXPLODES * least:
            found.append((name, ("explodes", _reason(name, here, smallest, least))))
        if here > most:
            most, largest = here, name
        if 0 < here < least:
            least, smallest = here, name
    return found


def _reason(name: str, here: float, there: str, other: float) -> str:
    return (
        f"A gradient of {name} is {here:.2g} on average, one of {there} {other:.2g}: {here / other:.2g} times as much."
    )


def size(a: Array) -> float:
    """√Σa², in float64."""
    return float(np.linalg.norm(a.astype(np.float64).ravel()))


def root_mean_square(a: Array) -> float:
    """√(mean a²)."""
    return size(a) / max(a.size, 1) ** 0.5


def relative(change: Array, of: Array) -> float:
    """‖change‖ / ‖of‖, ∞ where there is nothing to change."""
    whole = size(of)
    return size(change) / whole if whole else (inf if size(change) else 0.0)
