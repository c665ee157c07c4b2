"""The lessons: their pages, and the figures of their beats computed anew for what a reader has set."""

import json
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from convoscope.server import lessons
from convoscope.server.answers import answer
from convoscope.server.errors import Problem
from convoscope.server.lessons import view
from convoscope.server.pages import page
from convoscope.server.services import Services, ServicesDep

router = APIRouter(tags=["lessons"])
HIDES = ("text", "controls", "predict", "code", "nav", "header")
"""What a link to a lesson may hide."""
Given = Annotated[str, Query(description='What the controls are set to, as JSON: {"w": 0.5}.', max_length=12_000)]


@router.get("/lessons", response_class=HTMLResponse, include_in_schema=False)
def read_lessons(request: Request) -> Response:
    """The list of lessons."""
    return page(request, "lessons/index.html", lessons=lessons.lessons())


@lru_cache(maxsize=64)
def shown(slug: str, services: Services) -> dict[str, Any]:
    """A lesson, computed once: it depends on nothing but the code and what is shipped."""
    return view.lesson_view(lessons.lesson(slug), services)


@router.get("/lessons/{slug}", response_class=HTMLResponse, include_in_schema=False)
def read_lesson(
    request: Request,
    services: ServicesDep,
    slug: str,
    beat: str = "",
    hide: str = "",
    present: bool = False,
    values: Given = "{}",
) -> Response:
    """One lesson, open at a beat. hide: parts of the page to leave out, with commas between; present: big type."""
    found, order = lessons.lesson(slug), lessons.lessons()
    hidden = parts(hide)
    at = found.beat(beat) if beat else found.beats[0]
    found.values(at, services, parsed(values))
    here = order.index(found)
    return page(
        request,
        "lessons/lesson.html",
        lesson=shown(slug, services),
        number=here + 1,
        lessons=order,
        before=order[here - 1] if here else None,
        after=order[here + 1] if here + 1 < len(order) else None,
        beat=at.name if beat else "",
        hide=" ".join(hidden),
        present=present,
        values=values if values != "{}" else "",
    )


@router.get("/sandbox", response_class=HTMLResponse, include_in_schema=False)
def read_sandbox(
    request: Request, services: ServicesDep, hide: str = "", present: bool = False, values: Given = "{}", beat: str = ""
) -> Response:
    """Any small convolution."""
    found = lessons.sandbox_lesson()
    hidden = parts(hide)
    found.values(found.beats[0], services, parsed(values))
    return page(
        request,
        "sandbox.html",
        lesson=shown(found.slug, services),
        presets=view.presets(found),
        hide=" ".join(hidden),
        present=present,
        values=values if values != "{}" else "",
    )


@router.get("/api/lessons/{slug}")
def read_telling(request: Request, services: ServicesDep, slug: str, values: Given = "{}") -> Response:
    """A lesson as it is told on the stage: its beats in words, and where the stage shows each."""
    found, given = lessons.lesson(slug), parsed(values)
    found.values(found.beats[0], services, given)
    return answer(request, [slug], lambda: view.body(view.told_view(found, services, given)))


@router.get("/api/lessons/{slug}/{beat}")
def read_board(request: Request, services: ServicesDep, slug: str, beat: str, values: Given = "{}") -> Response:
    """The figure of a beat for these values: numbers, and what to call them."""
    found = lessons.lesson(slug)
    at = found.beat(beat)
    chosen = found.values(at, services, parsed(values))
    return answer(request, [slug, beat], lambda: view.body(view.board_view(found.board(at, chosen), chosen)))


@router.get("/api/lessons/{slug}/{beat}/answer")
def read_answer(
    request: Request, services: ServicesDep, slug: str, beat: str, given: Given, values: Given = "{}"
) -> Response:
    """Whether what a reader predicts is right, what is, and why."""
    found = lessons.lesson(slug)
    at = found.beat(beat)
    if at.question is None:
        raise Problem("not_found", "This beat asks nothing.")
    chosen, said, question = found.values(at, services, parsed(values)), loaded(given), at.question
    return answer(request, [slug, beat], lambda: view.body(view.verdict_view(question, said, chosen)))


def parts(hide: str) -> list[str]:
    """What a link hides. Raises Problem for what cannot be hidden."""
    hidden = [part for part in hide.split(",") if part]
    if wrong := [part for part in hidden if part not in HIDES]:
        raise Problem("bad_value", f"hide may hold {', '.join(HIDES)}; {len(wrong)} of its parts are none of these.")
    return hidden


def parsed(text: str) -> dict[str, Any]:
    """A JSON object. Raises Problem."""
    found = loaded(text)
    if not isinstance(found, dict):
        raise Problem("bad_value", 'values must be a JSON object, such as {"w": 0.5}.')
    return found


def loaded(text: str) -> Any:
    """What JSON says. Raises Problem; numbers that JSON does not know are none."""
    try:
        return json.loads(text, parse_constant=lambda name: None)
    except (ValueError, RecursionError) as error:
        raise Problem("bad_value", "What was given is not JSON.") from error
