"""The page, and the files that it is made of."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from convoscope import __version__
from convoscope.server.answers import release

ROOT = Path(__file__).resolve().parent.parent.parent
router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(ROOT / "templates")


@router.get("/", response_class=HTMLResponse)
def read_page(request: Request) -> Response:
    """Convoscope."""
    context: dict[str, Any] = {"version": __version__, "release": release()}
    return templates.TemplateResponse(request, "index.html", context, headers={"Cache-Control": "no-cache"})


def mount_static(app: FastAPI) -> None:
    """Serves static/."""
    app.mount("/static", StaticFiles(directory=ROOT / "static"), name="static")
