"""Gradients: of a loss, a logit or a unit, with respect to every activation and every parameter."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from convoscope import engine
from convoscope.server import what_if, wire
from convoscope.server.answers import answer
from convoscope.server.routes.arrays import Channels, Dtype, Format, Made, Nodes, arrays, in_each_format, part
from convoscope.server.routes.subject import SubjectDep
from convoscope.server.services import ServicesDep, refuse

router = APIRouter(prefix="/api/traces/{net}/{image}", tags=["gradients"])
WHAT = "What is differentiated: loss:3, logit:5 or unit:conv2@3,5,7."
HOW: dict[str, Any] = {"pattern": r"^(loss:\d+|logit:\d+|unit:.+@\d+(,\d+)*)$"}
Times = Annotated[
    Literal["activation"] | None,
    Query(description="Each gradient times its activation: what each number gives the objective, to first order."),
]
Objective = Annotated[str, Query(description=WHAT, json_schema_extra=HOW, examples=["loss:3"])]


def metadata(gradients: engine.Gradients) -> dict[str, str]:
    """What is known of gradients besides the arrays: the value of the objective, with all its digits."""
    return {"value": repr(gradients.value)}


@in_each_format(router, "/gradients")
def read_gradients(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    format: Format,
    objective: Objective,
    nodes: Nodes = None,
    times: Times = None,
    dtype: Dtype = "float32",
) -> Response:
    """d objective / d activation of several nodes, or of all."""
    names = subject.nodes(nodes, services.limits.list_length)

    def make() -> Made:
        found = what_if.gradients(services, *subject, objective)
        pick = found.times_activation if times else found.by_activation.__getitem__
        return {name: wire.as_dtype(pick(name)[0], dtype) for name in names}, metadata(found)

    return arrays(request, subject.content, format, make, private=subject.private)


@router.get("/gradients/summary", response_model=wire.GradientsView)
def read_summary(
    request: Request, services: ServicesDep, subject: SubjectDep, objective: Objective, times: Times = None
) -> Response:
    """The value of the objective, statistics and colour ranges of all gradients: everything but the arrays."""

    def make() -> bytes:
        return what_if.summary(services, *subject, objective, times).body()

    return answer(request, subject.content, make, private=subject.private)


@in_each_format(router, "/nodes/{node:path}/params/{param}/gradients")
def read_parameter_gradient(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    format: Format,
    node: str,
    param: str,
    objective: Objective,
    dtype: Dtype = "float32",
) -> Response:
    """d objective / d parameter."""
    (name,) = subject.nodes(node, 1)
    params = subject.model.network.params_of(name)
    known = param if param in params else refuse("unknown_name", f"parameter of {name}", param, params)

    def make() -> Made:
        found = what_if.gradients(services, *subject, objective)
        return {known: wire.as_dtype(found.by_param[name][known], dtype)}, metadata(found)

    return arrays(request, subject.content, format, make, private=subject.private)


@in_each_format(router, "/nodes/{node:path}/gradients")
def read_gradient(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    format: Format,
    node: str,
    objective: Objective,
    channels: Channels = None,
    dtype: Dtype = "float32",
) -> Response:
    """d objective / d activation of one node, or some of its channels."""
    (name,) = subject.nodes(node, 1)
    chosen = part(channels, subject.model.network.shapes[name][1])

    def make() -> Made:
        found = what_if.gradients(services, *subject, objective)
        return {name: wire.as_dtype(found.by_activation[name][0, chosen], dtype)}, metadata(found)

    return arrays(request, subject.content, format, make, private=subject.private)
