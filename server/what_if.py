"""A network and a picture with what-if edits, as the routes need them: each of it computed once, none of it shipped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from convoscope import engine
from convoscope.server import wire
from convoscope.server.errors import Problem
from convoscope.server.library import Model
from convoscope.server.patience import go_on
from convoscope.server.pictures import Picture
from convoscope.server.services import Seen, Services, parsed, size_of
from convoscope.server.viewmodel import gradients_view, trace_view

Array = NDArray[Any]
V = TypeVar("V")
LONGEST = 8_000
"""Characters of all edits of one address; a browser takes no more in one link than about this."""


def parsed_edits(services: Services, model: Model, text: str) -> engine.Edits:
    """The edits that a text names, all of them there in the network. Raises Problem, ConvoscopeError."""
    edits = plainly(engine.parse_edits, text)
    most = services.limits.edits
    if len(edits) > most:
        detail = f"edit names {len(edits)} changes; one address may name {most}."
        raise Problem("list_too_long", detail, limit=most, value=len(edits))
    if edits.learning is not None:
        bounded(services, model, edits.learning.count)
    return plainly(edits.checked, model.network)


def plainly(make: Callable[[Any], V], given: Any) -> V:
    """What `make` makes; what is written wrongly is a bad value. Raises Problem, and what is more telling."""
    try:
        return make(given)
    except engine.errors.ConvoscopeError as error:
        if type(error) is not engine.errors.ConvoscopeError:
            raise
        raise Problem("bad_value", str(error)) from error


def bounded(services: Services, model: Model, steps: int) -> None:
    """Raises Problem when so many training steps are more than one answer may take."""
    network = model.network
    macs = sum(n.layer.macs(*(network.shapes[i] for i in n.inputs)) for n in network.nodes)
    most = min(services.limits.steps, services.limits.step_products // max(macs, 1))
    if steps > most:
        detail = f"One answer takes at most {most} training steps of this network."
        raise Problem("too_many_steps", detail, limit=most, value=steps)


def seen(services: Services, model: Model, picture: Picture, edits: engine.Edits) -> Seen:
    """The network's trace on the picture, with the edits."""
    if not edits:
        return services.seen(model, picture)

    def make() -> Seen:
        shipped = services.seen(model, picture)
        network, x = edits.applied(model.network, shipped_input(shipped), go_on)
        return Seen(network.trace(x, told=go_on), shipped.crop)

    def size(found: Seen) -> int:
        return min(found.whole_size, services.results.memory.limit)  # the largest are kept one at a time

    return services.results.get(("trace", *key(model, picture, edits)), make, size)


def shipped_input(found: Seen) -> Array:
    """What the network reads, without an axis for the batch."""
    trace = found.trace
    x: Array = trace.activations[trace.network.inputs[0].name][0]
    return x


def key(model: Model, picture: Picture, edits: engine.Edits) -> tuple[str, str, str]:
    """What a result about the three is kept under."""
    return model.content, picture.content, str(edits)


def view(services: Services, model: Model, picture: Picture, edits: engine.Edits, image: str) -> wire.TraceView:
    """Everything about the trace but the arrays; `image` is the name that the picture was asked for by."""
    if not edits:
        return services.trace_view(model, picture, image)

    def make() -> wire.TraceView:
        found = seen(services, model, picture, edits)
        mine = trace_view(model.name, image, found.trace, found.crop, told=go_on)
        return services.trace_view(model, picture, image).model_copy(
            update={"nodes": mine.nodes, "ranges": mine.ranges, "prediction": mine.prediction}
        )

    return services.results.get(("trace view", *key(model, picture, edits), image), make, size_of)


def gradients(
    services: Services, model: Model, picture: Picture, edits: engine.Edits, objective: str
) -> engine.Gradients:
    """d objective / d everything, with the edits."""
    if not edits:
        return services.gradients(model, picture, objective)

    def make() -> engine.Gradients:
        return seen(services, model, picture, edits).trace.gradients(parsed(objective), told=go_on)

    about = ("gradients", *key(model, picture, edits), objective)
    return services.results.get(about, make, lambda g: sum(a.nbytes for a in g.by_activation.values()))


def summary(
    services: Services, model: Model, picture: Picture, edits: engine.Edits, objective: str, times: str | None
) -> wire.GradientsView:
    """Everything about gradients, or about gradients × activations, but the arrays."""
    if not edits:
        return services.gradients_view(model, picture, objective, times)
    found = gradients(services, model, picture, edits, objective)
    return gradients_view(objective, found, times is not None, go_on)


def numbers(
    services: Services, model: Model, picture: Picture, edits: engine.Edits, against: str | None
) -> Mapping[str, Array]:
    """The activations; against what is shipped, what the edits change of each."""
    now = seen(services, model, picture, edits).trace
    return now.activations if against is None else engine.difference(now, services.seen(model, picture).trace)


def placed(model: Model, text: str) -> tuple[str, engine.Index]:
    """The name and cell of an address, `conv1.weight@3,0,1,1`. Raises Problem, UnknownName."""
    where, at = plainly(engine.parse_address, text)
    engine.owner(model.network, where)
    return where, at


def parameter(model: Model, text: str | None) -> tuple[str, engine.Index, str, str]:
    """Name, cell, node and parameter of an address; no parameter, where it names none. Raises Problem."""
    if text is None:
        return "", (), "", ""
    where, at = placed(model, text)
    return (where, at, *engine.owner(model.network, where))


def run(
    services: Services, model: Model, picture: Picture, edits: engine.Edits, learning: engine.Learning
) -> engine.Run:
    """The learning with one step more: what would come next."""
    bounded(services, model, learning.count)
    one_more = replace(learning, count=learning.count + 1)

    def make() -> engine.Run:
        network, x = edits.applied(model.network, shipped_input(services.seen(model, picture)), go_on)
        return engine.run(network, x, one_more, go_on)

    return services.results.get(("run", *key(model, picture, edits), str(learning)), make, bytes_of)


def batch(
    services: Services, model: Model, pictures: Sequence[Picture], edits: engine.Edits, objective: str
) -> engine.Gradients:
    """The mean loss of several pictures, and d it / d everything, with the edits."""

    def make() -> engine.Gradients:
        x = np.stack([shipped_input(services.seen(model, picture)) for picture in pictures])
        network, inputs = edits.applied(model.network, x)
        trace, what = network.trace(inputs, told=go_on), parsed(objective)
        engine.losses(trace, what)
        return trace.gradients(what, told=go_on)

    about = ("batch", model.content, *(p.content for p in pictures), str(edits), objective)
    return services.results.get(about, make, lambda g: 2 * sum(a.nbytes for a in g.by_activation.values()))


def bytes_of(found: engine.Run) -> int:
    """About the bytes of the two networks that a run keeps, with gradients and with what their rule remembers."""
    activations = sum(a.nbytes for a in found.after.gradients.trace.activations.values())
    return 4 * activations + 2 * (2 + len(found.after.memories)) * 4 * found.after.network.parameter_count
