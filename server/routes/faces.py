"""Faces of volumes: what a screen shows of a network too large to be sent whole."""

import json
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from convoscope import engine
from convoscope.server import what_if, wire
from convoscope.server.routes.arrays import Dtype, Format, Made, Nodes, arrays, in_each_format
from convoscope.server.routes.gradients import HOW, WHAT, Times
from convoscope.server.routes.subject import Subject, SubjectDep
from convoscope.server.services import Services, ServicesDep
from convoscope.server.viewmodel import range_groups

router = APIRouter(prefix="/api/traces/{net}/{image}", tags=["traces"])
Side = Annotated[int, Query(ge=1, le=2048, description="No axis of a face is longer; cells are means of blocks.")]
Maps = Annotated[int, Query(ge=0, le=64, description="So many of the first maps of each node, too.")]
MaybeObjective = Annotated[
    str | None, Query(description=f"Of gradients, not activations. {WHAT}", json_schema_extra=HOW)
]


@in_each_format(router, "/faces")
def read_faces(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    format: Format,
    nodes: Nodes = None,
    side: Side = 64,
    maps: Maps = 0,
    objective: MaybeObjective = None,
    times: Times = None,
    dtype: Dtype = "float32",
) -> Response:
    """Front, lid and side of each node's volume, and which channel is in front."""
    names = subject.nodes(nodes, services.limits.list_length)

    def make() -> Made:
        shown = numbers(services, subject, objective, times)
        channels = fronts(subject, what_if.seen(services, *subject).trace, names)
        found: dict[str, wire.Array] = {}
        for name in names:
            block = engine.faces_of(shown[name][0], channels[name], side)
            parts = {"front": block.front, "lid": block.lid, "side": block.side}
            found |= {f"{part} {name}": wire.as_dtype(a, dtype) for part, a in parts.items() if a is not None}
            if maps and shown[name].ndim > 2:
                found[f"maps {name}"] = wire.as_dtype(engine.shrunk(first(shown[name][0], maps), side), dtype)
        return found, {"channels": json.dumps(channels)}

    return arrays(request, subject.content, format, make, private=subject.private)


def numbers(services: Services, subject: Subject, objective: str | None, times: str | None) -> Mapping[str, wire.Array]:
    """The activations, or the gradients of an objective, by node."""
    if objective is None:
        return what_if.seen(services, *subject).trace.activations
    found = what_if.gradients(services, *subject, objective)
    return {n: found.times_activation(n) for n in found.by_activation} if times else found.by_activation


def first(activation: wire.Array, count: int) -> wire.Array:
    """The first maps of an activation."""
    return activation.reshape(-1, *activation.shape[-2:])[:count]


def fronts(subject: Subject, trace: engine.Trace, names: list[str]) -> dict[str, int]:
    """Per node the channel that stands in front: one for all that share a range, of those the liveliest."""
    network = subject.model.network
    groups, inputs = range_groups(network), {i.name for i in network.inputs}
    wanted = {groups[name] for name in names}
    members: dict[str, list[wire.Array]] = {group: [] for group in wanted}
    for name, group in groups.items():
        if group in wanted and name not in inputs:
            members[group].append(trace.activations[name][0])
    best = {group: engine.liveliest(found) for group, found in members.items()}
    return {name: min(best[groups[name]], channels(trace.activations[name][0]) - 1) for name in names}


def channels(activation: wire.Array) -> int:
    """How many maps an activation has."""
    return 1 if activation.ndim < 2 else int(activation[..., 0, 0].size)
