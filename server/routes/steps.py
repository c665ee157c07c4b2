"""Training steps on one picture: each an honest one, and the next one told in full."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from convoscope import engine
from convoscope.server import what_if
from convoscope.server.answers import answer
from convoscope.server.routes.gradients import Objective
from convoscope.server.routes.subject import SubjectDep
from convoscope.server.services import ServicesDep
from convoscope.server.viewmodel.what_if import steps_view
from convoscope.server.wire.lab import StepsView

router = APIRouter(prefix="/api/traces/{net}/{image}", tags=["steps"])
OPTIMIZERS = ", ".join(engine.OPTIMIZERS)
Optimizer = Annotated[str, Query(description=f"The rule: {OPTIMIZERS}.", examples=["sgd"])]
Rate = Annotated[float, Query(description="The learning rate.", examples=[0.01])]
Count = Annotated[int, Query(ge=0, description="How many steps are made; the one after them is told whole.")]
Of = Annotated[
    str | None, Query(description="The number of a parameter whose step is told.", examples=["conv1.weight@3,0,1,1"])
]


@router.get("/steps", response_model=StepsView)
def read_steps(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    objective: Objective,
    optimizer: Optimizer = "sgd",
    rate: Rate = 0.01,
    count: Count = 0,
    of: Of = None,
) -> Response:
    """The objective after each step, what each promised and kept, and the arithmetic of one number's next step."""
    learning = engine.Learning(optimizer, rate, count, objective)
    where, at, node, param = what_if.parameter(subject.model, of)
    what_if.bounded(services, subject.model, count)

    def make() -> bytes:
        return steps_view(what_if.run(services, *subject, learning), learning, where, at, node, param).body()

    return answer(request, subject.content, make, private=subject.private)
