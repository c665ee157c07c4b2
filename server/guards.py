"""What every request passes before a route sees it, as pure ASGI: no route can be reached around it.

Host names are checked against a list (a page on another name that resolves to this machine gets nothing); methods
that may change something are for our own page and for programs, never for other sites; every answer carries the
headers that keep a browser from doing anything but showing it.
"""

import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convoscope.server.errors import Problem
from convoscope.server.handlers import respond

SAFE = ("GET", "HEAD", "OPTIONS")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


class Guards:
    """Wraps the whole app."""

    def __init__(self, app: ASGIApp, allowed_hosts: Sequence[str]) -> None:
        self.app, self.allowed = app, frozenset(h.lower() for h in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["convoscope.request_id"] = request_id = secrets.token_hex(8)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({**HEADERS, "X-Request-ID": request_id})
            await send(message)

        problem = self.problem(scope)
        app = self.app if problem is None else respond(problem, request_id)
        await app(scope, receive, with_headers)

    def problem(self, scope: Scope) -> Problem | None:
        """What is wrong with where the request comes from or goes to; None when nothing is."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or host_name(hosts[0]) not in self.allowed:
            return Problem(
                "wrong_host", "Open Convoscope by the address that it printed, or allow this name by --allow-host."
            )
        if scope["method"] not in SAFE and not same_origin(headers, hosts[0]):
            return Problem("cross_origin", "Requests that change something are taken from Convoscope's own page only.")
        return None


def host_name(host: str) -> str:
    """The name in a Host header, in lower case and without a port; empty for what is no Host header."""
    name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if not colon:
        name = host
    elif not (port.isascii() and port.isdigit()):
        return ""
    return name.lower()


def same_origin(headers: Headers, host: str) -> bool:
    """Whether a writing request comes from our own page, or from no page at all.

    Browsers say so in Sec-Fetch-Site; older ones send Origin. A program that is no browser sends neither.
    Source     the rule of Go's net/http.CrossOriginProtection
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == host
