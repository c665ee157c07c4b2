"""What every request passes before a route sees it, as pure ASGI, so that no route can be reached around it.

Host names are checked against a list (a page on another name that resolves to this machine gets nothing); methods
that may change something are for our own page and for programs, never for other sites; bodies are bounded; every
answer carries the headers that keep a browser from doing anything but showing it.
"""

import secrets
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convoscope.server.errors import Problem
from convoscope.server.handlers import as_json
from convoscope.server.limits import Limits

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
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
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
WRONG_HOST = Problem("wrong_host", "Open Convoscope by the address that it printed, or start it with --allow-host.")
CROSS_ORIGIN = Problem("cross_origin", "Requests that change something are taken from Convoscope's own page only.")


class Guards:
    """Wraps the whole app."""

    def __init__(self, app: ASGIApp, allowed_hosts: Sequence[str], limits: Limits) -> None:
        self.app, self.limits = app, limits
        self.allowed = frozenset(name.lower() for name in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.http(scope, receive, send)
        else:
            assert scope["type"] == "websocket"  # there is no lifespan, and no route for a websocket
            await send({"type": "websocket.close", "code": 1008})

    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request and its answer."""
        request_id = secrets.token_hex(8)
        problem = self.problem(Headers(scope=scope), scope["method"], scope["path"])
        method = "GET" if scope["method"] == "HEAD" else scope["method"]  # the server leaves the body out
        inner = {**scope, "method": method, "convoscope.request_id": request_id}

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({**HEADERS, "X-Request-ID": request_id})
                headers.setdefault("Cache-Control", "no-store")  # what says nothing about it is not kept
            await send(message)

        if problem is not None:
            await as_json(problem, request_id)(inner, receive, with_headers)
        else:
            await self.app(inner, self.bounded(receive, scope["path"]), with_headers)

    def problem(self, headers: Headers, method: str, path: str) -> Problem | None:
        """What is wrong with where the request goes to, comes from, or how much it brings; None when nothing is."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or host_name(hosts[0]) not in self.allowed:
            return WRONG_HOST
        if method not in SAFE and not same_origin(headers, hosts[0]):
            return CROSS_ORIGIN
        length = headers.get("content-length", "0")  # digits only, or the protocol has refused it
        return self.too_large(int(length), path)

    def too_large(self, length: int, path: str) -> Problem | None:
        """The problem of a body of this many bytes, None when it is welcome."""
        picture = path == "/api/images"
        limit = self.limits.image_bytes if picture else self.limits.body_bytes
        if length <= limit:
            return None
        if picture:
            detail = f"The file is larger than {limit} bytes. Shrink the picture or save it as JPEG."
            return Problem("image_too_large", detail, limit=limit, value=length)
        return Problem("body_too_large", f"The body is larger than {limit} bytes.", limit=limit, value=length)

    def bounded(self, receive: Receive, path: str) -> Receive:
        """`receive` that raises Problem once more bytes have come than are welcome, whatever the header said."""
        received = 0

        async def bounded_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            problem = self.too_large(received, path)
            if problem is not None:
                raise problem
            return message

        return bounded_receive


def host_name(host: str) -> str:
    """The name in a Host header, in lower case and without its port; empty for what is none."""
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        return host.lower()
    return name.lower() if port.isascii() and port.isdigit() else ""


def same_origin(headers: Headers, host: str) -> bool:
    """Whether a writing request comes from our own page, or from no page at all.

    Browsers say so in Sec-Fetch-Site; older ones send Origin. A program that is no browser sends neither.
    Source     the rule of Go's net/http.CrossOriginProtection
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == host
