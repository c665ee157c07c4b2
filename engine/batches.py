"""A batch: what each example gives to the mean loss, and to each number of its gradient.

Equation   L = (1/N) Σₙ Lₙ;   dL/dθ = Σₙ (1/N) dLₙ/dθ
"""

from collections.abc import Sequence

import numpy as np

from convoscope.engine.errors import ConvoscopeError
from convoscope.engine.gradcheck import number
from convoscope.engine.objective import Labelled, Objective
from convoscope.engine.trace import Gradients, Trace


def losses(trace: Trace, objective: Objective) -> tuple[float, ...]:
    """The loss of each example by itself; their mean is the loss of the batch. Raises ConvoscopeError, ShapeError."""
    if not isinstance(objective, Labelled):
        raise ConvoscopeError(
            "A batch has a mean loss: write loss: with one label, or with one for each picture, such as loss:3,5."
        )
    objective.value(trace)  # says what is wrong with the labels, if anything is
    return tuple(type(objective)(label).value(_alone(trace, n)) for n, label in enumerate(objective.labels(trace)))


def shares(gradients: Gradients, node: str, param: str, at: Sequence[int]) -> tuple[float, ...]:
    """What each example adds to dL/dθ[at], the 1/N included: they sum to it. Raises UnknownName, IndexOutside."""
    trace = gradients.trace
    _, cell = number(trace, f"{node}.{param}", at)
    place, y = trace.network.node(node), trace.activations[node]
    params, saved = trace.network.params_of(node), trace.saved[node]
    p = place.layer.param_partials(params, trace.arguments(place), y, saved, param, cell)
    dy = gradients.by_activation[node][tuple(p.readers.T)].astype(np.float64)
    added = np.bincount(p.readers[:, 0], dy * p.local.astype(np.float64), trace.batch)
    return tuple(float(v) for v in added)


def _alone(trace: Trace, n: int) -> Trace:
    """One example of the trace, for objectives, which read activations alone."""
    return Trace(trace.network, {name: a[n : n + 1] for name, a in trace.activations.items()}, {})
