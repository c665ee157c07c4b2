"""Gradient checks: what the backward pass says of one number, against what is measured."""

from fastapi import APIRouter, Request, Response

from convoscope.server import what_if
from convoscope.server.answers import answer
from convoscope.server.patience import go_on
from convoscope.server.routes.gradients import Objective
from convoscope.server.routes.subject import SubjectDep
from convoscope.server.services import ServicesDep, parsed
from convoscope.server.viewmodel.what_if import check_view
from convoscope.server.wire.lab import CheckView

router = APIRouter(prefix="/api/traces/{net}/{image}", tags=["checks"])


@router.get("/check/{address:path}", response_model=CheckView)
def read_check(
    request: Request, services: ServicesDep, subject: SubjectDep, address: str, objective: Objective
) -> Response:
    """The gradient of one number by the backward pass and by measuring, and the objective along the number."""
    where, at = what_if.placed(subject.model, address)
    parsed(objective)

    def make() -> bytes:
        return check_view(what_if.seen(services, *subject).trace, objective, where, at, go_on).body()

    return answer(request, subject.content, make, private=subject.private)
