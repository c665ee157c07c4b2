"""What is known about a request besides its answer, for the log and the metrics: never what a student sent."""

from starlette.types import Scope

NOTES = "convoscope.notes"


def note(scope: Scope, **what: str) -> None:
    """Notes something about the request, where somebody will read it."""
    if NOTES in scope:
        scope[NOTES].update(what)
