"""Lessons as the page and the wire have them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pydantic_core import to_json

from convoscope.server.lessons.model import Beat, Board, Control, Image, Lesson, Question, Seen, Values
from convoscope.server.lessons.prose import MINUS, html, inline
from convoscope.server.services import Services

KINDS = {"say": "The idea", "show": "See it", "predict": "Predict", "play": "Free play", "try": "What to try"}
Json = dict[str, Any]
TOLD = ("say", "show", "play")
"""Beats that can be told; in the others a reader does something on the lesson's own page."""
CARRIED = 30_000
"""Characters of a figure that a page carries in itself."""


def board_view(board: Board, values: Values) -> Json:
    """A figure with the values that it was computed from."""
    return {
        "rows": board.rows,
        "say": MINUS.sub("−", board.say),
        "bounds": board.bounds,
        "stage": board.on_stage,
        "values": {name: v.name if isinstance(v, Seen) else v for name, v in values.items()},
    }


def body(view: Mapping[str, Any]) -> bytes:
    """A view as JSON; NaN and the infinities as strings."""
    return to_json(view, inf_nan_mode="strings")


def embedded(view: Mapping[str, Any]) -> str:
    """The same inside an HTML page: no `<` can end the element that holds it."""
    return body(view).decode().replace("<", "\\u003c")


def carried(board: Json, beat: Beat) -> str:
    """A figure inside the page; of a large one only its values, and the page asks for it when it is near."""
    whole = embedded({**board, "start": dict(beat.start)})
    return whole if len(whole) <= CARRIED else embedded({**board, "start": dict(beat.start), "rows": None})


def control_view(control: Control, services: Services) -> Json:
    """What the page needs to draw a control."""
    said = {name: getattr(control, name) for name in control.__dataclass_fields__}
    if isinstance(control, Image):
        known = services.library.pictures.items()
        said["options"] = [[name, picture.title] for name, picture in known if control.offers(name)]
    return said


def beat_view(lesson: Lesson, beat: Beat, services: Services) -> Json:
    """Everything on a beat's screen."""
    values = lesson.values(beat, services)
    board = board_view(lesson.board(beat, values), values)
    return {
        "name": beat.name,
        "kind": beat.kind,
        "label": KINDS[beat.kind],
        "title": inline(beat.title),
        "html": html(beat.text),
        "board": board,
        "data": carried(board, beat),
        "controls": [control_view(c, services) for c in lesson.controls if c.name in beat.controls],
        "question": question_view(beat.question, values) if beat.question else None,
        "tries": [{"html": inline(t.text), "values": body(t.values).decode() if t.values else ""} for t in beat.tries],
    }


def question_view(question: Question, values: Values) -> Json:
    """A question with its answer, which the page covers until one is given."""
    return {
        "ask": inline(question.ask),
        "kind": question.kind,
        "options": [[option, inline(option)] for option in question.options],
        "grid": question.grid,
        **answer_view(question, values),
    }


def answer_view(question: Question, values: Values) -> Json:
    """The answer in words, and the reason."""
    found = question.answer(values)
    said = f"row {found[0]}, column {found[1]}" if question.kind == "cell" else inline(str(found))
    if question.kind == "number":
        said = f"{found:.6g}".replace("-", "−")
    return {"answer": said, "cell": found if question.kind == "cell" else None, "why": html(question.why(values))}


def verdict_view(question: Question, given: Any, values: Values) -> Json:
    """What a reader hears of an answer; board: the figure with the right one in it, where the figure has asked."""
    board = question.shown and board_view(question.shown(values), values)
    return {"right": question.right(given, values), **answer_view(question, values), "board": board}


def lesson_view(lesson: Lesson, services: Services) -> Json:
    """A whole lesson. stage: where its footer leads until a figure says so more exactly."""
    beats = [beat_view(lesson, beat, services) for beat in lesson.beats]
    return {
        "slug": lesson.slug,
        "title": lesson.title,
        "summary": inline(lesson.summary),
        "stage": next((beat["board"]["stage"] for beat in beats if beat["board"]["stage"]), ""),
        "beats": beats,
    }


def told_view(lesson: Lesson, services: Services, given: Mapping[str, Any]) -> Json:
    """A lesson as it is told on the stage: the beats that have a place there, counted as on its page; no formulas."""
    beats = []
    for number, beat in enumerate(lesson.beats, 1):
        board = lesson.board(beat, lesson.values(beat, services, given))
        if beat.kind in TOLD and board.on_stage:
            text = "" if "$" in beat.text else " ".join(beat.text.split())
            words = {"name": beat.name, "number": number, "title": beat.title, "text": text}
            beats.append({**words, "say": MINUS.sub("−", board.say), "stage": board.on_stage})
    return {"slug": lesson.slug, "title": lesson.title, "count": len(lesson.beats), "beats": beats}


def presets(lesson: Lesson) -> list[Json]:
    """Links to the sandbox: words, and the query that sets everything."""
    return [
        {"html": inline(t.text), "query": urlencode({"values": body(t.values).decode()})} for t in lesson.beats[0].tries
    ]
