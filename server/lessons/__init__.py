"""The lecture as lessons. A module of this folder is one lesson; this list is their order."""

from functools import cache
from importlib import import_module

from convoscope.server.errors import Problem
from convoscope.server.lessons.model import Lesson

MODULES = (
    "a_weight_somewhere",
    "backprop",
    "subscripts",
    "mean_subtraction",
    "softmax",
    "weights",
    "volumes",
    "one_line",
    "unravel",
    "stride",
    "padding",
    "pooling",
    "example_cnn",
)


@cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons, in order."""
    return tuple(import_module(f"{__name__}.{name}").LESSON for name in MODULES)


@cache
def sandbox_lesson() -> Lesson:
    """The sandbox: a lesson of one beat, in which everything can be set."""
    found: Lesson = import_module(f"{__name__}.sandbox").SANDBOX
    return found


def lesson(slug: str) -> Lesson:
    """The lesson at this address. Raises Problem."""
    for found in (*lessons(), sandbox_lesson()):
        if found.slug == slug:
            return found
    raise Problem("not_found", f"There is no such lesson. Known are: {', '.join(known.slug for known in lessons())}.")
