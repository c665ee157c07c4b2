"""The sandbox's convolution for programs: POST the numbers, get every window, forward and backward."""

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from convoscope.server import convolution, lessons
from convoscope.server.convolution import Case
from convoscope.server.errors import Problem
from convoscope.server.lessons.asked import case as case_of
from convoscope.server.movie import Colours, gif
from convoscope.server.routes.lessons import Given, parsed
from convoscope.server.services import Services, ServicesDep
from convoscope.server.wire import JSON

router = APIRouter(tags=["convolve"])
Small = Annotated[int, Field(ge=1, le=8)]
Pad = Annotated[int, Field(ge=0, le=8)]
Lists = Annotated[list[Any], Field(min_length=1, max_length=64)]
LARGEST = 1e6
TABLE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
MOVING: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/gif": {"schema": {"type": "string", "format": "binary"}}}}
}


class Convolve(BaseModel):
    """A convolution with its numbers. Lists of rows stand for one channel, or for one filter of one channel."""

    model_config = ConfigDict(extra="forbid")

    input: Lists = Field(description="(C, H, W), or (H, W).")
    kernel: Lists = Field(description="(K, C/groups, kh, kw), transposed (C, K/groups, kh, kw), or (kh, kw).")
    bias: Lists | None = Field(None, description="K numbers.")
    stride: Small | tuple[Small, Small] = 1
    padding: Pad | tuple[Pad, Pad, Pad, Pad] = Field(0, description="Cells on each side, or top, left, bottom, right.")
    mode: Literal["constant", "reflect", "edge", "wrap"] = "constant"
    dilation: Small | tuple[Small, Small] = 1
    groups: Small = 1
    transposed: bool = False
    output_padding: Pad | tuple[Pad, Pad] = Field(
        0, description="Rows and columns that a transposed convolution keeps more of its end."
    )
    gradient: Lists | None = Field(None, description="dL/d output, (K, H', W'); ones when left out.")

    def case(self) -> Case:
        """The same as arrays. Raises Problem."""
        x, w = array("input", self.input, (2, 3)), array("kernel", self.kernel, (2, 4))
        x, w = (x[None] if x.ndim == 2 else x), (w[None, None] if w.ndim == 2 else w)
        bias = None if self.bias is None else array("bias", self.bias, (1,))
        sides = (self.padding,) * 4 if isinstance(self.padding, int) else self.padding
        made = Case(
            x,
            w,
            bias,
            pair(self.stride),
            sides,
            self.mode,
            pair(self.dilation),
            self.groups,
            self.transposed,
            None if self.gradient is None else array("gradient", self.gradient, (3,)),
            pair(self.output_padding),
        )
        if bias is not None and len(bias) != made.filters:
            raise Problem("bad_shape", f"There are {len(bias)} biases for {made.filters} filters; each needs one.")
        return made


class Movie(Convolve):
    """A convolution, and the page's colours to draw it with."""

    colours: Colours


def pair(value: Any) -> tuple[int, int]:
    """One number for both axes, or one each."""
    return (value, value) if isinstance(value, int) else value


def array(name: str, lists: list[Any], deep: tuple[int, ...]) -> convolution.Array:
    """Nested lists of numbers as an array, as deep as it may be. Raises Problem."""
    try:
        a = np.array(lists)
    except ValueError as error:
        said = f"The rows of {name} differ in length; all must have the same number of cells."
        raise Problem("bad_shape", said) from error
    if a.dtype.kind not in "iuf" or a.ndim not in deep or not a.size:
        wanted = " or ".join(map(str, deep))
        raise Problem("bad_value", f"{name} must be lists of numbers, nested {wanted} deep.")
    if not (np.abs(a) <= LARGEST).all():
        raise Problem("bad_value", f"{name} must hold numbers from -{LARGEST:,.0f} to {LARGEST:,.0f}.")
    return a.astype(np.float64)


@router.post("/api/convolve")
def convolve(services: ServicesDep, body: Convolve) -> Response:
    """Every window with its products and sums, the output, and the backward pass, cell by cell."""
    case = body.case().bounded(services.limits)
    return Response(to_json(convolution.answer(case), inf_nan_mode="strings"), media_type=JSON)


@router.post("/api/convolve/run.csv", response_class=Response, responses=TABLE)
def convolve_csv(services: ServicesDep, body: Convolve) -> Response:
    """Every product of every window as a table."""
    return Response(convolution.csv(body.case().bounded(services.limits)), media_type="text/csv")


@router.post("/api/convolve/run.gif", response_class=Response, responses=MOVING)
def convolve_gif(services: ServicesDep, body: Movie) -> Response:
    """The sliding window as a moving picture, in the colours that the page uses."""
    return movie(services, body.case().bounded(services.limits), body.colours)


@router.get("/api/sandbox/run.json")
def sandbox_json(services: ServicesDep, values: Given = "{}") -> Response:
    """What the sandbox shows for these values, as `POST /api/convolve` answers."""
    answer = convolution.answer(chosen(services, values))
    return Response(to_json(answer, inf_nan_mode="strings"), media_type=JSON)


@router.get("/api/sandbox/run.csv", response_class=Response, responses=TABLE)
def sandbox_csv(services: ServicesDep, values: Given = "{}") -> Response:
    """The sandbox's products as a table."""
    return Response(convolution.csv(chosen(services, values)), media_type="text/csv", headers=saved("csv"))


@router.get("/api/sandbox/run.gif", response_class=Response, responses=MOVING)
def sandbox_gif(
    services: ServicesDep,
    colours: Annotated[str, Query(max_length=8_192, description="Colours as JSON.")],
    values: Given = "{}",
) -> Response:
    """The sandbox's run as a moving picture."""
    try:
        found = Colours.model_validate_json(colours)
    except ValueError as error:
        wanted = "colours needs scale (3 to 511 of #rrggbb), paper, sheet and ink."
        raise Problem("bad_value", wanted) from error
    return movie(services, chosen(services, values), found)


def chosen(services: Services, values: str) -> Case:
    """The case that the sandbox's values describe. Raises Problem."""
    sandbox = lessons.sandbox_lesson()
    return case_of(sandbox.values(sandbox.beats[0], services, parsed(values)))


def movie(services: Services, case: Case, colours: Colours) -> Response:
    """The case as a moving picture. Raises Problem when it would be too long."""
    frames, most = len(case.cells), services.limits.convolve_frames
    if frames > most:
        detail = f"The run has {frames} steps; a moving picture takes at most {most}."
        raise Problem("convolve_too_large", detail, limit=most, value=frames)
    return Response(gif(case, colours), media_type="image/gif", headers=saved("gif"))


def saved(ending: str) -> dict[str, str]:
    """The header that makes a browser keep the answer as a file."""
    return {"Content-Disposition": f'attachment; filename="convolution.{ending}"'}
