"""Networks: what there is, how each is built, what it learnt; and those that people bring."""

from pathlib import Path
from threading import Event
from typing import Annotated, Any

import anyio
from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response

from convoscope.server import wire
from convoscope.server.answers import answer
from convoscope.server.errors import Problem
from convoscope.server.library import Model
from convoscope.server.models_child import GIVEN
from convoscope.server.routes.arrays import Format, arrays, in_each_format
from convoscope.server.scratch import scratch
from convoscope.server.services import Services, ServicesDep, refuse
from convoscope.server.sessions import OWN, STUDENT
from convoscope.server.viewmodel import network_summary

router = APIRouter(prefix="/api/networks", tags=["networks"])
Title = Annotated[str, Query(max_length=200, description="What the network is called; a file's name will do.")]


def body(*kinds: str) -> dict[str, Any]:
    """What an operation takes: raw bytes of these kinds."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    return {"requestBody": {"required": True, "content": content}}


@router.get("", response_model=wire.NetworkList)
def list_networks(request: Request, services: ServicesDep) -> Response:
    """The networks that are here, the one to open on first."""
    models = [services.library.model(name) for name in services.library.models]
    found = wire.NetworkList(networks=[network_summary(m.name, m.title, m.network, not m.own) for m in models])
    return answer(request, [m.content for m in models], found.body)


@router.put(
    "",
    response_model=wire.NetworkView,
    status_code=201,
    openapi_extra=body("application/octet-stream", wire.SAFETENSORS, wire.JSON),
)
async def open_network(request: Request, services: ServicesDep, title: Title = "") -> Response:
    """Takes a network, as the raw bytes of an ONNX file or of our own formats, and says by which id it is known."""
    with scratch() as folder:
        await received(request, folder / GIVEN)
        async with services.brought.at_once:
            model = await while_awaited(request, services, folder, title)
    return await created(services, model)


@router.put(
    "/{net}/labels",
    response_model=wire.NetworkView,
    status_code=201,
    openapi_extra=body("text/plain", wire.JSON),
)
async def name_classes(request: Request, services: ServicesDep, net: str) -> Response:
    """Takes names for the classes, one a line or as JSON, and says by which id the network that has them is known."""
    data = await request.body()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = "The labels file is no text in UTF-8. Save it as plain text, one name a line."
        raise Problem("bad_format", detail) from error
    student = request.scope.get(STUDENT, OWN)
    model = await to_thread.run_sync(lambda: services.brought.name_classes(services.model(net), text, student))
    return await created(services, model)


@router.get("/{net}", response_model=wire.NetworkView)
def read_network(request: Request, services: ServicesDep, net: str) -> Response:
    """A network: its nodes with shapes, windows, parameters and colour groups."""
    model = services.model(net)
    return answer(request, [model.content], lambda: services.network_view(model).body(), private=model.own)


@in_each_format(router, "/{net}/nodes/{node:path}/filters")
def read_filters(request: Request, services: ServicesDep, format: Format, net: str, node: str) -> Response:
    """The parameters of a node: weight, bias, …"""
    model = services.model(net)
    names = [n.name for n in model.network.nodes]
    known = node if node in names else refuse("unknown_name", "node", node, names)
    return arrays(request, [model.content], format, lambda: (model.network.params_of(known), {}), private=model.own)


# -- what people bring


async def received(request: Request, file: Path) -> None:
    """Writes the request's body into the file, piece by piece. Raises Problem when there is no room."""
    try:
        with file.open("wb") as out:
            async for piece in request.stream():
                out.write(piece)
    except OSError as error:
        raise Problem(
            "store_full", "There is no room on the disk for the file. Make some, or open a smaller one."
        ) from error


async def while_awaited(request: Request, services: Services, folder: Path, title: str) -> Model:
    """The network in the folder; reading it stops when the person who sent it goes away."""
    gone = Event()

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone.set()

    found: list[Model | Exception] = []

    def read() -> None:
        try:
            found.append(services.brought.open(folder, title, gone, request.scope.get(STUDENT, OWN)))
        except Exception as error:  # a task group would wrap it, and our handlers would not know it
            found.append(error)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch)
        await to_thread.run_sync(read)
        tasks.cancel_scope.cancel()
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


async def created(services: Services, model: Model) -> Response:
    """The answer for a network that is new here."""
    headers = {"Location": f"/api/networks/{model.name}", "Cache-Control": "no-store"}
    view = await to_thread.run_sync(services.network_view, model)
    return Response(view.body(), 201, headers, wire.JSON)
