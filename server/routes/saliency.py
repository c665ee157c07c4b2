"""A first look at why: which places of the picture weigh in the objective."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from convoscope import engine
from convoscope.server import what_if, wire
from convoscope.server.routes.arrays import Dtype, Format, Made, arrays, in_each_format
from convoscope.server.routes.gradients import Objective
from convoscope.server.routes.subject import SubjectDep
from convoscope.server.services import ServicesDep
from convoscope.server.viewmodel.trace import magnitudes, percentile

router = APIRouter(prefix="/api/traces/{net}/{image}", tags=["gradients"])
WHAT = "saliency: the largest |d objective / d input| of the channels; product: the sum of input × gradient over them."
How = Annotated[engine.SaliencyMethod, Query(description=WHAT)]


@in_each_format(router, "/saliency")
def read_saliency(
    request: Request,
    services: ServicesDep,
    subject: SubjectDep,
    format: Format,
    objective: Objective,
    method: How = "saliency",
    dtype: Dtype = "float32",
) -> Response:
    """One number for each place that the network sees: how strongly it weighs in the objective."""

    def make() -> Made:
        found = what_if.gradients(services, *subject, objective)
        places = engine.saliency(found, method)
        end = percentile([magnitudes(places)])
        return {"places": wire.as_dtype(places, dtype)}, {"range": repr(end)}

    return arrays(request, subject.content, format, make, private=subject.private)
