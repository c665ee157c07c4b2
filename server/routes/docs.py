"""The description of the interface, for programs as OpenAPI and for people as a page of ours."""

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from convoscope.server.errors import CODES
from convoscope.server.openapi import description
from convoscope.server.pages import page

router = APIRouter(prefix="/api", include_in_schema=False)


@router.get("/openapi.json")
def read_openapi(request: Request) -> Response:
    """The interface as OpenAPI."""
    app: FastAPI = request.app
    return JSONResponse(description(app), headers={"Cache-Control": "no-cache"})


@router.get("/docs", response_class=HTMLResponse)
def read_docs(request: Request) -> Response:
    """The interface for people."""
    app: FastAPI = request.app
    return page(request, "api.html", api=description(app), codes=CODES)
