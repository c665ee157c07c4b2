"""Who is in the room: one cookie that says that a browser was let in, and which student it is.

A room (`--public`) has a key. Who opens the link that carries it gets a cookie, `STUDENT.MAC`: 130 random bits, and a
code that only the holder of the server's secret can make. So nothing is kept about who is in: every process and every
machine with the same secret knows its students. Without cookie or key there is one answer, the same bytes for all.
"""

import hmac
import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from secrets import token_bytes
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convoscope.server.doorstep import refusal
from convoscope.server.guards import armour, host_name
from convoscope.server.notes import note
from convoscope.server.store import content_id

COOKIE, STUDENT, OWN = "convoscope", "convoscope.student", "own"
DAYS = 30
OPERATING = ("/healthz", "/readyz", "/metrics")


class Lock(NamedTuple):
    """What a secret of 32 bytes opens and signs."""

    secret: bytes

    @property
    def key(self) -> str:
        """The key of the room."""
        return self.sign("room", "")

    def sign(self, what: str, text: str) -> str:
        """130 bits that only the holder of the secret can make of this text."""
        return content_id(hmac.digest(self.secret, f"{what}\0{text}".encode(), "sha256"))

    def cookie(self, student: str) -> str:
        """The value of the cookie of a student."""
        return f"{student}.{self.sign('student', student)}"

    def student(self, headers: Headers) -> str | None:
        """Who sends these headers; None for somebody who was not let in."""
        said = headers.get("authorization", "")
        if hmac.compare_digest(said.encode(), f"Bearer {self.key}".encode()):
            return self.sign("program", "")
        for value in cookies(headers):
            student, _, code = value.partition(".")
            if hmac.compare_digest(code.encode(), self.sign("student", student).encode()):
                return student
        return None


class Room:
    """Wraps the whole server: lets in who has the key or a cookie."""

    def __init__(self, app: ASGIApp, lock: Lock, embed_origins: Sequence[str]) -> None:
        self.app, self.lock = app, lock
        self.framed, self.armour = bool(embed_origins), armour(embed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        student = self.lock.student(headers)
        if student is None and scope["path"] in OPERATING and is_local(scope):
            student = OWN
        if scope["type"] == "http" and brings(scope, self.lock.key):
            await self.let_in(scope, send, student or content_id(token_bytes(32)))
        elif student is None:
            await self.refuse(scope, headers, receive, send)
        else:
            await self.app({**scope, STUDENT: student}, receive, kept_by_one(send))

    async def let_in(self, scope: Scope, send: Send, student: str) -> None:
        """Sends a browser on to the same page without the key, and with a cookie."""
        query = [(k, v) for k, v in parse_qsl(scope["query_string"].decode("latin-1")) if k != "key"]
        headers = {**self.armour, "Cache-Control": "no-store", "Content-Length": "0"}
        headers |= {
            "Location": f"/?{urlencode(query)}" if query else "/",
            "Set-Cookie": self.set_cookie(scope, student),
        }
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 303, "headers": raw})
        await send({"type": "http.response.body", "body": b""})

    async def refuse(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """The one answer without a key: it depends on no address, no method and nothing of the room."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        note(scope, code="room_key")
        await refusal(headers.get("accept", ""), self.armour)(scope, receive, send)

    def set_cookie(self, scope: Scope, student: str) -> str:
        """The cookie as it is set: for this server's own pages, and inside a frame of another site where that is so."""
        secure = is_https(scope)
        site = "SameSite=None; Partitioned" if self.framed and secure else "SameSite=Lax"
        age = f"Max-Age={DAYS * 86_400}"
        whole = f"{COOKIE}={self.lock.cookie(student)}; Path=/; HttpOnly; {age}; {site}"
        return f"{whole}; Secure" if secure else whole


def entrance(app: ASGIApp, lock: Lock | None, embed_origins: Sequence[str]) -> ASGIApp:
    """The server as it is reached: through its lock, in a room; as it is, on one's own machine."""
    return app if lock is None else Room(app, lock, embed_origins)


def cookies(headers: Headers) -> Iterator[str]:
    """The values of our cookie; a browser may send several."""
    for line in headers.getlist("cookie"):
        for part in line.split(";"):
            name, _, value = part.strip().partition("=")
            if name == COOKIE and re.fullmatch(r"[a-z2-7]{26}\.[a-z2-7]{26}", value):
                yield value


def brings(scope: Scope, key: str) -> bool:
    """Whether this is the first use of the room's link. Only the page itself takes a key: no address is redirected."""
    if scope["method"] != "GET" or scope["path"] != "/":
        return False
    given = [v for k, v in parse_qsl(scope["query_string"].decode("latin-1")) if k == "key"]
    return len(given) == 1 and hmac.compare_digest(given[0].encode("utf-8", "replace"), key.encode())


def kept_by_one(send: Send) -> Send:
    """`send` that lets no cache that several people share keep what only who is in the room may see."""

    async def send_private(message: Message) -> None:
        if message["type"] == "http.response.start":
            found = MutableHeaders(scope=message)
            said = found.get("cache-control", "no-store").replace("public", "private")
            found["Cache-Control"] = said if "private" in said or "no-store" in said else f"private, {said}"
        await send(message)

    return send_private


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_local(scope: Scope) -> bool:
    """Whether a request comes from this machine, by this machine's own name, and not through a proxy on it."""
    headers = Headers(scope=scope)
    forwarded = any(
        name in headers for name in ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
    )
    named = is_loopback(host_name(headers.get("host", "")).strip("[]"))
    return is_loopback((scope.get("client") or ("",))[0]) and named and not forwarded


def is_https(scope: Scope) -> bool:
    """Whether the browser's connection is encrypted. A proxy may say so, if it is on this machine."""
    if scope["scheme"] == "https":
        return True
    peer = (scope.get("client") or ("",))[0]
    return is_loopback(peer) and Headers(scope=scope).get("x-forwarded-proto", "") == "https"


def is_operator(scope: Scope, lock: Lock | None) -> bool:
    """Whether a request comes from whoever runs the server: from this machine, or with the key in its header."""
    if is_local(scope):
        return True
    said = Headers(scope=scope).get("authorization", "")
    return lock is not None and hmac.compare_digest(said.encode(), f"Bearer {lock.key}".encode())
