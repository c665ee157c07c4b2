"""Traces: a network that has seen a picture, with every activation."""

from fastapi import APIRouter, Request, Response

from convoscope.server import wire
from convoscope.server.answers import answer
from convoscope.server.routes.arrays import Channels, Dtype, Format, Made, Nodes, arrays, in_each_format, part
from convoscope.server.routes.subject import SubjectDep
from convoscope.server.services import ServicesDep

router = APIRouter(prefix="/api/traces/{net}/{image}", tags=["traces"])


@router.get("", response_model=wire.TraceView)
def read_trace(request: Request, services: ServicesDep, subject: SubjectDep, image: str) -> Response:
    """Statistics, colour ranges and prediction: everything but the arrays."""

    def make() -> bytes:
        return services.trace_view(*subject, image).body()

    return answer(request, subject.content, make, private=subject.private)


@in_each_format(router, "/activations")
def read_activations(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    format: Format,
    nodes: Nodes = None,
    dtype: Dtype = "float32",
) -> Response:
    """The activations of several nodes, or of all."""
    names = subject.nodes(nodes, services.limits.list_length)

    def make() -> Made:
        activations = services.seen(*subject).trace.activations
        return {name: wire.as_dtype(activations[name][0], dtype) for name in names}, {}

    return arrays(request, subject.content, format, make, private=subject.private)


@in_each_format(router, "/nodes/{node:path}/activations")
def read_activation(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    format: Format,
    node: str,
    channels: Channels = None,
    dtype: Dtype = "float32",
) -> Response:
    """The activation of one node, or some of its channels."""
    (name,) = subject.nodes(node, 1)
    chosen = part(channels, subject.model.network.shapes[name][1])

    def make() -> Made:
        return {name: wire.as_dtype(services.seen(*subject).trace.activations[name][0, chosen], dtype)}, {}

    return arrays(request, subject.content, format, make, private=subject.private)
