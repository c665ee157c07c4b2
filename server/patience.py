"""Whether anybody still waits for what is computed: a pass asks from node to node, and stops when nobody does.

Who computes for a request has an event in its context, threads included; it is set when the one who asked has left and
nobody else waits for the same answer. Who computes for itself, as the server does at its start, has none.
"""

from collections.abc import Callable
from contextvars import ContextVar
from threading import Event

GONE: ContextVar[Event | None] = ContextVar("gone", default=None)


class Left(Exception):
    """Nobody waits any more."""


def go_on(node: str = "") -> None:
    """Raises Left when nobody waits any more. node: the one that is done, as a pass tells it."""
    gone = GONE.get()
    if gone is not None and gone.is_set():
        raise Left


def also(told: Callable[[str], None]) -> Callable[[str], None]:
    """`told`, and stops when nobody waits any more."""

    def both(node: str) -> None:
        go_on(node)
        told(node)

    return both
