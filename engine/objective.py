"""What is differentiated: a loss, a logit, one unit, or any upstream gradient.

An objective has a value and seeds: gradients put in at nodes, from which the backward pass starts. Its text form
travels in links: `loss:3`, `hinge:3`, `logit:5`, `unit:conv2@3,5,7`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from convoscope.engine.errors import ConvoscopeError, IndexOutside, ShapeError
from convoscope.engine.losses import mean_squared_error, multiclass_hinge, one_hot, softmax_cross_entropy
from convoscope.engine.stable import softmax
from convoscope.engine.types import Array, Index

if TYPE_CHECKING:
    from convoscope.engine.trace import Trace


@dataclass(frozen=True)
class Origin:
    """The arithmetic of a gradient that the objective put in: named parts that add up, formula and NumPy line."""

    parts: tuple[tuple[str, float], ...]
    formula: str
    numpy: str


class Objective:
    """Anything with a value on a trace, and gradients to start the backward pass from."""

    def value(self, trace: "Trace") -> float:
        """The number that is differentiated."""
        raise NotImplementedError

    def seeds(self, trace: "Trace") -> dict[str, Array]:
        """d value / d activation for the nodes where the backward pass starts."""
        raise NotImplementedError

    def above(self, trace: "Trace") -> dict[str, Array]:
        """Gradients of nodes that the start skips over, for display only."""
        return {}

    def origin(self, trace: "Trace", node: str, cell: Index) -> Origin:
        """Where the gradient of one cell that the objective put in comes from."""
        given = {**self.above(trace), **self.seeds(trace)}[node]
        here = ", ".join(map(str, cell))
        return Origin(
            ((f"the objective, {self}", float(given[cell])),), r"\frac{\partial L}{\partial x}", f"dX[{here}] = dX"
        )


@dataclass(frozen=True)
class Labelled(Objective):
    """An objective with the right class: one label for all examples, or one per example."""

    target: int | tuple[int, ...]

    def labels(self, trace: "Trace") -> list[int]:
        """One label per example."""
        labels = [self.target] if isinstance(self.target, int) else list(self.target)
        return labels * trace.batch if len(labels) == 1 else labels

    def _said(self) -> str:
        return str(self.target) if isinstance(self.target, int) else ",".join(map(str, self.target))


@dataclass(frozen=True)
class Loss(Labelled):
    """Softmax cross-entropy against `target`, one label, or one per example; the mean over the examples.

    Where the network itself ends in a softmax, the pass starts at the logits with (p − t)/N: the pair collapses
    to it, and dividing by a probability that underflowed never happens. dL/dp = −t/(N p) is still shown.
    """

    def value(self, trace: "Trace") -> float:
        return softmax_cross_entropy(trace.activations[trace.logits], self.labels(trace))[0]

    def seeds(self, trace: "Trace") -> dict[str, Array]:
        return {trace.logits: softmax_cross_entropy(trace.activations[trace.logits], self.labels(trace))[1]}

    def above(self, trace: "Trace") -> dict[str, Array]:
        out = trace.network.output
        if out == trace.logits:
            return {}
        p = trace.activations[out]
        t = one_hot(self.labels(trace), p.shape[1], p.dtype)
        with np.errstate(divide="ignore"):
            return {out: np.where(t > 0, -t / np.where(t > 0, p, 1), 0) / np.asarray(len(p), p.dtype)}

    def origin(self, trace: "Trace", node: str, cell: Index) -> Origin:
        n, j = cell[0], cell[1]
        here, count = f"{n}, {j}", trace.batch
        t = float(self.labels(trace)[n] == j)
        share = f" / {count}" if count > 1 else ""
        if node != trace.logits:
            p = float(trace.activations[node][cell])
            value = -t / p / count if t else 0.0
            return Origin(
                ((f"−t / p{share}", value),),
                r"\frac{\partial L}{\partial p_j} = -\frac{1}{N} \frac{t_j}{p_j}",
                f"dp[{here}] = -t[{here}] / p[{here}] / {count}",
            )
        p = float(softmax(trace.activations[node][n].astype(np.float64))[j])
        return Origin(
            ((f"p{share}", p / count), (f"−t{share}", -t / count)),
            r"\frac{\partial L}{\partial f_j} = \frac{p_j - t_j}{N}",
            f"df[{here}] = (p[{here}] - t[{here}]) / {count}",
        )

    def __str__(self) -> str:
        return f"loss:{self._said()}"


@dataclass(frozen=True)
class Hinge(Labelled):
    """Multiclass hinge loss of the logits against `target`; the mean over the examples."""

    def value(self, trace: "Trace") -> float:
        return multiclass_hinge(trace.activations[trace.logits], self.labels(trace))[0]

    def seeds(self, trace: "Trace") -> dict[str, Array]:
        return {trace.logits: multiclass_hinge(trace.activations[trace.logits], self.labels(trace))[1]}

    def __str__(self) -> str:
        return f"hinge:{self._said()}"


@dataclass(frozen=True, eq=False)
class SquaredError(Objective):
    """Mean squared error of the output against `target`, of the output's shape or of one example's."""

    target: Array

    def _target(self, trace: "Trace") -> Array:
        return fitting(self.target, trace.output, "target")

    def value(self, trace: "Trace") -> float:
        return mean_squared_error(trace.output, self._target(trace))[0]

    def seeds(self, trace: "Trace") -> dict[str, Array]:
        return {trace.network.output: mean_squared_error(trace.output, self._target(trace))[1]}

    def __str__(self) -> str:
        return "squared error"


@dataclass(frozen=True)
class Logit(Objective):
    """Σ over the examples of output `c` before the softmax."""

    c: int

    def _at(self, trace: "Trace") -> tuple[slice, int]:
        classes = trace.activations[trace.logits].shape[1]
        if not 0 <= self.c < classes:
            raise IndexOutside(f"Logit {self.c} is not there: {trace.logits} has {classes}, 0 to {classes - 1}.")
        return slice(None), self.c

    def value(self, trace: "Trace") -> float:
        return float(trace.activations[trace.logits][self._at(trace)].sum())

    def seeds(self, trace: "Trace") -> dict[str, Array]:
        seed = np.zeros_like(trace.activations[trace.logits])
        seed[self._at(trace)] = 1
        return {trace.logits: seed}

    def __str__(self) -> str:
        return f"logit:{self.c}"


@dataclass(frozen=True)
class Unit(Objective):
    """One number of one activation, `at` without the batch axis (example 0) or with it."""

    node: str
    at: Index

    def value(self, trace: "Trace") -> float:
        return float(trace.activation(self.node)[trace.place(self.node, self.at)])

    def seeds(self, trace: "Trace") -> dict[str, Array]:
        seed = np.zeros_like(trace.activation(self.node))
        seed[trace.place(self.node, self.at)] = 1
        return {self.node: seed}

    def __str__(self) -> str:
        return f"unit:{self.node}@{','.join(map(str, self.at))}"


@dataclass(frozen=True, eq=False)
class Upstream(Objective):
    """Σ dy · output for any given dy of the output's shape: the plain vector-Jacobian product."""

    dy: Array

    def value(self, trace: "Trace") -> float:
        return float((self.seeds(trace)[trace.network.output] * trace.output).sum())

    def seeds(self, trace: "Trace") -> dict[str, Array]:
        return {trace.network.output: fitting(self.dy, trace.output, "upstream gradient")}

    def __str__(self) -> str:
        return "vjp"


def fitting(array: Array, output: Array, what: str) -> Array:
    """`array` in the output's shape and precision; one example's is given to every example. Raises ShapeError."""
    cast = np.asarray(array, output.dtype)
    if cast.shape not in (output.shape, output.shape[1:]):
        raise ShapeError(f"The {what} has shape {cast.shape}; the output's is {output.shape}.")
    return np.broadcast_to(cast, output.shape)


def loss(target: int | Sequence[int]) -> Loss:
    """The softmax cross-entropy loss against one label, or one label per example."""
    return Loss(_target(target))


def hinge(target: int | Sequence[int]) -> Hinge:
    """The multiclass hinge loss against one label, or one label per example."""
    return Hinge(_target(target))


def squared_error(target: Array) -> SquaredError:
    """The mean squared error of the output against `target`."""
    return SquaredError(np.asarray(target))


def _target(target: int | Sequence[int]) -> int | tuple[int, ...]:
    return int(target) if isinstance(target, int | np.integer) else tuple(int(t) for t in target)


def logit(c: int) -> Logit:
    """The logit of class c."""
    return Logit(int(c))


def unit(node: str, at: Sequence[int]) -> Unit:
    """One cell of one activation."""
    return Unit(node, tuple(int(i) for i in at))


def parse_objective(text: str) -> Objective:
    """The objective that `text` names. Raises ConvoscopeError that says the three forms."""
    kind, _, rest = text.partition(":")
    try:
        if kind in ("loss", "hinge"):
            labels = [int(t) for t in rest.split(",")]
            return (loss if kind == "loss" else hinge)(labels[0] if len(labels) == 1 else labels)
        if kind == "logit":
            return logit(int(rest))
        if kind == "unit":
            node, _, at = rest.rpartition("@")
            return unit(node, [int(i) for i in at.split(",")])
    except ValueError:
        pass
    raise ConvoscopeError("An objective is written loss:3, logit:5 or unit:conv2@3,5,7 (or hinge:3).")


def logits_and_probabilities(trace: "Trace", example: int = 0) -> tuple[Array, Array]:
    """The logits of one example and their softmax, the probabilities that the page shows."""
    f = trace.activations[trace.logits][example]
    if f.ndim != 1:
        raise ShapeError(f"{trace.logits} of shape {f.shape} is no row of logits, so there are no class probabilities.")
    return f, softmax(f)
