"""A forward pass as the page shows it: statistics, colour ranges and what the network says it sees."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from convoscope import engine
from convoscope.engine import Gradients, Told, Trace, flow, logits_and_probabilities, strengths
from convoscope.server import wire
from convoscope.server.viewmodel.network import range_groups

Array = NDArray[Any]
T = TypeVar("T")
BINS, TOP, RANGE_PERCENTILE = 32, 5, 99.5
NARROW, TINY, WIDE = 1e-4, 1e-30, 1e38


def trace_view(
    network: str, image: str, trace: Trace, crop: Sequence[int], notes: Sequence[str] = (), told: Told = lambda _: None
) -> wire.TraceView:
    """Everything about a trace but the arrays themselves.

    notes: what was done to fit the picture to the network. told: hears the name of each node, once when its numbers
    are counted and once when its range is known.
    """
    x, y, width, height = crop
    return wire.TraceView(
        network=network,
        image=image,
        crop=wire.CropView(x=x, y=y, width=width, height=height),
        notes=list(notes),
        nodes=[heard(told, name, statistics(name, a[0])) for name, a in trace.activations.items()],
        flows=[f for name in trace.activations if (f := flow_view(trace, name)) is not None],
        ranges=ranges(trace.network, trace.activations, told),
        prediction=prediction(trace),
    )


def heard(told: Told, name: str, what: T) -> T:
    """What was found out about a node, once somebody has heard that it was."""
    told(name)
    return what


def gradients_view(
    objective: str, found: Gradients, times_activation: bool, told: Told = lambda _: None
) -> wire.GradientsView:
    """Everything about gradients but the arrays themselves. told: as of `trace_view`."""
    arrays = {name: found.times_activation(name) if times_activation else g for name, g in found.by_activation.items()}
    return wire.GradientsView(
        objective=objective,
        value=found.value,
        nodes=[heard(told, name, statistics(name, a[0])) for name, a in arrays.items()],
        strengths=strengths_view(found),
        ranges=ranges(found.trace.network, arrays, told),
    )


def flow_view(trace: Trace, name: str) -> wire.FlowView | None:
    """Dead maps and flat cells of a pointwise layer."""
    found = flow(trace, name)
    if found is None:
        return None
    return wire.FlowView(name=name, maps=found.maps, dead=list(found.dead), saturated=found.saturated)


def strengths_view(found: Gradients) -> list[wire.StrengthView]:
    """How large the gradients are on their way to the input, and where they fade or explode."""
    return [
        wire.StrengthView(name=name, norm=s.norm, params=dict(s.per_param), verdict=s.verdict, reason=s.reason)
        for name, s in strengths(found).items()
    ]


def params_view(node: str, params: Mapping[str, Array]) -> wire.ParamsView:
    """The statistics of a node's parameters."""
    return wire.ParamsView(node=node, params=[statistics(name, a) for name, a in params.items()])


def statistics(name: str, a: Array) -> wire.NodeStats:
    """Smallest, largest, mean and standard deviation, the share of exact zeros, and a histogram.

    NaN in the activation shows as NaN in the statistics; the histogram counts finite numbers only.
    """
    inside = np.isfinite(a)
    finite = a if inside.all() else a[inside]
    counts, edges = histogram(finite)
    with np.errstate(invalid="ignore", over="ignore"):
        return wire.NodeStats(
            name=name,
            min=float(a.min()),
            max=float(a.max()),
            mean=float(a.mean(dtype=np.float64)),
            std=float(a.std(dtype=np.float64)),
            zeros=float(np.count_nonzero(a == 0) / a.size),
            not_finite=int(a.size - finite.size),
            histogram=wire.HistogramView(edges=edges.tolist(), counts=counts.tolist()),
        )


def histogram(finite: Array) -> tuple[Array, Array]:
    """How many numbers lie in each of BINS classes of equal width, and the classes' edges.

    Numbers that differ in the last digits of float32 only, or by more than it can say, have edges in float64.
    """
    if not finite.size:
        return np.zeros(BINS, int), np.zeros(BINS + 1)
    low, high = np.float64(finite.min()), np.float64(finite.max())
    largest = max(abs(low), abs(high))
    if max(NARROW * largest, TINY) <= high - low <= WIDE:
        return np.histogram(finite, BINS)
    around = max(largest, 1.0) / 2 if high - low < TINY else 0.0
    return np.histogram(finite, BINS, range=(low - around, high + around))


def ranges(network: engine.Network, arrays: Mapping[str, Array], told: Told = lambda _: None) -> wire.RangesView:
    """The 99.5th percentile of |activation|, or |gradient|, per node, per group of nodes and over the whole network."""
    sizes = {name: magnitudes(a[0]) for name, a in arrays.items()}
    nodes = {name: percentile([m]) for name, m in sizes.items()}
    groups: dict[str, list[str]] = {}
    for name, group in range_groups(network).items():
        groups.setdefault(group, []).append(name)
    together: dict[str, float] = {}
    for group, names in groups.items():
        together[group] = nodes[names[0]] if len(names) == 1 else percentile([sizes[name] for name in names])
        for name in names:
            told(name)
    return wire.RangesView(node=nodes, group=together, network=percentile(list(sizes.values())))


def magnitudes(a: Array) -> Array:
    """|a| where it is finite, in one row."""
    inside = np.isfinite(a)
    return np.abs(a).ravel() if inside.all() else np.abs(a[inside])


def percentile(members: Sequence[Array]) -> float:
    """The range of these magnitudes together: where nearly all are 0, of those that are not; 0 when there are none."""
    together = members[0] if len(members) == 1 else np.concatenate(members)
    return ranked(together) or ranked(together[together > 0])


def ranked(sizes: Array) -> float:
    """The percentile of these magnitudes, 0 when there are none."""
    place = ceil((sizes.size - 1) * RANGE_PERCENTILE / 100)
    return float(np.partition(sizes, place)[place]) if sizes.size else 0.0


def prediction(trace: Trace) -> wire.PredictionView | None:
    """The classes by probability; None for a network that does not end in a row of logits, two or more of them."""
    try:
        logits, probabilities = logits_and_probabilities(trace)
    except engine.errors.ShapeError:
        return None
    if logits.size < 2:
        return None
    order = np.argsort(-probabilities, kind="stable")[:TOP]
    labels: Mapping[int, str] = dict(enumerate(trace.network.labels))
    return wire.PredictionView(
        top=[
            wire.ClassView(
                index=int(k),
                label=labels.get(int(k), f"class {k}"),
                probability=float(probabilities[k]),
                logit=float(logits[k]),
            )
            for k in order
        ],
        probabilities=probabilities.tolist(),
        logits=logits.tolist(),
    )
