"""Traces by plans: the same immutable `Trace` and `Gradients`, computed by kernels in memory that is used again.

What a trace gives away is never written over: a frame goes back to work only when nobody holds any of its arrays
(see memory.py). While somebody does, another frame makes the passes, and what it made is copied. What a plan cannot
hold, and what it would compute otherwise than the layers do (∞ and NaN in a backward pass, where 0 · ∞ counts), is
left to plain arithmetic.
"""

from collections.abc import Iterator, Mapping
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from convoscope.engine import trace as tracing
from convoscope.engine.kernels.memory import Pool
from convoscope.engine.kernels.plain import Unplanned
from convoscope.engine.kernels.plan import Frame, Plan
from convoscope.engine.layer import Saved
from convoscope.engine.objective import Objective
from convoscope.engine.types import EVAL, Array, Shape, Told, read_only

if TYPE_CHECKING:
    from convoscope.engine.network import Network

SHAPES = 4
"""Input shapes of one network that are planned at a time; the one planned first is forgotten first."""
LARGE = 32 * 2**20
"""Bytes of a frame from which on only two of a plan wait for the next pass."""
TINY = 1e8
"""How much above the smallest normal number (1e-38 in float32) a number must be not to be 0 to a plan: products of
smaller ones leave the normal range, where BLAS is a hundred times slower."""
AS_INTEGERS = {
    np.dtype(real): (signed, unsigned, signed(2**size - 1), np.array(np.finfo(real).tiny * TINY, real))
    for real, signed, unsigned, size in ((np.float32, np.int32, np.uint32, 31), (np.float64, np.int64, np.uint64, 63))
}
"""How to look at a precision's bits, all of them but the sign, and the smallest number that is not tiny."""

Key = tuple[tuple[Shape, np.dtype[np.floating]], ...]


class Planned:
    """A plan, and its frames that wait for work."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.frames = plan, Pool[Frame](keep=1 if plan.bytes > LARGE else 3)

    def trace(self, network: "Network", inputs: Mapping[str, Array], told: Told | None = None) -> "tracing.Trace":
        """The forward pass. Raises Unplanned when a layer answers with what a plan cannot hold."""
        safe = {name: without_tiny(x) for name, x in inputs.items()}
        frame, lends = self.frames.take(self.plan.frame)
        try:
            frame.forward(safe, told)
            changed = {name: read_only(inputs[name].copy()) for name, x in safe.items() if x is not inputs[name]}
            activations = {**(frame.views if lends else frame.places.copies()), **changed}
            made = PlannedPass(frame) if lends else CopiedPass(self, {name: activations[name] for name in inputs})
            return tracing.Trace(network, MappingProxyType(activations), OnDemand(network, activations), made)
        finally:
            self.frames.done(frame)


class Plans:
    """The plans of one network, made when an input of a new shape comes."""

    def __init__(self) -> None:
        self._lock, self._plans = Lock(), dict[Key, Planned | None]()

    def trace(self, network: "Network", inputs: Mapping[str, Array], told: Told | None = None) -> "tracing.Trace":
        """The forward pass, by a plan if there can be one."""
        key: Key = tuple((x.shape, x.dtype) for x in inputs.values())
        planned = self._plans[key] if key in self._plans else self._make(network, key, inputs)
        try:
            if planned is not None:
                return planned.trace(network, inputs, told)
        except Unplanned:
            self._plans[key] = None
        return tracing.run(network, inputs, EVAL, told)

    def _make(self, network: "Network", key: Key, inputs: Mapping[str, Array]) -> Planned | None:
        with self._lock:
            if key not in self._plans:
                made = planned(network, inputs)
                if len(self._plans) == SHAPES:
                    del self._plans[next(iter(self._plans))]
                self._plans[key] = made
            return self._plans[key]


def planned(network: "Network", inputs: Mapping[str, Array]) -> Planned | None:
    """A plan for inputs like these; None where an array is not of floating-point numbers, or empty, or one number."""
    given = {name: x.shape for name, x in inputs.items()}
    if any(x.dtype.kind != "f" for x in inputs.values()):
        return None
    if any(len(shape) == 0 or 0 in shape for shape in network.shapes_for(given).values()):
        return None
    return Planned(Plan(network, given, np.result_type(network.dtype, *(x.dtype for x in inputs.values()))))


class OnDemand(Mapping[str, Saved]):
    """What each layer's forward hands to its backward, worked out by the layer when somebody asks."""

    def __init__(self, network: "Network", activations: Mapping[str, Array]) -> None:
        self._network, self._activations = network, activations
        self._found: dict[str, Saved] = {}

    def __getitem__(self, name: str) -> Saved:
        if name not in self._found:
            node = self._network.node(name)
            xs = (self._activations[i] for i in node.inputs)
            self._found[name] = node.layer.forward(self._network.params_of(name), *xs)[1]
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(node.name for node in self._network.nodes)

    def __len__(self) -> int:
        return len(self._network.nodes)


class PlannedPass:
    """The frame that made a trace, and still holds it; it also goes backward."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    @property
    def bytes(self) -> int:
        """What is kept for the backward pass besides the trace."""
        return self.frame.bytes

    def gradients(
        self, trace: "tracing.Trace", objective: Objective, told: Told | None = None
    ) -> "tracing.Gradients | None":
        """The backward pass; None where only plain arithmetic is right. told: hears of every node that is done."""
        return back(self.frame, trace, objective, told)


class CopiedPass(PlannedPass):
    """A trace that was copied out of a frame. To go backward, a frame has to make it once more, to the same bits."""

    def __init__(self, planned: Planned, inputs: Mapping[str, Array]) -> None:
        self.planned, self.inputs = planned, inputs

    @property
    def bytes(self) -> int:
        return 0

    def gradients(
        self, trace: "tracing.Trace", objective: Objective, told: Told | None = None
    ) -> "tracing.Gradients | None":
        frame, _ = self.planned.frames.take(self.planned.plan.frame)
        try:
            frame.forward({name: without_tiny(x) for name, x in self.inputs.items()}, told)
            return back(frame, trace, objective, told)
        finally:
            self.planned.frames.done(frame)


def back(frame: Frame, trace: "tracing.Trace", objective: Objective, told: Told | None) -> "tracing.Gradients | None":
    """The backward pass over a frame that holds the trace's numbers; None where only plain arithmetic is right."""
    seeds = objective.seeds(trace)
    if len(seeds) != 1 or not frame.finite():
        return None
    ((seed, dy),) = seeds.items()
    pool = frame.backwards_from(seed)
    backward, lends = pool.take(lambda: frame.backward(seed))
    try:
        with frame.lock:  # passes over one frame share its working memory
            backward.run(without_tiny(dy), told)
        above = {name: read_only(a) for name, a in objective.above(trace).items()}
        shown = {**above, **(backward.views if lends else backward.places.copies())}
        by_activation = {name: shown[name] if name in shown else nothing(a) for name, a in trace.activations.items()}
        found = backward.grad_views
        by_param = {
            node: MappingProxyType(dict(found[node]) if lends else copies(found[node])) if node in found else _none(p)
            for node, p in trace.network.params.items()
        }
        return tracing.Gradients(
            trace,
            objective,
            objective.value(trace),
            MappingProxyType(by_activation),
            MappingProxyType(by_param),
            MappingProxyType(seeds),
        )
    finally:
        pool.done(backward)


def copies(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The same numbers, each in memory of its own."""
    return {name: read_only(np.copy(a, order="K")) for name, a in arrays.items()}


def _none(params: Mapping[str, Array]) -> Mapping[str, Array]:
    return MappingProxyType({name: nothing(a) for name, a in params.items()})


def nothing(a: Array) -> Array:
    """Zeros of a's shape that take no memory."""
    return np.broadcast_to(np.zeros((), a.dtype), a.shape)


def without_tiny(x: Array) -> Array:
    """x with 0 where it is smaller than TINY times the smallest normal number; x itself where nothing is."""
    if x.size == 0 or x.dtype not in AS_INTEGERS:
        return x
    signed, unsigned, all_but_sign, limit = AS_INTEGERS[x.dtype]
    if np.abs(x).min() >= limit:
        return x
    # read as an integer, a number without its sign grows with its size; less 1, zero becomes the largest of all
    bits = np.bitwise_and(x.view(signed), all_but_sign) - signed(1)
    tiny = bits.view(unsigned) < int(limit.view(unsigned)) - 1
    return np.where(tiny, x.dtype.type(0), x) if tiny.any() else x
