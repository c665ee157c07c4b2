"""What every request passes before a route sees it, as pure ASGI, so that no route can be reached around it.

Host names are checked against a list (a page on another name that resolves to this machine gets nothing); methods
that may change something are for our own page and for programs, never for other sites; bodies are bounded, and never
unpacked; every answer carries the headers that keep a browser from doing anything but showing it.
"""

import secrets
from collections.abc import Sequence
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convoscope.server.errors import Problem
from convoscope.server.handlers import as_json
from convoscope.server.notes import note
from convoscope.server.settings import Settings

SAFE = ("GET", "HEAD", "OPTIONS")


def armour(embed_origins: Sequence[str] = ()) -> dict[str, str]:
    """The headers of every answer. embed_origins: the sites whose pages may show Convoscope in a frame."""
    framers = " ".join(embed_origins) or "'none'"
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        f"frame-ancestors {framers}",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
    framing = {} if embed_origins else {"X-Frame-Options": "DENY"}  # it cannot name a site; browsers obey the policy
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        **framing,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    }


HEADERS = armour()
BODY = ("body_bytes", "body_too_large", "The body is larger than {} bytes.")
FILES = {
    "/api/images": (
        "image_bytes",
        "image_too_large",
        "The file is larger than {} bytes. Shrink the picture or save it as JPEG.",
    ),
    "/api/networks": (
        "network_bytes",
        "network_too_large",
        "The file is larger than {} bytes. Open a network with fewer weights, or with weights of fewer bits.",
    ),
}
"""Bodies that are files, by address: their limit, and what is said beyond it. All others are `BODY`."""
WRONG_HOST = Problem("wrong_host", "Open Convoscope by the address that it printed, or start it with --allow-host.")
COMPRESSED = Problem("content_encoding", "Send the bytes as they are, without Content-Encoding.")
CROSS_ORIGIN = Problem("cross_origin", "Requests that change something are taken from Convoscope's own page only.")


class Guards:
    """Wraps the whole app."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.limits, self.public = app, settings.limits, settings.public
        self.allowed = frozenset(name.lower() for name in settings.allowed_hosts)
        self.headers = armour(settings.embed_origins)

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
                headers.update({**self.headers, "X-Request-ID": request_id})
                headers.setdefault("Cache-Control", "no-store")  # what says nothing about it is not kept
            await send(message)

        if problem is not None:
            note(scope, code=problem.code, request_id=request_id)
            await as_json(problem, request_id)(inner, receive, with_headers)
        else:
            await self.app(inner, self.bounded(receive, scope["path"]), with_headers)

    def problem(self, headers: Headers, method: str, path: str) -> Problem | None:
        """What is wrong with where the request goes to, comes from, or how much it brings; None when nothing is."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self.is_ours(host_name(hosts[0])):
            return WRONG_HOST
        if method not in SAFE and not same_origin(headers, hosts[0]):
            return CROSS_ORIGIN
        if method not in SAFE and headers.get("content-encoding", "identity") != "identity":
            return COMPRESSED
        length = headers.get("content-length", "0")  # digits only, or the protocol has refused it
        return self.too_large(int(length), path)

    def is_ours(self, host: str) -> bool:
        """Whether the server goes by that name. A room goes by any address: only names can be made to point here."""
        return host in self.allowed or (self.public and is_address(host))

    def too_large(self, length: int, path: str) -> Problem | None:
        """The problem of a body of this many bytes, None when it is welcome."""
        name, code, what = FILES.get(path, BODY)
        limit: int = getattr(self.limits, name)
        if length <= limit:
            return None
        return Problem(code, what.format(limit), limit=limit, value=length)

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


def is_address(host: str) -> bool:
    """Whether a host is an IP address as URLs write it: 192.0.2.7 or [2001:db8::7]."""
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return (ip_address(bare).version == 6) is (bare != host)
    except ValueError:
        return False


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
