"""Every exception becomes problem+json; for somebody who opened the address in a browser, a page that says the same."""

import errno
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from convoscope import engine
from convoscope.server.errors import Problem, from_engine
from convoscope.server.notes import note
from convoscope.server.pages import error_page
from convoscope.server.patience import Left
from convoscope.server.wire import PROBLEM, ProblemView

log = logging.getLogger("uvicorn.error")
FRAMEWORK = {
    404: Problem("not_found", "Nothing is at this address. /api/docs lists those that there are."),
    405: Problem("method_not_allowed", "The header Allow lists the methods that this address takes."),
}
"""What the framework refuses by itself."""
METHODS = ("GET", "PUT", "POST", "DELETE")
FULL = (errno.ENOSPC, errno.EDQUOT)
NOT_NOW = Problem("busy", "The server's system refused it a file or a process at the moment. Ask again in a second.")
MALFORMED = Problem("bad_request", "The request breaks the rules of HTTP or has a body that cannot be read.")
BUG = Problem("internal", "The server failed. That is a bug of ours, not of the request; the log says more.")


def install(app: FastAPI) -> None:
    """Gives the app its handlers."""
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(engine.errors.ConvoscopeError, on_engine_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    for left in (ClientDisconnect, Left):
        app.add_exception_handler(left, on_disconnect)
    app.add_exception_handler(OSError, on_system_error)
    app.add_exception_handler(Exception, on_bug)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """A refusal of ours, or of the framework."""
    assert isinstance(error, HTTPException)
    problem = error if isinstance(error, Problem) else FRAMEWORK.get(error.status_code, MALFORMED)
    headers = {"Allow": ", ".join(methods_at(request))} if problem.code == "method_not_allowed" else error.headers
    return told(request, problem, headers)


def methods_at(request: Request) -> list[str]:
    """What the address takes, by all of the routes to it; the framework names those of the first alone."""
    app: FastAPI = request.app

    def taken(method: str) -> bool:
        scope = {**request.scope, "method": method}
        return any(route.matches(scope)[0] is Match.FULL for route in app.routes)

    found = [method for method in METHODS if taken(method)]
    return [*found, "HEAD"] if "GET" in found else found


async def on_engine_error(request: Request, error: Exception) -> Response:
    """A refusal of the engine."""
    assert isinstance(error, engine.errors.ConvoscopeError)
    return told(request, from_engine(error))


async def on_validation_error(request: Request, error: Exception) -> Response:
    """A parameter of the wrong type: which one and what would be right, without its value."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    return told(request, Problem("bad_value", f"{place(first)}: {first['msg']}."))


def place(error: Mapping[str, Any]) -> str:
    """Where in the request a wrong value is, by our own names: `side`, `input.0.3`."""
    parts = [str(part) for part in error["loc"][1:] if isinstance(part, int) or part.isidentifier()]
    ours = parts[:-1] if error["type"] == "extra_forbidden" else parts
    return ".".join(ours) or str(error["loc"][0])


async def on_disconnect(request: Request, error: Exception) -> Response:
    """Somebody left in the middle of an upload, or of what was computed: nobody reads this, and it is no bug."""
    return told(request, MALFORMED)


async def on_system_error(request: Request, error: Exception) -> Response:
    """The system gave no file, no process or no room: no fault of the request, nor a bug of ours; it may pass."""
    assert isinstance(error, OSError)
    log.error("%s: %s", type(error).__name__, error.strerror)  # without the path, which may have an id in it
    if error.errno in FULL:
        return told(request, Problem("store_full", "The server's disk is full. Ask whoever runs it to make room."))
    return told(request, NOT_NOW, {"Retry-After": "1"})


async def on_bug(request: Request, error: Exception) -> Response:
    """Anything else is our fault."""
    return told(request, BUG)


def told(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as an answer."""
    note(request.scope, code=problem.code)
    path, accept = request.scope["path"], request.headers.get("accept", "")
    if accept.startswith("text/html") and not path.startswith(("/api/", "/static/")):
        return error_page(request, problem)
    return as_json(problem, request.scope["convoscope.request_id"], headers)


def as_json(problem: Problem, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as problem+json."""
    view = ProblemView(
        type=f"/api/docs#{problem.code}",
        title=problem.title,
        status=problem.status_code,
        code=problem.code,
        detail=problem.detail,
        limit=problem.limit,
        value=problem.value,
        request_id=request_id,
    )
    return Response(view.body(), problem.status_code, {"Cache-Control": "no-store", **(headers or {})}, PROBLEM)
