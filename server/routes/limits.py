"""The limits, for the page and for whoever writes a program."""

from fastapi import APIRouter, Request, Response

from convoscope.server import limits
from convoscope.server.answers import answer
from convoscope.server.services import ServicesDep
from convoscope.server.wire import LimitList, LimitView

router = APIRouter(prefix="/api/limits", tags=["limits"])


@router.get("", response_model=LimitList)
def read_limits(request: Request, services: ServicesDep) -> Response:
    """Every limit of this server."""
    table = LimitList(limits=[LimitView(**row) for row in limits.rows(services.limits)])
    return answer(request, [table.model_dump_json()], table.body)
