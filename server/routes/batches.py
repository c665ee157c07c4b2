"""Batches: several pictures at once, their mean loss, and what each of them gives to a gradient."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from convoscope.server import what_if
from convoscope.server.answers import answer
from convoscope.server.errors import Problem
from convoscope.server.routes.steps import Of
from convoscope.server.routes.subject import Edit
from convoscope.server.services import ServicesDep
from convoscope.server.viewmodel.what_if import batch_view
from convoscope.server.wire.lab import BatchView

router = APIRouter(prefix="/api/batches/{net}/{images}", tags=["batches"])
WHAT = "The loss: loss:3 for one label, loss:3,5 for one label for each picture."
Loss = Annotated[str, Query(description=WHAT, json_schema_extra={"pattern": r"^loss:\d+(,\d+)*$"}, examples=["loss:3"])]


@router.get("", response_model=BatchView)
def read_batch(
    request: Request, services: ServicesDep, net: str, images: str, objective: Loss, of: Of = None, edit: Edit = ""
) -> Response:
    """The mean loss of the pictures, each one's own, and what each adds to the gradient of one number."""
    names, most = images.split(","), services.limits.batch
    if len(names) > most:
        raise Problem("too_many_pictures", f"One batch takes at most {most} pictures.", limit=most, value=len(names))
    model, pictures = services.model(net), [services.picture(name) for name in names]
    edits = what_if.parsed_edits(services, model, edit)
    where, at, node, param = what_if.parameter(model, of)

    def make() -> bytes:
        found = what_if.batch(services, model, pictures, edits, objective)
        return batch_view(model.name, names, found, where, at, node, param).body()

    content = [model.content, *(p.content for p in pictures)]
    return answer(request, content, make, private=model.own or any(p.private for p in pictures))
