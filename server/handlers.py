"""Every exception becomes problem+json. None of these handlers repeats what the request said."""

from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from convoscope import engine
from convoscope.server.errors import CODES, Problem, from_engine
from convoscope.server.wire import PROBLEM, ProblemView

BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
DETAILS = {
    "not_found": "Nothing is at this address. The addresses are listed at /api/docs.",
    "method_not_allowed": "The header Allow lists the methods that this address takes.",
    "internal": "The server failed. This is a bug of ours, not of the request; the log says more by the request_id.",
}


def install(app: FastAPI) -> None:
    """Gives the app its handlers."""
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(engine.errors.ConvoscopeError, on_engine_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(Exception, on_bug)


def respond(problem: Problem, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as an answer."""
    status, title = problem.kind
    view = ProblemView(
        type=f"/api/docs#{problem.code}",
        title=title,
        status=status,
        code=problem.code,
        detail=problem.detail,
        limit=problem.limit,
        value=problem.value,
        request_id=request_id,
    )
    return Response(view.body(), status, {"Cache-Control": "no-store", **(headers or {})}, PROBLEM)


def _id(request: Request) -> str:
    return str(request.scope.get("convoscope.request_id", ""))


async def on_problem(request: Request, error: Exception) -> Response:
    """A refusal of ours."""
    assert isinstance(error, Problem)
    return respond(error, _id(request))


async def on_engine_error(request: Request, error: Exception) -> Response:
    """A refusal of the engine."""
    assert isinstance(error, engine.errors.ConvoscopeError)
    return respond(from_engine(error), _id(request))


async def on_validation_error(request: Request, error: Exception) -> Response:
    """A parameter of the wrong type: where it is and what would be right, without its value."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = " ".join(str(part) for part in first["loc"] if isinstance(part, str))[:80]
    return respond(Problem("bad_value", f"{place}: {first['msg']}."), _id(request))


async def on_http_exception(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself."""
    assert isinstance(error, HTTPException)
    code = BY_STATUS.get(error.status_code, "bad_request")
    return respond(Problem(code, DETAILS.get(code, CODES[code].title + ".")), _id(request), error.headers)


async def on_bug(request: Request, error: Exception) -> Response:
    """Anything else is our fault."""
    return respond(Problem("internal", DETAILS["internal"]), _id(request))
