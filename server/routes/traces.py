"""Traces: a network that has seen a picture, number by number, forward and backward."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from convoscope import engine
from convoscope.server import wire
from convoscope.server.answers import answer
from convoscope.server.errors import Problem
from convoscope.server.routes.arrays import ArrayFormat, arrays, in_each_format
from convoscope.server.services import Desk, Seen, Services, unknown
from convoscope.server.viewmodel import explanation_view, trace_view

router = APIRouter(prefix="/api/traces/{net}/{image}", tags=["traces"])
Dtype = Annotated[Literal["float32", "float16"], Query(description="Precision of the numbers")]


@router.get("", response_model=wire.TraceView)
def read_trace(request: Request, desk: Desk, net: str, image: str) -> Response:
    """Statistics, colour ranges and prediction: everything but the arrays."""
    model, picture = desk.model(net), desk.picture(image)

    def make() -> bytes:
        seen = desk.seen(net, image)
        return trace_view(net, image, seen.trace, seen.crop).body()

    kept = ("trace view", model.content, picture.id, net, image)
    private = picture.kind == "upload"
    return answer(request, [model.content, picture.id], lambda: desk.kept(kept, make), private=private)


@in_each_format(router, "/activations")
def read_activations(
    request: Request,
    desk: Desk,
    net: str,
    image: str,
    format: ArrayFormat,
    nodes: str | None = None,
    dtype: Dtype = "float32",
) -> Response:
    """The activations of several nodes, or of all."""
    model, picture = desk.model(net), desk.picture(image)
    wanted = named(desk, model.network, nodes)

    def make() -> tuple[dict[str, Any], dict[str, str]]:
        activations = desk.seen(net, image).trace.activations
        return {name: wire.as_dtype(activations[name][0], dtype) for name in wanted}, {}

    return arrays(request, [model.content, picture.id], format, make, private=picture.kind == "upload")


@in_each_format(router, "/nodes/{node}/activations")
def read_node_activations(
    request: Request,
    desk: Desk,
    net: str,
    image: str,
    node: str,
    format: ArrayFormat,
    channels: str | None = None,
    dtype: Dtype = "float32",
) -> Response:
    """The activation of one node, or of some of its channels: 0:8."""
    model, picture = desk.model(net), desk.picture(image)
    (name,) = named(desk, model.network, node)
    chosen = channels_of(channels, model.network.shapes[name][1])

    def make() -> tuple[dict[str, Any], dict[str, str]]:
        activation = desk.seen(net, image).trace.activations[name][0]
        return {name: wire.as_dtype(activation[chosen], dtype)}, {}

    return arrays(request, [model.content, picture.id], format, make, private=picture.kind == "upload")


@router.get("/nodes/{node}/at/{at}", response_model=wire.ExplanationView)
def read_explanation(request: Request, desk: Desk, net: str, image: str, node: str, at: str) -> Response:
    """The arithmetic of one number."""
    model, picture = desk.model(net), desk.picture(image)
    cell = cell_of(at)

    def make() -> bytes:
        return explanation_view(desk.seen(net, image).trace.explain(node, cell), model.network).body()

    return answer(request, [model.content, picture.id], make, private=picture.kind == "upload")


def named(desk: Services, network: engine.Network, nodes: str | None) -> list[str]:
    """The nodes of a list such as conv1,relu1. Raises Problem for a name that is not there."""
    if nodes is None:
        return list(network.shapes)
    names = nodes.split(",")
    if len(names) > desk.limits.list_length:
        raise Problem("list_too_long", "nodes names too many nodes.", limit=desk.limits.list_length, value=len(names))
    for name in names:
        if name not in network.shapes:
            raise unknown("unknown_name", "node", name, list(network.shapes))
    return names


def cell_of(at: str) -> tuple[int, ...]:
    """The cell that 3,5,7 names."""
    parts = at.split(",")
    if not all(p.isascii() and p.isdigit() and len(p) < 10 for p in parts):
        raise Problem("bad_value", "A cell is written as its indices with commas between them, for example 3,5,7.")
    return tuple(int(p) for p in parts)


def channels_of(text: str | None, count: int) -> slice:
    """The channels that 0:8 means: from the first, up to but without the second."""
    if text is None:
        return slice(0, count)
    first, colon, last = text.partition(":")
    if not (colon and first.isascii() and first.isdigit() and last.isascii() and last.isdigit()):
        raise Problem("bad_value", "channels is written first:last, for example 0:8 for the first eight.")
    return slice(min(int(first), count), min(int(last), count))
