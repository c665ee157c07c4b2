"""What-if edits, gradient checks and training steps as the page tells them."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convoscope import engine
from convoscope.engine import Trace
from convoscope.server.viewmodel.explanation import kind_of
from convoscope.server.viewmodel.trace import prediction, ranges, statistics
from convoscope.server.wire.lab import (
    BatchView,
    ChangeView,
    CheckView,
    CurveView,
    DifferenceView,
    ExampleView,
    FilterView,
    KinkView,
    NumberView,
    StepsView,
    TermView,
)

Array = NDArray[Any]


def difference_view(edit: str, now: Trace, shipped: Trace) -> DifferenceView:
    """What the edits change, but the arrays themselves."""
    arrays = engine.difference(now, shipped)
    return DifferenceView(
        edit=edit,
        nodes=[statistics(name, a[0]) for name, a in arrays.items()],
        ranges=ranges(now.network, arrays),
        prediction=change_view(now, shipped),
    )


def change_view(now: Trace, shipped: Trace) -> ChangeView | None:
    """New less old, for each class; None for a network that does not end in a row of logits."""
    new, old = prediction(now), prediction(shipped)
    if new is None or old is None:
        return None
    with np.errstate(invalid="ignore"):
        return ChangeView(
            logits=np.subtract(new.logits, old.logits).tolist(),
            probabilities=np.subtract(new.probabilities, old.probabilities).tolist(),
        )


def number_view(now: Trace, shipped: Trace, where: str, at: engine.Index) -> NumberView:
    """One number as it is and as it was shipped."""
    (array, cell), (old, _) = engine.number(now, where, at), engine.number(shipped, where, at)
    return NumberView(
        address=engine.address(where, at), value=float(array[cell]), shipped=float(old[cell]), step=engine.sensible(old)
    )


def check_view(
    trace: Trace, objective: str, where: str, at: engine.Index, told: engine.Told | None = None
) -> CheckView:
    """The gradient of one number, checked, and the objective measured along the number. told: hears of every node."""
    what = engine.parse_objective(objective)
    found = engine.check_gradient(trace, what, where, at, told=told)
    curve = engine.loss_curve(trace, what, where, at, found.analytic, told=told)
    return CheckView(
        address=engine.address(where, at),
        objective=objective,
        analytic=found.analytic,
        numeric=found.numeric,
        relative_error=found.relative_error,
        step=found.step,
        below=found.below,
        above=found.above,
        verdict=found.verdict,
        kinks=[
            KinkView(node=k.node, kind=kind_of(trace.network, k.node), source=k.source, at=list(k.at[1:]))
            for k in found.flips
        ],
        curve=CurveView(
            values=curve.values.tolist(), objective=curve.objective.tolist(), at=curve.at, tangent=curve.tangent
        ),
    )


def steps_view(
    run: engine.Run, learning: engine.Learning, where: str, at: engine.Index, node: str, param: str
) -> StepsView:
    """A run with the step that would come next, and the arithmetic of that step for one number and its filter.

    Of what is no parameter, there is no arithmetic.
    """
    values = list(run.values)
    return StepsView(
        objective=learning.objective,
        optimizer=learning.optimizer,
        rate=learning.rate,
        count=learning.count,
        values=values[:-1],
        next=values[-1],
        predicted=list(run.predicted),
        actual=[b - a for a, b in pairwise(values)],
        address=engine.address(where, at) if param else "",
        terms=[
            TermView(symbol=t.symbol, value=t.value)
            for t in (engine.step_terms(run.before, run.after, learning, node, param, at) if param else ())
        ],
        filter=filter_view(run, node, param, at) if param else None,
    )


def batch_view(
    network: str, images: list[str], found: engine.Gradients, where: str, at: engine.Index, node: str, param: str
) -> BatchView:
    """A batch with what each picture gives to the mean loss and, where a number is named, to its gradient."""
    trace, objective = found.trace, found.objective
    alone = engine.losses(trace, objective)
    assert isinstance(objective, engine.Labelled)
    labels = objective.labels(trace)
    shares = engine.shares(found, node, param, at) if param else (0.0,) * len(images)
    chances = [engine.logits_and_probabilities(trace, n)[1] for n in range(len(images))]
    return BatchView(
        network=network,
        objective=str(objective),
        count=len(images),
        value=found.value,
        address=engine.address(where, at) if param else "",
        gradient=float(found.by_param[node][param][at]) if param else 0.0,
        examples=[
            ExampleView(image=name, label=label, probability=float(chance[label]), loss=loss, share=share)
            for name, label, chance, loss, share in zip(images, labels, chances, alone, shares, strict=True)
        ],
    )


def filter_view(run: engine.Run, node: str, param: str, at: engine.Index) -> FilterView:
    """The filter before the step, its gradient, and after it."""
    gradient = run.before.gradients.by_param[node][param]
    parts = (run.before.network.params_of(node)[param], gradient, run.after.network.params_of(node)[param])
    before, slope, after = (engine.filter_at(a, at) for a in parts)
    return FilterView(
        shape=list(before.shape),
        before=before.ravel().tolist(),
        gradient=slope.ravel().tolist(),
        after=after.ravel().tolist(),
    )
