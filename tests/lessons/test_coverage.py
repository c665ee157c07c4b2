"""Every slide and formula of the lecture has a beat: the table in docs/lessons.md names only beats that are there."""

import re

from convoscope.server import lessons
from tests.tree import text

SLIDES = (
    "Review: Setup",
    "Backprop",
    "Example: Mean Subtraction (for a single input)",
    "Example: Softmax (for N inputs)",
    "What about the weights?",
    "Recap",
    "CNNs",
    "What shape should the activations have?",
    "3D Activations",
    "Convolution: Stride",
    "Convolution: Padding",
    "Convolution: How big is the output?",
    "Max Pooling",
    "Example CNN",
)
"""The distinct titles of the lecture's slides that say something."""
FORMULAS = 30  # distinct formulas and pieces of code of the lecture, as the table counts them


def table(title: str) -> dict[str, list[tuple[str, str]]]:
    """First column → the beats named beside it, of the table under a heading."""
    part = text("docs/lessons.md").split(f"## {title}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").rsplit(" | ", 1) for line in part.splitlines() if line.startswith("| ") and " | " in line]
    return {name.strip(): re.findall(r"`([a-z-]+)#([a-z0-9-]+)`", where) for name, where in rows[2:]}


def test_every_slide_has_a_beat() -> None:
    slides = table("The slides")
    assert [title for title in SLIDES if not slides.get(title)] == []


def test_every_formula_has_a_beat() -> None:
    formulas = table("The formulas")
    assert len(formulas) >= FORMULAS
    assert [formula for formula, beats in formulas.items() if not beats] == []


def test_every_beat_that_the_table_names_is_there() -> None:
    named = {beat for rows in (table("The slides"), table("The formulas")) for beats in rows.values() for beat in beats}
    there = {(lesson.slug, beat.name) for lesson in lessons.lessons() for beat in lesson.beats}
    assert named - there == set()


def test_every_lesson_is_named_and_says_what_it_covers() -> None:
    slides = table("The slides")
    for lesson in lessons.lessons():
        assert any(
            slug == lesson.slug for beats in table("The formulas").values() for slug, _ in beats
        ) or lesson.slug in {slug for beats in slides.values() for slug, _ in beats}
        for title in lesson.covers:
            assert lesson.slug in {slug for slug, _ in slides[title]}


def test_what_teachers_are_told_to_hide_can_be_hidden() -> None:
    from convoscope.server.routes.lessons import HIDES

    line = next(row for row in text("docs/lessons.md").splitlines() if row.startswith("| `?hide="))
    assert tuple(re.findall(r"`([a-z]+)`", line.split("leaves parts out")[1])) == HIDES
