"""The rows of the limits table that are about requests and connections: each holds exactly."""

import contextlib
import socket
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from convoscope.server.errors import Problem
from convoscope.server.inputs import with_input
from convoscope.server.library import Library
from convoscope.server.limits import Limits
from convoscope.server.what_if import bounded
from tests.live import LiveServer
from tests.server.conftest import CAT
from tests.server.refusals import refused

SMALL = {
    "body_bytes": 1_000,
    "header_bytes": 4_096,
    "list_length": 3,
    "windows": 5,
    "batch": 3,
    "edits": 3,
    "input_side": 39,
    "connections": 12,
    "half_open": 11,  # one less than there may be
    "keep_alive_seconds": 1,
}


def body_bytes(client: httpx.Client, small: LiveServer) -> None:
    limit = SMALL["body_bytes"]
    for length in (limit - 1, limit):
        assert client.request("GET", "/api/limits", content=bytes(length)).status_code == 200
    answer = client.request("POST", "/api/limits", content=bytes(limit + 1))
    refused(answer, 413, "body_too_large", SMALL["body_bytes"], limit + 1)


def header_bytes(client: httpx.Client, small: LiveServer) -> None:
    address = urlsplit(small.url)
    for beyond, status in ((-1, b"200"), (0, b"200"), (1, b"431")):
        head = b"GET /api/limits HTTP/1.1\r\nHost: localhost\r\nX: "
        length = SMALL["header_bytes"] + beyond - len(head)
        with socket.create_connection((address.hostname, address.port), 10) as connection:
            connection.sendall(head + b"x" * length)  # not yet at its end: so much is kept and no more
            if status == b"200":
                connection.sendall(b"\r\n\r\n")
            said = connection.recv(65_536)
            assert said.startswith(b"HTTP/1.1 " + status)
    assert b'"limit":%d' % SMALL["header_bytes"] in said


def list_length(client: httpx.Client, small: LiveServer) -> None:
    for count, status in ((2, 200), (3, 200)):
        assert client.get(f"{CAT}/activations", params={"nodes": ",".join(["fc"] * count)}).status_code == status
    answer = client.get(f"{CAT}/activations", params={"nodes": "fc,fc,fc,fc"})
    refused(answer, 422, "list_too_long", SMALL["list_length"], 4)


def windows(client: httpx.Client, small: LiveServer) -> None:
    for count in (4, 5):
        assert client.get(f"{CAT}/nodes/conv1/windows?channel=0&count={count}").status_code == 200
    refused(client.get(f"{CAT}/nodes/conv1/windows?channel=0&count=6"), 422, "too_many_windows", SMALL["windows"], 6)


def batch(client: httpx.Client, small: LiveServer) -> None:
    def asked(count: int) -> httpx.Response:
        return client.get(f"/api/batches/example-cnn/{','.join(['cat-drawn'] * count)}?objective=loss:3")

    for count in (2, 3):
        assert asked(count).status_code == 200
    refused(asked(4), 422, "too_many_pictures", SMALL["batch"], 4)


def edits(client: httpx.Client, small: LiveServer) -> None:
    def asked(count: int) -> httpx.Response:
        return client.get(CAT, params={"edit": ";".join(f"fc.bias@{k}=1" for k in range(count))})

    for count in (2, 3):
        assert asked(count).status_code == 200
    refused(asked(4), 422, "list_too_long", SMALL["edits"], 4)


def input_side(client: httpx.Client, small: LiveServer) -> None:
    model, limits = Library().model("example-cnn"), Limits(input_side=SMALL["input_side"])
    for side in (38, 39):
        assert with_input(model, f"size={side}x32", limits).network.input_shape == (3, side, 32)
    with pytest.raises(Problem, match=r"a side of it may have at most 39\.") as caught:
        with_input(model, "size=40x32", limits)
    assert (caught.value.limit, caught.value.value) == (39, 40)


def steps_within(count: int, **limits: int) -> None:
    services: Any = SimpleNamespace(limits=Limits(**limits))
    bounded(services, Library().model("example-cnn"), count)


def steps(client: httpx.Client, small: LiveServer) -> None:
    for count in (2, 3):
        steps_within(count, steps=3)
    with pytest.raises(Problem, match=r"One answer takes at most 3 training steps of this network\.") as caught:
        steps_within(4, steps=3)
    assert (caught.value.code, caught.value.limit, caught.value.value) == ("too_many_steps", 3, 4)


def step_products(client: httpx.Client, small: LiveServer) -> None:
    one = 1_775_680  # multiplications of the example network, as its card says
    for most in (2 * one, 2 * one + 1):
        steps_within(2, step_products=most)
    with pytest.raises(Problem, match=r"One answer takes at most 1 training steps of this network\."):
        steps_within(2, step_products=2 * one - 1)


def connections(client: httpx.Client, small: LiveServer) -> None:
    address = urlsplit(small.url)
    client.close()
    with contextlib.ExitStack() as stack:
        opened = []
        for k in range(SMALL["connections"] + 1):
            connection = stack.enter_context(socket.create_connection((address.hostname, address.port), 10))
            opened.append(connection)
            if k == 0:
                connection.sendall(b"GET /api/limits HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
            elif k < SMALL["connections"]:
                connection.sendall(b"GET /api/limits HTTP/1.1\r\nHost: localhost\r\n")  # half a request keeps it open
        said = opened[-1].recv(65_536)
        assert said.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1\r\n" in said.lower()
        assert b'"code":"busy"' in said
        assert b'"limit":%d,"value":%d' % (SMALL["connections"], SMALL["connections"] + 1) in said
        opened[1].sendall(b"\r\n")
        assert opened[1].recv(65_536).startswith(b"HTTP/1.1 200 ")


def half_open(client: httpx.Client, small: LiveServer) -> None:
    address = urlsplit(small.url)
    client.close()
    for beyond, told in ((-1, b""), (0, b""), (1, b"HTTP/1.1 503 ")):
        with contextlib.ExitStack() as stack:
            opened = []
            for _ in range(SMALL["half_open"] + beyond):
                connection = stack.enter_context(socket.create_connection((address.hostname, address.port), 10))
                connection.sendall(b"GET /api/limits HTTP/1.1\r\nHost: localhost\r\n")
                opened.append(connection)
            opened[-1].sendall(b"\r\n")
            assert opened[-1].recv(65_536).startswith(b"HTTP/1.1 200 "), "who sends all of it is answered"
            opened[0].setblocking(False)
            try:
                said = opened[0].recv(65_536)
            except BlockingIOError:
                said = b""
            assert said.startswith(told)
            assert bool(said) is bool(told), "that which was silent longest has gone"


def keep_alive_seconds(client: httpx.Client, small: LiveServer) -> None:
    address = urlsplit(small.url)
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        connection.sendall(b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while connection.recv(65_536):
            pass  # until the server closes; a server that does not is a timeout here


ROWS: dict[str, Callable[[httpx.Client, LiveServer], None]] = {
    f.__name__: f
    for f in (
        body_bytes,
        header_bytes,
        list_length,
        windows,
        batch,
        edits,
        input_side,
        steps,
        step_products,
        connections,
        half_open,
        keep_alive_seconds,
    )
}
