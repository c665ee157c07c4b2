"""Every lesson and every beat: it answers, its parts can be drawn, its question knows its answer, limits hold."""

import re
from typing import Any

import httpx
import pytest

from convoscope.server import lessons
from convoscope.server.lessons.model import Beat, Lesson
from tests.lessons.conftest import BEATS, items
from tests.tree import ROOT

SLUGS = [lesson.slug for lesson in lessons.lessons()]
KINDS = ("say", "show", "predict", "play", "try")
MOST_PAGE = 200_000  # bytes on the wire, modules, styles and pictures included


def beat_of(slug: str, name: str) -> tuple[Lesson, Beat]:
    lesson = lessons.lesson(slug)
    return lesson, lesson.beat(name)


def test_there_are_thirteen_lessons_in_the_order_of_the_lecture() -> None:
    assert SLUGS == [
        "a-weight-somewhere",
        "backprop",
        "subscripts",
        "mean-subtraction",
        "softmax",
        "weights",
        "volumes",
        "one-line",
        "unravel",
        "stride",
        "padding",
        "max-pooling",
        "example-cnn",
    ]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_lesson_says_shows_asks_lets_play_and_gives_something_to_try(slug: str) -> None:
    kinds = [beat.kind for beat in lessons.lesson(slug).beats]
    assert set(kinds) == set(KINDS)
    assert kinds[0] == "say"
    assert kinds[-1] == "try"
    assert kinds.index("predict") < max(k for k, kind in enumerate(kinds) if kind == "play")


@pytest.mark.parametrize("slug", SLUGS)
def test_a_beat_has_one_name_and_offers_only_controls_that_are_there(slug: str) -> None:
    lesson = lessons.lesson(slug)
    names = [beat.name for beat in lesson.beats]
    assert len(names) == len(set(names))
    known = {control.name for control in lesson.controls}
    for beat in lesson.beats:
        assert set(beat.controls) <= known
        assert set(beat.start) <= known
        assert all(set(t.values) <= known for t in beat.tries)
        assert (beat.kind == "predict") == (beat.question is not None)
        assert (beat.kind == "try") <= bool(beat.tries)


@pytest.mark.parametrize(("slug", "beat"), BEATS)
def test_every_beat_has_a_figure_made_of_known_parts_and_a_sentence_for_it(board: Any, slug: str, beat: str) -> None:
    found = board(slug, beat)
    drawn = re.findall(r"^  \w+|\b(\w+),|\b(\w+) }", (ROOT / "static/lessons/figure/board.js").read_text())
    known = {word for pair in drawn for word in pair if word}
    parts = [item["kind"] for row in found["rows"] for item in row]
    assert parts
    assert set(parts) <= known
    assert len(found["say"]) > 3


@pytest.mark.parametrize(("slug", "name"), BEATS)
def test_everything_to_try_can_be_set(board: Any, slug: str, name: str) -> None:
    _, beat = beat_of(slug, name)
    for attempt in beat.tries:
        assert board(slug, name, **attempt.values)["rows"]


@pytest.mark.parametrize(("slug", "name"), [b for b in BEATS if beat_of(*b)[1].question])
def test_the_answer_is_right_another_is_not_and_both_hear_why(
    predict: Any, client: httpx.Client, slug: str, name: str
) -> None:
    _, beat = beat_of(slug, name)
    question = beat.question
    assert question is not None
    wrong: Any = {"number": 987.0, "cell": [0, 0], "choice": "no such thing"}[question.kind]
    said = predict(slug, name, wrong)
    assert not said["right"]
    if question.kind == "number":
        answer: Any = float(said["answer"].replace("−", "-"))
    elif question.kind == "cell":
        answer = said["cell"]
    else:
        answer = re.sub("<[^>]+>", "", said["answer"])
        assert answer in question.options
    right = predict(slug, name, answer)
    assert right["right"]
    assert len(right["why"]) > 20


@pytest.mark.parametrize(("slug", "name"), [b for b in BEATS if beat_of(*b)[1].question])
def test_a_figure_that_asks_is_shown_with_its_answer_once_it_is_given(
    board: Any, predict: Any, slug: str, name: str
) -> None:
    asks = "?" in board(slug, name)["say"]
    shown = predict(slug, name, 0)["board"]
    assert shown or not asks
    if shown:
        assert "?" not in shown["say"]
        assert ">?<" not in f"{shown['rows']}"


@pytest.mark.parametrize("slug", [*SLUGS, "sandbox"])
def test_a_page_reads_without_scripts(client: httpx.Client, slug: str) -> None:
    text = client.get(f"/lessons/{slug}" if slug != "sandbox" else "/sandbox").text
    lesson = lessons.lesson(slug)
    for beat in lesson.beats:
        assert f'id="{beat.name}"' in text
    assert "<math" in text or "<code>" in text
    assert "<table" in text
    plain = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"\{\{|\{%|\$\$|\\\\frac|\\ix", plain)
    assert not re.search(r"\sstyle=|\son\w+=", plain)  # the policy would refuse them


@pytest.mark.parametrize("slug", SLUGS)
def test_a_page_with_all_it_loads_is_small(client: httpx.Client, slug: str) -> None:
    page = client.get(f"/lessons/{slug}")
    loaded = re.findall(r'(?:src|href)="(/(?:static|api/images)/[^"]+)"', page.text)
    assert any(path.endswith(".pack.js") for path in loaded)
    sent = sum(answer.num_bytes_downloaded for answer in (page, *map(client.get, loaded)))
    assert sent < MOST_PAGE


def test_the_list_links_to_every_lesson_and_to_the_sandbox(client: httpx.Client) -> None:
    text = client.get("/lessons").text
    for slug in SLUGS:
        assert f'href="/lessons/{slug}"' in text
    assert text.count("<svg") == len(SLUGS) + 1


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/api/lessons/nowhere/slide", 404, "There is no such lesson. Known are: a-weight-somewhere"),
        ("/api/lessons/stride/nowhere", 404, "This lesson has no beat of that name. Known are: slide, two"),
        ("/api/lessons/stride/slide/answer?given=1", 404, "This beat asks nothing."),
        (
            '/api/lessons/stride/slide?values={"speed":1}',
            404,
            "This lesson has no such value. Known are: t, stride, side",
        ),
        (
            '/api/lessons/stride/slide?values={"stride":9}',
            422,
            "The value of stride must be a whole number from 1 to 3.",
        ),
        ('/api/lessons/stride/slide?values={"stride":1.5}', 422, "a whole number from 1 to 3"),
        ('/api/lessons/stride/slide?values={"stride":true}', 422, "a whole number from 1 to 3"),
        ('/api/lessons/stride/slide?values={"stride":NaN}', 422, "a whole number from 1 to 3"),
        ("/api/lessons/stride/slide?values=[1]", 422, "values must be a JSON object"),
        ("/api/lessons/stride/slide?values=({", 422, "What was given is not JSON."),
        ('/api/lessons/softmax/softmax?values={"f":[[1,2],[3,4]]}', 422, "The value of f must be 2 rows of 3 numbers."),
        ('/api/lessons/softmax/softmax?values={"f":[[1,2,9999],[3,4,5]]}', 422, "numbers from -2000 to 2000"),
        ('/api/lessons/softmax/nan?values={"big":"2"}', 422, "one of 1, 1000, -1000"),
        ('/api/lessons/max-pooling/pool?values={"spot":[0]}', 422, "2 whole numbers from 0 to 63"),
        ('/api/lessons/unravel/cube?values={"image":"nobody"}', 404, "There is no picture of that name."),
        ('/api/lessons/unravel/cube?values={"image":7}', 422, "the name or the id of a picture"),
        ("/lessons/stride?hide=everything", 422, "hide may hold text, controls, predict, code, nav, header"),
        ("/lessons/stride?beat=nowhere", 404, "This lesson has no beat of that name."),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_would(
    client: httpx.Client, path: str, status: int, words: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


def test_a_link_hides_controls_and_starts_at_a_beat(client: httpx.Client) -> None:
    text = client.get("/lessons/stride?beat=never&hide=controls,nav&present=true").text
    assert 'data-beat="never"' in text
    assert 'data-hide="controls nav"' in text
    assert " data-present" in text


def test_figures_are_kept_by_browsers_until_the_code_changes(client: httpx.Client) -> None:
    first = client.get("/api/lessons/stride/slide")
    again = client.get("/api/lessons/stride/slide", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


def test_every_step_of_the_slide_is_where_the_engine_puts_it(board: Any) -> None:
    for t in range(9):
        found = board("stride", "two", t=t, stride=2, side=8)
        (window,) = (m["cells"] for m in items(found, "grid")[0]["marks"] if m["look"] == "window")
        r, c = divmod(t, 3)
        assert window == [[2 * r + i, 2 * c + j] for i in range(3) for j in range(3)]
