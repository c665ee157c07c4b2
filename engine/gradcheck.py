"""Does the gradient agree with a measured slope? One number at a time, in float64, kinks called kinks.

The analytic number is the one that the backward pass gave. The numeric one is measured: the objective at θ + ε and at
θ − ε, run through the plain layers in float64. Where a rectifier or a maximum changes its mind between the two, the
objective has a kink there and no slope to measure; the nodes that did are named.
Source: the lecture, "Derive it by hand, and check it numerically"; Goodfellow et al. 2016, section 11.5.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from convoscope.engine.addresses import owner
from convoscope.engine.objective import Objective
from convoscope.engine.types import EVAL, Array, Index, Told

if TYPE_CHECKING:
    from convoscope.engine.network import Network, Node
    from convoscope.engine.trace import Trace

RELATIVE_STEP = 1e-5  # of the number's size: truncation ~ε², cancellation ~1e-16/ε, both far below the agreement asked
JUMP = 1e-3  # share of a derivative's size; smooth layers move by about ε between the two sides, kinks by about 1
FLOOR = 1e-8  # below it two gradients are both nothing, and a ratio of them means nothing
AGREES = 1e-3  # relative; the analytic number is summed in float32, the numeric one in float64
NOISE = 1e-7  # absolute: what float32 leaves of numbers near 1 that cancel


@dataclass(frozen=True)
class Kink:
    """A node whose derivative jumped. at: the cell of `source`, which it reads, whose derivative jumped most."""

    node: str
    source: str
    at: Index


@dataclass(frozen=True)
class GradientCheck:
    """One gradient, twice. where: `node` or `node.param`. below, above: the objective at θ − step and θ + step.

    flips: where the derivative of a node jumped between the two sides.
    """

    where: str
    at: Index
    analytic: float
    numeric: float
    step: float
    below: float
    above: float
    flips: tuple[Kink, ...]

    @property
    def kinks(self) -> tuple[str, ...]:
        """The nodes whose derivative jumped."""
        return tuple(k.node for k in self.flips)

    @property
    def relative_error(self) -> float:
        """|analytic − numeric| / max(|analytic|, |numeric|), 0 when both are nothing."""
        size = max(abs(self.analytic), abs(self.numeric))
        return abs(self.analytic - self.numeric) / size if size > FLOOR else 0.0

    @property
    def verdict(self) -> Literal["agrees", "kink", "differs"]:
        """Whether the two numbers say the same, as far as float32 goes; where there is a kink, there is no slope."""
        if self.flips:
            return "kink"
        close = abs(self.analytic - self.numeric) <= NOISE
        return "agrees" if close or self.relative_error <= AGREES else "differs"

    def __str__(self) -> str:
        said = f"kink in {', '.join(self.kinks)}" if self.kinks else f"relative error {self.relative_error:.1e}"
        place = ",".join(map(str, self.at))
        return f"∂L/∂{self.where}@{place}: analytic {self.analytic:.7g}, measured {self.numeric:.7g}, {said}"


def check_gradient(
    trace: "Trace",
    objective: Objective,
    where: str,
    at: Sequence[int],
    step: float | None = None,
    told: Told | None = None,
) -> GradientCheck:
    """The gradient of `objective` at one number of an activation (`conv1`), an input, or a parameter (`conv1.weight`).

    step: ε, by default 1e-5 of the number's size. told: hears of every node of every pass, forward and back.
    Raises UnknownName, IndexOutside.
    """
    node, param = owner(trace.network, where)
    gradients = trace.gradients(objective, told=told)
    start, cell = number(trace, where, at)
    analytic = float((gradients.by_param[node][param] if param else gradients.by_activation[node])[cell])
    epsilon = step if step is not None else RELATIVE_STEP * max(abs(float(start[cell])), 1.0)
    below, above = (_moved(trace, node, param, cell, e, told) for e in (-epsilon, epsilon))
    low, high = objective.value(below), objective.value(above)
    return GradientCheck(
        where, cell, analytic, (high - low) / (2 * epsilon), epsilon, low, high, tuple(_jumps(below, above, told))
    )


def number(trace: "Trace", where: str, at: Sequence[int]) -> tuple[Array, Index]:
    """The array of a parameter or of an activation, and the full index of the cell `at` in it.

    where: `conv1.weight`, `conv1` or an input. Raises UnknownName, IndexOutside.
    """
    from convoscope.engine.trace import placed

    node, param = owner(trace.network, where)
    if not param:
        return trace.activation(node), trace.place(node, at)
    array = trace.network.params_of(node)[param]
    return array, placed(where, at, array.shape, batch=False)


def sensible(array: Array) -> float:
    """A change that is seen but does not upset: a power of ten, up to half of the numbers' standard deviation."""
    with np.errstate(invalid="ignore", over="ignore"):
        spread = float(array.std(dtype=np.float64)) / 2
    return float(10.0 ** np.floor(np.log10(spread))) if 0 < spread < np.inf else 0.1


def _moved(trace: "Trace", node: str, param: str, cell: Index, by: float, told: Told | None) -> "Trace":
    """The pass again, in float64, with one number moved."""
    network = trace.network.astype(np.float64)
    inputs = {i.name: trace.activations[i.name].astype(np.float64) for i in network.inputs}
    start = network.params_of(node)[param] if param else trace.activation(node)
    changed = start.astype(np.float64)
    changed[cell] += by
    if param:
        return rerun(network.with_params({node: {param: changed}}), inputs, {}, told)
    return rerun(network, inputs, {node: changed}, told)


def rerun(
    network: "Network", inputs: Mapping[str, Array], given: Mapping[str, Array], told: Told | None = None
) -> "Trace":
    """A forward pass by the plain layers in which some activations are given instead of computed."""
    from convoscope.engine.trace import Trace

    activations, saved = {**inputs, **given}, {}
    for node in network.nodes:
        xs = tuple(activations[i] for i in node.inputs)
        y, saved[node.name] = node.layer.forward(network.params_of(node.name), *xs, mode=EVAL)
        activations.setdefault(node.name, y)
        if told is not None:
            told(node.name)
    return Trace(network, activations, saved)


def _jumps(below: "Trace", above: "Trace", told: Told | None) -> Iterator[Kink]:
    """The nodes whose derivative differs between the two passes by more than smoothness allows, and where most."""
    for node in below.network.nodes:
        if (kink := _jump(below, above, node)) is not None:
            yield kink
        if told is not None:
            told(node.name)


def _jump(below: "Trace", above: "Trace", node: "Node") -> Kink | None:
    slopes = []
    for t in (below, above):
        y, params = t.activations[node.name], t.network.params_of(node.name)
        slopes.append(node.layer.backward(params, t.arguments(node), y, t.saved[node.name], np.ones_like(y))[0])
    for source, a, b in zip(node.inputs, *slopes, strict=True):
        apart = np.abs(a - b)
        if a.size and apart.max() > JUMP * max(np.abs(a).max(), np.abs(b).max(), FLOOR):
            cell = np.unravel_index(int(apart.argmax()), a.shape)
            return Kink(node.name, source, tuple(int(i) for i in cell))
    return None
