"""HTML: the templates, and what they may use."""

from pathlib import Path

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates

from convoscope import __version__
from convoscope.server.assets import Assets
from convoscope.server.errors import Problem
from convoscope.server.release import release

ROOT = Path(__file__).resolve().parent.parent
ASSETS = Assets(ROOT / "static")
templates = Jinja2Templates(ROOT / "templates")
templates.env.globals.update(version=__version__, release=release, static=ASSETS.url)


def page(request: Request, template: str, status: int = 200, **context: object) -> Response:
    """A template as an answer that browsers ask for anew each time; it may tell what a person has sent."""
    return templates.TemplateResponse(request, template, context, status, {"Cache-Control": "private, no-cache"})


def error_page(request: Request, problem: Problem) -> Response:
    """A problem for people."""
    return page(request, "error.html", problem.status_code, title=problem.title, detail=problem.detail)
