"""The way back, read from the giver: what one output adds to the gradients of all that it read."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from convoscope import engine
from convoscope.server import what_if
from convoscope.server.errors import Problem
from convoscope.server.routes.arrays import Dtype, Format, Made, arrays, cell, in_each_format
from convoscope.server.routes.gradients import Objective
from convoscope.server.routes.subject import SubjectDep
from convoscope.server.services import ServicesDep
from convoscope.server.viewmodel.backward import scatter_arrays

router = APIRouter(prefix="/api/traces/{net}/{image}/nodes/{node:path}", tags=["explanations"])
At = Annotated[str, Query(description="The output, its indices with commas between them.", examples=["3,5,7"])]
Maps = Annotated[
    int, Query(ge=1, le=64, description="Of what has been added so far, the channels that this output gives most to.")
]


@in_each_format(router, "/gives")
def read_gives(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    format: Format,
    node: str,
    at: At,
    objective: Objective,
    maps: Maps = 16,
    dtype: Dtype = "float32",
) -> Response:
    """What one output gives back: ∂ it / ∂ all that it read, that times its gradient, and the sums so far."""
    (name,) = subject.nodes(node, 1)
    place, network = cell(at), subject.model.network
    if any(i.name == name for i in network.inputs):
        raise Problem("bad_value", f"{name} is an input: it read nothing, so it gives nothing back. Name a layer.")

    def make() -> Made:
        found = engine.scattered(what_if.gradients(services, *subject, objective), name, place)
        return scatter_arrays(found, maps, dtype)

    return arrays(request, subject.content, format, make, private=subject.private)
