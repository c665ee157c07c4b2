"""Whether a running server is well as it is reached: on its own machine, or by others through a proxy."""

import http.client
import json
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, urlsplit

from convoscope.server.serve import LOOPBACK
from convoscope.server.wire import PROBLEM

Check = tuple[str, bool, str]
"""What was looked at, whether it is well, and what was found or what to do."""
OPERATING = ("/healthz", "/readyz", "/metrics")
LARGE = 2_000_000
"""Bytes of a file that many proxies refuse unless they are told to take it."""
PICKLE = b"\x80\x02"
"""How a file begins that is refused as no network without being read."""


class Answer(NamedTuple):
    """What a server says."""

    status: int
    headers: http.client.HTTPMessage
    body: str


class Place(NamedTuple):
    """A server by its address. key: that of its room, or nothing."""

    at: SplitResult
    key: str

    @property
    def beyond(self) -> bool:
        """Whether others can reach this address; whoever speaks TLS is a proxy."""
        return self.at.scheme == "https" or self.at.hostname not in LOOPBACK

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """The answer to a request. Raises OSError, HTTPException."""
        kind = http.client.HTTPSConnection if self.at.scheme == "https" else http.client.HTTPConnection
        connection = kind(self.at.netloc, timeout=10)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))
        finally:
            connection.close()

    def ask_with_key(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """The same, for somebody who has the key."""
        return self.ask(method, path, body, **headers, **({"Authorization": f"Bearer {self.key}"} if self.key else {}))


def running(url: str) -> Iterator[Check]:
    """Whether a running server is well, and keeps strangers out. url: of a room best with its key."""
    at = urlsplit(url)
    place = Place(at, parse_qs(at.query).get("key", [""])[0])
    for check in (operating, strangers, policy, uploads, link):
        try:
            yield from check(place)
        except (OSError, http.client.HTTPException) as error:
            yield at.netloc, False, f"{type(error).__name__}: {error}"
            return


def operating(place: Place) -> Iterator[Check]:
    """Health and metrics: told on the server's own machine, and to who has the key."""
    for path in OPERATING:
        answer = place.ask("GET", path)
        if answer.status == 200 and place.beyond:
            yield path, False, "is told to everybody; let the proxy set X-Forwarded-For"
            continue
        hidden = answer.status in (403, 404)
        if hidden and place.key:
            answer = place.ask_with_key("GET", path)
        if hidden and not place.key:
            yield path, True, "only told on its own machine, and to who has the key"
        elif path == "/metrics":
            lines = [line for line in answer.body.splitlines() if not line.startswith("#")]
            whole = answer.status == 200 and all(re.fullmatch(r"\w+(\{.*\})? \S+", line) for line in lines)
            yield path, whole, f"{len(lines)} numbers" if whole else f"answered by {answer.status}"
        else:
            yield path, answer.status == 200, f"{answer.status} {answer.body.strip()[:200]}"


def strangers(place: Place) -> Iterator[Check]:
    """Whether a name that is not the server's gets anything."""
    answer = place.ask_with_key("GET", "/", Host="evil.example")
    ours = "X-Request-ID" in answer.headers
    good = answer.status in (403, 421) or not ours
    yield "foreign host names", good, f"answered by {answer.status}" + ("" if ours or good else ", not by Convoscope")


def policy(place: Place) -> Iterator[Check]:
    """Whether browsers are told to run nothing but our own."""
    found = place.ask_with_key("GET", "/").headers.get("Content-Security-Policy", "")
    yield "policy", "default-src 'none'" in found and "unsafe" not in found, found or "none is sent"


def uploads(place: Place) -> Iterator[Check]:
    """Whether large files and the page's own name come through."""
    origin = f"{place.at.scheme}://{place.at.netloc}"
    answer = place.ask_with_key("PUT", "/api/networks", PICKLE + bytes(LARGE), Origin=origin)
    if not answer.headers.get("Content-Type", "").startswith(PROBLEM):
        said = f"{LARGE} bytes are answered by {answer.status}, not by Convoscope"
        yield "uploads", False, f"{said}; let the proxy take larger bodies (nginx: client_max_body_size)"
        return
    code = json.loads(answer.body)["code"]
    told = {
        "cross_origin": (False, "are taken for another site's; let the proxy pass the Host header on, with its port"),
        "wrong_host": (False, "go to a name that is not the server's; start it with --allow-host"),
        "room_key": (True, "need the key; give the room's link to look further"),
    }
    yield ("uploads", *told.get(code, (True, f"{LARGE} bytes came through")))


def link(place: Place) -> Iterator[Check]:
    """Whether the room's link lets a browser in."""
    if not place.key:
        return
    answer = place.ask("GET", f"/?key={place.key}")
    cookie = answer.headers.get("Set-Cookie", "")
    if answer.status != 303 or not cookie:
        yield "link", False, f"does not let anybody in: answered by {answer.status}; is it this server's key?"
    elif place.at.scheme == "https" and "; Secure" not in cookie:
        yield "link", False, "gives a cookie for plain connections, too; let the proxy set X-Forwarded-Proto"
    else:
        yield "link", True, "lets browsers in" + ("" if "; Secure" in cookie else "; the connection is not encrypted")
