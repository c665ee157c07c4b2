"""Networks: what there is, how each is built, and what it learnt."""

from fastapi import APIRouter, Request, Response

from convoscope.server import library, wire
from convoscope.server.answers import answer
from convoscope.server.routes.arrays import ArrayFormat, arrays, in_each_format
from convoscope.server.services import Desk, unknown
from convoscope.server.viewmodel import network_view

router = APIRouter(prefix="/api/networks", tags=["networks"])


@router.get("", response_model=wire.NetworkList)
def list_networks(request: Request) -> Response:
    """The networks that are here, the one to open on first."""
    models = [library.model(name) for name in library.model_names()]
    found = wire.NetworkList(
        networks=[
            wire.NetworkSummary(
                id=m.name,
                title=m.title,
                input_shape=list(m.network.input_shape),
                parameters=m.network.parameter_count,
                shipped=m.shipped,
            )
            for m in models
        ]
    )
    return answer(request, [m.content for m in models], found.body)


@router.get("/{net}", response_model=wire.NetworkView)
def read_network(request: Request, desk: Desk, net: str) -> Response:
    """A network: its nodes with shapes, windows, parameters and colour groups."""
    model = desk.model(net)

    def make() -> bytes:
        return network_view(model.name, model.title, model.network, model.card).body()

    return answer(request, [model.content], lambda: desk.kept(("network", model.content), make))


@in_each_format(router, "/{net}/nodes/{node}/filters")
def read_filters(request: Request, desk: Desk, net: str, node: str, format: ArrayFormat) -> Response:
    """The parameters of a node: weight, bias, …"""
    model = desk.model(net)
    names = [n.name for n in model.network.nodes]
    if node not in names:
        raise unknown("unknown_name", "node", node, names)
    return arrays(request, [model.content], format, lambda: (model.network.params_of(node), {}))
