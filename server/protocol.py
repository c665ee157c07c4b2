"""HTTP/1.1 as uvicorn speaks it, with our own answers where no app is asked: to what is no HTTP, too many, too slow."""

import sys
from asyncio import TimerHandle, Transport
from collections import OrderedDict
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from convoscope.server.errors import Problem
from convoscope.server.guards import HEADERS
from convoscope.server.handlers import MALFORMED, as_json
from convoscope.server.limits import Limits

BUSY = "The server has as many connections as it takes. Try again in a second."
SLOW = "The request did not come as a whole in time. Send it again."
HEAD = "The request's line and headers are larger than {} bytes. Send fewer or shorter ones."
TOO_LARGE = 431
"""The status that h11 finds right for a head that fills all its room."""


class Protocol(H11Protocol):
    """A connection. `protocol` gives it its limits."""

    limits: Limits
    half_open: "OrderedDict[Protocol, None]"
    """Connections from which something has to come, that which was silent longest first: those of this process."""
    deadline: TimerHandle | None = None
    waits_for: object = None
    stuck: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            self.refuse_one_of(self.limits.connections, len(self.connections))
        else:
            self.watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.watch()
        if self in self.half_open:
            self.half_open.move_to_end(self)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.watch(idle=True)

    def connection_lost(self, exc: Exception | None) -> None:
        self.unwatch()
        self.resume_writing()
        super().connection_lost(exc)

    def watch(self, idle: bool = False) -> None:
        """Keeps the time of what has to come next: a head or a body. idle: nothing has to."""
        state = None if idle else self.conn.their_state
        if state is self.waits_for:
            return
        self.unwatch()
        if state in (h11.IDLE, h11.SEND_BODY):
            seconds = self.limits.head_seconds if state is h11.IDLE else self.limits.body_seconds
            self.waits_for, self.deadline = state, self.loop.call_later(seconds, self.late)
            self.half_open[self] = None
            if len(self.half_open) > self.limits.half_open:
                next(iter(self.half_open)).give_way()

    def give_way(self) -> None:
        """Closes a connection for one from which more may come: who sends a request at once is never refused."""
        self.unwatch()
        self.refuse_one_of(self.limits.half_open, len(self.half_open) + 1)

    def refuse_one_of(self, most: int, count: int) -> None:
        """Closes a connection, since there are more than the limit."""
        refuse(self.transport, Problem("busy", BUSY, limit=most, value=count), {"Retry-After": "1"})

    def unwatch(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
        self.waits_for = self.deadline = None
        self.half_open.pop(self, None)

    def late(self) -> None:
        """Ends a connection on which nothing whole has come in time."""
        seconds = self.limits.head_seconds if self.waits_for is h11.IDLE else self.limits.body_seconds
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            refuse(self.transport, Problem("too_slow", SLOW, limit=seconds), {})
        else:
            self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.stuck = self.stuck or self.loop.call_later(self.limits.body_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        if self.stuck is not None:
            self.stuck.cancel()
        self.stuck = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        error, most = sys.exception(), self.limits.header_bytes
        large = isinstance(error, h11.RemoteProtocolError) and error.error_status_hint == TOO_LARGE
        refuse(self.transport, Problem("head_too_large", HEAD.format(most), limit=most) if large else MALFORMED, {})


def protocol(limits: Limits) -> type[Protocol]:
    """The protocol with these limits."""
    return type("Protocol", (Protocol,), {"limits": limits, "half_open": OrderedDict()})


def refuse(transport: Any, problem: Problem, headers: dict[str, str]) -> None:
    """Writes the problem as a whole answer and closes the connection."""
    answer = as_json(problem, "", {**HEADERS, **headers, "Connection": "close"})
    lines = [f"{name}: {value}".encode("latin-1") for name, value in answer.headers.items()]
    start = f"HTTP/1.1 {problem.status_code} {problem.title}".encode("latin-1")
    transport.write(b"\r\n".join((start, *lines, b"", answer.body)))
    transport.close()
