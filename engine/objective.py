"""What is differentiated: a loss, a logit, one unit, or any upstream gradient.

An objective has a value and seeds: gradients put in at nodes, from which the backward pass starts. Its text form
travels in links: `loss:3`, `logit:5`, `unit:conv2@3,5,7`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from convoscope.engine.errors import ConvoscopeError, IndexOutside, ShapeError
from convoscope.engine.losses import one_hot, softmax_cross_entropy
from convoscope.engine.stable import softmax
from convoscope.engine.types import Array, Index

if TYPE_CHECKING:
    from convoscope.engine.trace import Trace


class Objective(Protocol):
    """Anything with a value on a trace, and gradients to start the backward pass from."""

    def value(self, trace: "Trace") -> float:
        """The number that is differentiated."""
        ...

    def seeds(self, trace: "Trace") -> dict[str, Array]:
        """d value / d activation for the nodes where the backward pass starts."""
        ...

    def above(self, trace: "Trace") -> dict[str, Array]:
        """Gradients of nodes that the start skips over, for display only."""
        ...


@dataclass(frozen=True)
class Loss:
    """Softmax cross-entropy against `target`, one label, or one per example; the mean over the examples.

    Where the network itself ends in a softmax, the pass starts at the logits with (p − t)/N: the pair collapses
    to it, and dividing by a probability that underflowed never happens. dL/dp = −t/(N p) is still shown.
    """

    target: int | tuple[int, ...]

    def _labels(self, trace: "Trace") -> list[int]:
        labels = [self.target] if isinstance(self.target, int) else list(self.target)
        return labels * trace.batch if len(labels) == 1 else labels

    def value(self, trace: "Trace") -> float:
        return softmax_cross_entropy(trace.activations[trace.logits], self._labels(trace))[0]

    def seeds(self, trace: "Trace") -> dict[str, Array]:
        return {trace.logits: softmax_cross_entropy(trace.activations[trace.logits], self._labels(trace))[1]}

    def above(self, trace: "Trace") -> dict[str, Array]:
        out = trace.network.output
        if out == trace.logits:
            return {}
        p = trace.activations[out]
        t = one_hot(self._labels(trace), p.shape[1], p.dtype)
        with np.errstate(divide="ignore"):
            return {out: np.where(t > 0, -t / np.where(t > 0, p, 1), 0) / np.asarray(len(p), p.dtype)}

    def __str__(self) -> str:
        return "loss:" + (str(self.target) if isinstance(self.target, int) else ",".join(map(str, self.target)))


@dataclass(frozen=True)
class Logit:
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

    def above(self, trace: "Trace") -> dict[str, Array]:
        return {}

    def __str__(self) -> str:
        return f"logit:{self.c}"


@dataclass(frozen=True)
class Unit:
    """One number of one activation, `at` without the batch axis (example 0) or with it."""

    node: str
    at: Index

    def value(self, trace: "Trace") -> float:
        return float(trace.activation(self.node)[trace.place(self.node, self.at)])

    def seeds(self, trace: "Trace") -> dict[str, Array]:
        seed = np.zeros_like(trace.activation(self.node))
        seed[trace.place(self.node, self.at)] = 1
        return {self.node: seed}

    def above(self, trace: "Trace") -> dict[str, Array]:
        return {}

    def __str__(self) -> str:
        return f"unit:{self.node}@{','.join(map(str, self.at))}"


@dataclass(frozen=True, eq=False)
class Upstream:
    """Σ dy · output for any given dy of the output's shape: the plain vector-Jacobian product."""

    dy: Array

    def value(self, trace: "Trace") -> float:
        return float((self.seeds(trace)[trace.network.output] * trace.output).sum())

    def seeds(self, trace: "Trace") -> dict[str, Array]:
        dy = np.asarray(self.dy, trace.output.dtype)
        if dy.shape not in (trace.output.shape, trace.output.shape[1:]):
            raise ShapeError(f"The upstream gradient has shape {dy.shape}; the output's is {trace.output.shape}.")
        return {trace.network.output: np.broadcast_to(dy, trace.output.shape)}

    def above(self, trace: "Trace") -> dict[str, Array]:
        return {}

    def __str__(self) -> str:
        return "vjp"


def loss(target: int | Sequence[int]) -> Loss:
    """The softmax cross-entropy loss against one label, or one label per example."""
    return Loss(int(target) if isinstance(target, int | np.integer) else tuple(int(t) for t in target))


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
        if kind == "loss":
            labels = [int(t) for t in rest.split(",")]
            return loss(labels[0] if len(labels) == 1 else labels)
        if kind == "logit":
            return logit(int(rest))
        if kind == "unit":
            node, _, at = rest.rpartition("@")
            return unit(node, [int(i) for i in at.split(",")])
    except ValueError:
        pass
    raise ConvoscopeError("An objective is written loss:3, logit:5 or unit:conv2@3,5,7.")


def logits_and_probabilities(trace: "Trace", example: int = 0) -> tuple[Array, Array]:
    """The logits of one example and their softmax, the probabilities that the page shows."""
    f = trace.activations[trace.logits][example]
    if f.ndim != 1:
        raise ShapeError(f"{trace.logits} of shape {f.shape} is no row of logits, so there are no class probabilities.")
    return f, softmax(f)
