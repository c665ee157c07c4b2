"""Each request on a line of JSON: when, which route, how it ended. Nothing in it comes from what a student sent."""

import json
import sys
from datetime import UTC, datetime
from time import perf_counter
from typing import TextIO

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convoscope.server.metrics import Metrics
from convoscope.server.notes import NOTES

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH")


class Observed:
    """Wraps the whole server: counts each answer, and writes it down where that is wanted."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: TextIO | None) -> None:
        self.app, self.metrics, self.log = app, metrics, log
        self.waiting = 0
        """How many wait for their answer now."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        notes: dict[str, str] = {}
        start, status, size, taken = perf_counter(), 0, 0, 0
        self.waiting += 1

        async def seen(message: Message) -> None:
            nonlocal status, size
            status = message.get("status", status)
            size += len(message.get("body", b""))
            await send(message)

        async def measured() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message

        try:
            await self.app({**scope, NOTES: notes}, measured, seen)
        finally:
            self.waiting -= 1
            self.tell(scope["method"], notes, status, perf_counter() - start, size, taken)

    def tell(self, method: str, notes: dict[str, str], status: int, seconds: float, size: int, taken: int) -> None:
        """Counts and writes down one answer. status: 0 where nobody waited for one."""
        word = method if method in METHODS else "OTHER"
        route, code = notes.get("route") or "none", notes.get("code", "")
        self.metrics.count(word, route, status, code, seconds, size, taken)
        if self.log is not None:
            line = {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "request_id": notes.get("request_id", ""),
                "method": word,
                "route": route,
                "status": status,
                "code": code,
                "ms": round(1000 * seconds, 1),
                "bytes": size,
            }
            self.log.write(json.dumps(line) + "\n")
            self.log.flush()


def log_of(how: str, public: bool) -> TextIO | None:
    """Where the log goes: to standard error, where it is wanted."""
    return sys.stderr if how == "json" or (how == "auto" and public) else None
