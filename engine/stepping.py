"""One honest training step after another on what one trace shows: nothing is hidden, nothing is drawn at random.

A run is a pure function of the network, the input and `Learning`, so stepping back is running with one step less, to
the bit. The rules are those of `engine/training`; dropout is off and measured statistics stay, as in a trace.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from convoscope.engine.errors import AttributeValueError, IndexOutside, UnknownName
from convoscope.engine.network import Network, NetworkParams
from convoscope.engine.objective import parse_objective
from convoscope.engine.optimizers import SGD, Adam, Optimizer
from convoscope.engine.trace import Gradients
from convoscope.engine.types import Array, Index, Told

OPTIMIZERS: Mapping[str, Optimizer] = {"sgd": SGD(momentum=0.0), "momentum": SGD(momentum=0.9), "adam": Adam()}
"""The rules by name: plain descent, with Nesterov's momentum, Adam."""
HIGHEST_RATE = 1000.0

Memories = Mapping[str, NetworkParams]
"""What a rule remembers: by the memory's name, then as parameters."""


@dataclass(frozen=True)
class Learning:
    """How to learn: `count` steps of an optimizer with one rate, down an objective written as in links.

    Raises UnknownName for another optimizer, AttributeValueError for a rate or count that no run can have,
    ConvoscopeError for what is no objective.
    """

    optimizer: str
    rate: float
    count: int
    objective: str

    def __post_init__(self) -> None:
        if self.optimizer not in OPTIMIZERS:
            raise UnknownName.among("optimizer", self.optimizer, OPTIMIZERS)
        if not 0 < self.rate <= HIGHEST_RATE:
            raise AttributeValueError(f"A learning rate lies above 0 and is at most {HIGHEST_RATE:g}, such as 0.01.")
        if self.count < 0:
            raise AttributeValueError("The count of steps is 0 or more.")
        parse_objective(self.objective)

    def __str__(self) -> str:
        return f"{self.optimizer},{self.rate!r},{self.count},{self.objective}"


@dataclass(frozen=True, eq=False)
class Moment:
    """The network after `number` steps, with the gradients there and what the rule remembers of the steps before."""

    number: int
    network: Network
    gradients: Gradients
    memories: Memories

    @property
    def value(self) -> float:
        """The objective on the input."""
        return self.gradients.value


@dataclass(frozen=True)
class Term:
    """One number of the arithmetic of a step. symbol: what it is in the rule's equation."""

    symbol: str
    value: float


def moments(network: Network, x: Array, learning: Learning, told: Told | None = None) -> Iterator[Moment]:
    """The start, and the network after each step; one more than `learning.count`.

    x: (C, H, W) or (N, C, H, W), the same for every step. told: hears of every node of every pass, forward and back.
    """
    objective, rule = parse_objective(learning.objective), OPTIMIZERS[learning.optimizer]
    memories: Memories = {name: {n: _zeros(p) for n, p in network.params.items()} for name in rule.memories}
    now = Moment(0, network, network.trace(x, told=told).gradients(objective, told=told), memories)
    yield now
    for number in range(1, learning.count + 1):
        params, memories = _stepped(now, rule, learning.rate)
        network = network.with_params(params)
        now = Moment(number, network, network.trace(x, told=told).gradients(objective, told=told), memories)
        yield now


@dataclass(frozen=True, eq=False)
class Run:
    """A whole run: the objective at the start and after each step, and per step what its gradient had foretold.

    before, after: the moments around the last step.
    """

    values: tuple[float, ...]
    predicted: tuple[float, ...]
    before: Moment
    after: Moment


def run(network: Network, x: Array, learning: Learning, told: Told | None = None) -> Run:
    """All steps, of which only the last one is kept whole. Raises AttributeValueError when there is none."""
    if learning.count == 0:
        raise AttributeValueError("A run has one step or more.")
    values, foretold, last = list[float](), list[float](), list[Moment]()
    for moment in moments(network, x, learning, told):
        foretold += [predicted_change(old, moment) for old in last[-1:]]
        values.append(moment.value)
        last = [*last[-1:], moment]
    return Run(tuple(values), tuple(foretold), *last)


def learned(network: Network, x: Array, learning: Learning, told: Told | None = None) -> Network:
    """The network after the last step."""
    for moment in moments(network, x, learning, told):
        network = moment.network
    return network


def predicted_change(before: Moment, after: Moment) -> float:
    """What the gradient says the step does to the objective, to first order: Σ g · (w′ − w)."""
    moved = ((before.network.params_of(n)[k], after.network.params_of(n)[k], g) for n, k, g in _learnt(before))
    return sum(float((g.astype(np.float64) * (new.astype(np.float64) - old)).sum()) for old, new, g in moved)


def step_terms(before: Moment, after: Moment, learning: Learning, node: str, param: str, at: Index) -> list[Term]:
    """The arithmetic of one number's step, in the order of the rule's equation, ending in w′.

    Equation   as in `SGD` and `Adam` of engine/optimizers.py; Δ is what is taken from w
    Raises UnknownName, IndexOutside.
    """
    new = _param(after.network, node, param)
    if len(at) != new.ndim or not all(0 <= i < n for i, n in zip(at, new.shape, strict=True)):
        raise IndexOutside(f"{node}.{param} has shape {new.shape}; {tuple(at)} is no cell of it.")
    w, g = float(_param(before.network, node, param)[at]), float(before.gradients.by_param[node][param][at])
    rule, start = OPTIMIZERS[learning.optimizer], [Term("w", w), Term("dw", g)]
    was, now = ({m: float(kept[m][node][param][at]) for m in kept} for kept in (before.memories, after.memories))
    middle = _adam(rule, was, now, g, after.number) if isinstance(rule, Adam) else _momentum(rule, was, now, g)
    delta = learning.rate * (middle[-1].value if middle else g)
    return [*start, *middle, Term("Δ", delta), Term("w′", float(new[at]))]


def filter_at(array: Array, at: Index) -> Array:
    """The filter that one number of a parameter belongs to: its row along the first axis; of a bias, all of it."""
    return array[at[0]] if array.ndim > 1 else array


def _momentum(rule: Optimizer, was: Mapping[str, float], now: Mapping[str, float], g: float) -> list[Term]:
    assert isinstance(rule, SGD)
    if not rule.momentum:
        return []
    v = now["velocity"]
    return [Term("v before", was["velocity"]), Term("v", v), Term("dw + μ·v", g + rule.momentum * v)]


def _adam(rule: Adam, was: Mapping[str, float], now: Mapping[str, float], g: float, step: int) -> list[Term]:
    m, v = now["mean"] / (1 - rule.beta1**step), now["square"] / (1 - rule.beta2**step)
    return [
        Term("m", now["mean"]),
        Term("v", now["square"]),
        Term("m̂", m),
        Term("√v̂", v**0.5),
        Term("m̂ / (√v̂ + ε)", m / (v**0.5 + rule.epsilon)),
    ]


def _param(network: Network, node: str, param: str) -> Array:
    params = network.params_of(node)
    if param not in params:
        raise UnknownName.among(f"parameter of {node}", param, params)
    return params[param]


def _zeros(params: Mapping[str, Array]) -> dict[str, Array]:
    return {k: np.zeros_like(a) for k, a in params.items()}


def _learnt(moment: Moment) -> Iterator[tuple[str, str, Array]]:
    """Node, parameter and gradient of every array that a step moves: not what is measured, not whole numbers."""
    for node in moment.network.nodes:
        params = moment.network.params_of(node.name)
        measured = node.layer.statistics(params, ())
        for name, g in moment.gradients.by_param.get(node.name, {}).items():
            if name not in measured and params[name].dtype.kind == "f":
                yield node.name, name, g


def _stepped(now: Moment, rule: Optimizer, rate: float) -> tuple[NetworkParams, Memories]:
    """The parameters after one step, and what the rule then remembers."""
    params = {n: dict(p) for n, p in now.network.params.items()}
    memories = {m: {n: dict(p) for n, p in kept.items()} for m, kept in now.memories.items()}
    for node, name, g in _learnt(now):
        p = params[node][name] = params[node][name].copy()
        state = {m: kept[node][name].copy() for m, kept in memories.items()}
        with np.errstate(over="ignore", invalid="ignore"):  # a rate that is too high ends in ∞, and that is shown
            rule.update(p, g.astype(p.dtype), state, now.number + 1, rate)
        for m, array in state.items():
            memories[m][node][name] = array
    return params, memories
