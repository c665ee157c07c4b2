"""Top contributors: of all that one number read, what weighs most in it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from convoscope.server import what_if, wire
from convoscope.server.answers import answer
from convoscope.server.routes.arrays import cell
from convoscope.server.routes.subject import SubjectDep
from convoscope.server.services import ServicesDep
from convoscope.server.viewmodel.contributors import contributors_view

router = APIRouter(prefix="/api/traces/{net}/{image}/nodes/{node:path}", tags=["explanations"])


@router.get("/at/{at}/contributors", response_model=wire.ContributorsView)
def read_contributors(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    node: str,
    at: str,
    count: Annotated[int, Query(ge=1, le=100)] = 5,
) -> Response:
    """The cells that weigh most in one number, the heaviest first."""
    (name,) = subject.nodes(node, 1)
    place = cell(at)

    def make() -> bytes:
        trace = what_if.seen(services, *subject).trace
        return contributors_view(name, trace.place(name, place), trace.contributors(name, place, count)).body()

    return answer(request, subject.content, make, private=subject.private)
