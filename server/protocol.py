"""HTTP/1.1 as uvicorn speaks it, with our own answers where no app is asked: to what is no HTTP, and to too many."""

from asyncio import Transport
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from convoscope.server.errors import Problem
from convoscope.server.guards import HEADERS
from convoscope.server.handlers import MALFORMED, as_json
from convoscope.server.limits import Limits

BUSY = Problem("busy", "The server has as many connections as it takes. Try again in a second.")


def protocol(limits: Limits) -> type[H11Protocol]:
    """The protocol with these limits."""

    class Protocol(H11Protocol):
        def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > limits.connections:
                refuse(self.transport, BUSY, {"Retry-After": "1"})

        def send_400_response(self, msg: str) -> None:
            refuse(self.transport, MALFORMED, {})

    return Protocol


def refuse(transport: Any, problem: Problem, headers: dict[str, str]) -> None:
    """Writes the problem as a whole answer and closes the connection."""
    answer = as_json(problem, "", {**HEADERS, **headers, "Connection": "close"})
    lines = [f"{name}: {value}".encode("latin-1") for name, value in answer.headers.items()]
    start = f"HTTP/1.1 {problem.status_code} {problem.title}".encode("latin-1")
    transport.write(b"\r\n".join((start, *lines, b"", answer.body)))
    transport.close()
