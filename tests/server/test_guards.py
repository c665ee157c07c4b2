"""Whatever the address, a request for another host or from another site gets nothing, and every answer is armoured."""

import re
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi.routing import APIRoute

from convoscope.server.app import ROUTES
from tests.live import LiveServer
from tests.server.conftest import CAT

ARMOUR = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
}
WELCOME = ["localhost", "LOCALHOST", "localhost:1", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:8000"]
HOSTILE = [
    "",
    "evil.example",
    "localhost.evil.example",
    "evil.example:8000",
    "localhost@evil.example",
    "evil.example#localhost",
    "evil.example/localhost",
    "localhost:80:80",
    "localhost:",
    "localhost:port",
    "localhost:８０",
    "127.0.0.1.evil.example",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0.0.0.0",
    "[::]",
    "[::1",
    "::1",
    "[::1].evil.example",
    "[::1]evil",
    "localhost.",
    "local\thost",
    "xn--lcalhost-54a",
    "localhost, evil.example",
]
PARTS = {
    "net": "example-cnn",
    "image": "cat-photo",
    "node": "conv1",
    "param": "weight",
    "at": "0,0,0",
    "address": "conv1.weight@0,0,0,0",
    "name": "icon.svg",
    "slug": "nowhere",
    "beat": "nowhere",
    "snippet": "nowhere",
}


def raw(server: LiveServer, request: bytes) -> bytes:
    """What the server says to these very bytes, until it closes or has sent a whole answer."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        connection.sendall(request)
        said = b""
        while piece := connection.recv(65_536):
            said += piece
            found = re.search(rb"content-length: (\d+)", said)
            _, _, body = said.partition(b"\r\n\r\n")
            if found and len(body) >= int(found[1]):
                break
        return said


@pytest.mark.parametrize("host", WELCOME)
def test_the_servers_own_names_are_answered(client: httpx.Client, host: str) -> None:
    assert client.get("/api/limits", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/limits", "/static/icon.svg", "/nowhere"])
@pytest.mark.parametrize("host", HOSTILE)
def test_other_names_get_nothing(server: LiveServer, path: str, host: str) -> None:
    said = raw(server, f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert b" 421 " in said.splitlines()[0] or b" 400 " in said.splitlines()[0]
    assert b'"code":"wrong_host"' in said or b'"code":"bad_request"' in said
    assert b"evil" not in said


def test_two_hosts_or_none_get_nothing(server: LiveServer) -> None:
    for head in (b"", b"Host: localhost\r\nHost: evil.example\r\n"):
        said = raw(server, b"GET / HTTP/1.1\r\n" + head + b"\r\n")
        assert said.startswith(b"HTTP/1.1 400 ")
        assert b'"code":"bad_request"' in said
    said = raw(server, b"GET / HTTP/1.0\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 421 ")


@pytest.mark.parametrize("target", ["http://evil.example/api/limits", "//evil.example/api/limits", "*", "api/limits"])
def test_no_spelling_of_the_address_gets_around_the_guards(server: LiveServer, target: str) -> None:
    said = raw(server, f"GET {target} HTTP/1.1\r\nHost: evil.example\r\n\r\n".encode())
    assert b" 421 " in said.splitlines()[0] or b" 400 " in said.splitlines()[0]


WRITES = [
    ({}, True),
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": ""}, False),
    ({"Sec-Fetch-Site": "SAME-ORIGIN"}, False),
    ({"Origin": "OWN"}, True),
    ({"Origin": "https://evil.example"}, False),
    ({"Origin": "null"}, False),
    ({"Origin": ""}, False),
    ({"Origin": "http://["}, False),
    ({"Origin": "OWN.evil.example"}, False),
    ({"Origin": "http://localhost:1"}, False),
    ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, True),
    ({"Origin": "OWN", "Sec-Fetch-Site": "cross-site"}, False),
]


@pytest.mark.parametrize(("headers", "welcome"), WRITES)
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH", "BREW"])
def test_only_our_own_page_and_programs_may_write(
    client: httpx.Client, server: LiveServer, method: str, headers: dict[str, str], welcome: bool
) -> None:
    sent = {name: value.replace("OWN", server.url) for name, value in headers.items()}
    answer = client.request(method, "/api/images", content=b"no picture", headers=sent)
    refused = answer.json()["code"] == "cross_origin"
    assert refused is not welcome
    assert answer.status_code == (403 if refused else 415 if method == "PUT" else 405)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_needs_no_origin(client: httpx.Client, method: str) -> None:
    answer = client.request(method, "/api/limits", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == (405 if method == "OPTIONS" else 200)
    assert not {h for h in answer.headers if h.startswith("access-control")}


def every_address() -> list[str]:
    """One address for each route there is."""
    paths = []
    for routes in ROUTES:
        for route in routes.router.routes:
            assert isinstance(route, APIRoute)
            paths.append(re.sub(r"\{(\w+)(:path)?\}", lambda found: PARTS.get(found[1], "cat-photo"), route.path))
    return sorted(set(paths))


@pytest.mark.parametrize("path", [*every_address(), "/nowhere", "/static/nowhere.js", "/api/traces/x/y"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_every_answer_is_armoured(client: httpx.Client, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert {name: answer.headers.get(name) for name in ARMOUR} == ARMOUR
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])
    assert answer.status_code < 500
    assert "server" not in answer.headers
    assert "cache-control" in answer.headers


def test_what_is_no_http_is_refused_in_the_same_shape(server: LiveServer) -> None:
    said = raw(server, b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b'"code":"bad_request"' in body
    for name, value in ARMOUR.items():
        assert f"{name}: {value}".lower().encode() in head.lower()


def test_a_websocket_is_not_opened(server: LiveServer) -> None:
    said = raw(
        server,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )
    assert not said.startswith(b"HTTP/1.1 101")


def test_head_is_get_without_a_body(client: httpx.Client) -> None:
    for path in ("/", "/static/icon.svg", CAT, f"{CAT}/activations", "/nowhere"):
        got, head = client.get(path), client.head(path)
        assert head.content == b""
        assert (head.status_code, head.headers.get("etag")) == (got.status_code, got.headers.get("etag"))
