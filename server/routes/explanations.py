"""Explanations: the arithmetic of one number, and of a row of them under a sliding window."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from convoscope.server import what_if, wire
from convoscope.server.answers import answer
from convoscope.server.errors import Problem
from convoscope.server.routes.arrays import Format, Made, arrays, cell, in_each_format
from convoscope.server.routes.gradients import HOW, WHAT, Objective
from convoscope.server.routes.subject import SubjectDep
from convoscope.server.services import ServicesDep, parsed, refuse
from convoscope.server.viewmodel import explanation_view, windows_arrays

router = APIRouter(prefix="/api/traces/{net}/{image}/nodes/{node:path}", tags=["explanations"])
Direction = Annotated[
    Literal["forward", "backward"],
    Query(description="The cell's activation, or d objective / d it; backward needs an objective."),
]

OptionalObjective = Annotated[str | None, Query(description=WHAT, json_schema_extra=HOW)]


@router.get("/params/{param}/at/{at}", response_model=wire.ExplanationView)
def explain_parameter(
    request: Request, services: ServicesDep, subject: SubjectDep, node: str, param: str, at: str, objective: Objective
) -> Response:
    """The arithmetic of one number of d objective / d parameter."""
    (name,) = subject.nodes(node, 1)
    params = subject.model.network.params_of(name)
    known = param if param in params else refuse("unknown_name", f"parameter of {name}", param, params)
    place = cell(at)

    def make() -> bytes:
        found = what_if.gradients(services, *subject, objective).explain_param(name, known, place)
        return explanation_view(found, subject.model.network).body()

    return answer(request, subject.content, make, private=subject.private)


@router.get("/at/{at}", response_model=wire.ExplanationView)
def explain_cell(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    node: str,
    at: str,
    direction: Direction = "forward",
    objective: OptionalObjective = None,
) -> Response:
    """The arithmetic of one number of an activation, or of d objective / d it."""
    (name,) = subject.nodes(node, 1)
    place = cell(at)
    if direction == "backward" and objective is None:
        raise Problem("bad_value", "direction=backward needs an objective, for example objective=loss:3.")
    if objective is not None:
        parsed(objective)

    def make() -> bytes:
        if direction == "backward" and objective is not None:
            found = what_if.gradients(services, *subject, objective).explain(name, place)
        else:
            found = what_if.seen(services, *subject).trace.explain(name, place)
        return explanation_view(found, subject.model.network).body()

    return answer(request, subject.content, make, private=subject.private)


@in_each_format(router, "/windows")
def read_windows(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    format: Format,
    node: str,
    channel: Annotated[int, Query(ge=0, examples=[3])],
    first: Annotated[int, Query(ge=0, alias="from", description="Of the channel's cells in reading order.")] = 0,
    count: Annotated[int, Query(ge=1)] = 64,
) -> Response:
    """The sliding window, step by step: the value of each cell and the partial sums that made it."""
    (name,) = subject.nodes(node, 1)
    most = services.limits.windows
    if count > most:
        raise Problem("too_many_windows", f"count may be at most {most}.", limit=most, value=count)

    def make() -> Made:
        return windows_arrays(what_if.seen(services, *subject).trace, name, channel, first, count)

    return arrays(request, subject.content, format, make, private=subject.private)
