"""Networks: what there is, how each is built, and what it learnt."""

from fastapi import APIRouter, Request, Response

from convoscope.server import wire
from convoscope.server.answers import answer
from convoscope.server.routes.arrays import Format, arrays, in_each_format
from convoscope.server.services import ServicesDep, refuse
from convoscope.server.viewmodel import network_summary

router = APIRouter(prefix="/api/networks", tags=["networks"])


@router.get("", response_model=wire.NetworkList)
def list_networks(request: Request, services: ServicesDep) -> Response:
    """The networks that are here, the one to open on first."""
    models = [services.library.model(name) for name in services.library.models]
    found = wire.NetworkList(networks=[network_summary(m.name, m.title, m.network) for m in models])
    return answer(request, [m.content for m in models], found.body)


@router.get("/{net}", response_model=wire.NetworkView)
def read_network(request: Request, services: ServicesDep, net: str) -> Response:
    """A network: its nodes with shapes, windows, parameters and colour groups."""
    model = services.model(net)
    return answer(request, [model.content], lambda: services.network_view(model).body())


@in_each_format(router, "/{net}/nodes/{node:path}/filters")
def read_filters(request: Request, services: ServicesDep, format: Format, net: str, node: str) -> Response:
    """The parameters of a node: weight, bias, …"""
    model = services.model(net)
    names = [n.name for n in model.network.nodes]
    known = node if node in names else refuse("unknown_name", "node", node, names)
    return arrays(request, [model.content], format, lambda: (model.network.params_of(known), {}))
