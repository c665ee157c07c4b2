"""Traces: a network that has seen a picture, with every activation."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from convoscope import engine
from convoscope.server import what_if, wire
from convoscope.server.answers import answer
from convoscope.server.routes.arrays import Channels, Dtype, Format, Made, Nodes, arrays, in_each_format, part
from convoscope.server.routes.subject import SubjectDep
from convoscope.server.services import ServicesDep
from convoscope.server.viewmodel import params_view
from convoscope.server.viewmodel.what_if import difference_view, number_view
from convoscope.server.wire.lab import DifferenceView, NumberView

router = APIRouter(prefix="/api/traces/{net}/{image}", tags=["traces"])
Against = Annotated[
    Literal["shipped"] | None,
    Query(description="What the edits change: each number less the one without edits."),
]

Of = Annotated[
    str | None,
    Query(description="Of the gradients of this objective, not of the trace.", max_length=300, examples=["loss:3"]),
]


@router.get("", response_model=wire.TraceView)
def read_trace(request: Request, services: ServicesDep, subject: SubjectDep, image: str) -> Response:
    """Statistics, colour ranges and prediction: everything but the arrays."""

    def make() -> bytes:
        return what_if.view(services, *subject, image).body()

    return answer(request, subject.content, make, private=subject.private)


@router.get("/progress", response_model=wire.ProgressView)
def read_progress(services: ServicesDep, subject: SubjectDep, objective: Of = None) -> Response:
    """The share of the work that is done, of what somebody waits for; null where nobody computes it."""
    asked = (*subject.content, objective) if objective else subject.content
    found = wire.ProgressView(share=services.running.share(asked))
    return Response(found.body(), media_type=wire.JSON, headers={"Cache-Control": "no-store"})


@in_each_format(router, "/activations")
def read_activations(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    format: Format,
    nodes: Nodes = None,
    against: Against = None,
    dtype: Dtype = "float32",
) -> Response:
    """The activations of several nodes, or of all."""
    names = subject.nodes(nodes, services.limits.list_length)

    def make() -> Made:
        found = what_if.numbers(services, *subject, against)
        return {name: wire.as_dtype(found[name][0], dtype) for name in names}, {}

    return arrays(request, subject.content, format, make, private=subject.private)


@router.get("/difference", response_model=DifferenceView)
def read_difference(request: Request, services: ServicesDep, subject: SubjectDep) -> Response:
    """What the edits change, as statistics, colour ranges and classes: everything but the arrays."""

    def make() -> bytes:
        shipped, edited = (what_if.seen(services, *subject[:2], e).trace for e in (engine.Edits(), subject.edits))
        return difference_view(str(subject.edits), edited, shipped).body()

    return answer(request, subject.content, make, private=subject.private)


@router.get("/numbers/{address:path}", response_model=NumberView)
def read_number(request: Request, services: ServicesDep, subject: SubjectDep, address: str) -> Response:
    """One number of an input, a parameter or an activation, as it is and as it was shipped."""
    where, at = what_if.placed(subject.model, address)

    def make() -> bytes:
        shipped, edited = (what_if.seen(services, *subject[:2], e).trace for e in (engine.Edits(), subject.edits))
        return number_view(edited, shipped, where, at).body()

    return answer(request, subject.content, make, private=subject.private)


@router.get("/nodes/{node:path}/filters/summary", response_model=wire.ParamsView)
def read_filter_summary(request: Request, services: ServicesDep, subject: SubjectDep, node: str) -> Response:
    """The statistics of a node's parameters, with the edits: smallest, largest, mean, deviation, zeros, histogram."""
    (name,) = subject.nodes(node, 1)

    def make() -> bytes:
        return params_view(name, what_if.seen(services, *subject).trace.network.params_of(name)).body()

    return answer(request, subject.content, make, private=subject.private)


@in_each_format(router, "/nodes/{node:path}/filters")
def read_filters(request: Request, services: ServicesDep, subject: SubjectDep, format: Format, node: str) -> Response:
    """The parameters of a node, with the edits: weight, bias, …"""
    (name,) = subject.nodes(node, 1)

    def make() -> Made:
        return what_if.seen(services, *subject).trace.network.params_of(name), {}

    return arrays(request, subject.content, format, make, private=subject.private)


@in_each_format(router, "/nodes/{node:path}/activations")
def read_activation(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    format: Format,
    node: str,
    channels: Channels = None,
    against: Against = None,
    dtype: Dtype = "float32",
) -> Response:
    """The activation of one node, or some of its channels."""
    (name,) = subject.nodes(node, 1)
    chosen = part(channels, subject.model.network.shapes[name][1])

    def make() -> Made:
        return {name: wire.as_dtype(what_if.numbers(services, *subject, against)[name][0, chosen], dtype)}, {}

    return arrays(request, subject.content, format, make, private=subject.private)
