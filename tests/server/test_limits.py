"""Every row of the limits table holds exactly: one below and the limit itself pass, one above is refused.

`ROWS` has a test for each row, in a file for each kind of limit; a row without one fails.
"""

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from PIL import Image

from benchmarks.room import Server
from convoscope.server.limits import Limits, rows, value_in_public
from docs.make_limits import PAGE, page
from tests.live import LiveServer, live_server
from tests.server import network_limits, picture_limits, request_limits, room_limits, sandbox_limits
from tests.server.conftest import CAT

KINDS = (picture_limits, network_limits, request_limits, sandbox_limits, room_limits)
SMALL = {name: value for kind in KINDS for name, value in kind.SMALL.items()}
ROWS = {name: test for kind in KINDS for name, test in kind.ROWS.items()}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server whose limits are small enough to be reached."""
    variables = {f"CONVOSCOPE_LIMITS__{name.upper()}": str(value) for name, value in SMALL.items()}
    with live_server(tmp_path_factory.mktemp("small"), **variables) as live:
        yield live


@pytest.fixture
def client(small: LiveServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=small.url, timeout=30, trust_env=False, verify=False) as found:
        yield found


@pytest.mark.parametrize("name", Limits.model_fields)
def test_the_limit_holds_exactly(client: httpx.Client, small: LiveServer, name: str) -> None:
    assert name in ROWS, f"the limit {name} needs a test"
    ROWS[name](client, small)


LARGE = 8_000_000
"""Bytes of memory that the server may grow by meanwhile; it is sent twice as many."""
BEYOND: list[tuple[str, str, bytes]] = [
    ("PUT", "/api/images", bytes(2 * LARGE)),
    ("PUT", "/api/networks", bytes(300_000)),
    ("POST", "/api/convolve", bytes(300_000)),
    ("POST", "/api/convolve", b'{"input": [[' + b"1," * 20 + b'1]], "kernel": [[1]]}'),
    ("GET", f"{CAT}/activations?nodes={'fc,' * 60}fc", b""),
    ("GET", f"{CAT}/nodes/conv1/windows?channel=0&count=6", b""),
    ("GET", f"/api/batches/example-cnn/{'cat-drawn,' * 60}cat-drawn?objective=loss:3", b""),
    ("GET", f"{CAT}?edit=" + ";".join(f"fc.bias@{k}=1" for k in range(10)), b""),
    ("GET", "/api/networks/example-cnn~size=2000x32", b""),
]
"""Requests over a limit."""


@pytest.fixture(scope="module")
def rested(small: LiveServer) -> Server:
    """The server once it has started what it starts beside its answers, as a reader in place of one that was ended."""
    server, used = Server(small.pid, "", 0, ""), [0.0, 1.0]
    while len(set(used[-5:])) > 1:
        time.sleep(0.1)
        used.append(server.cpu())
    return server


@pytest.mark.parametrize(("method", "path", "content"), BEYOND, ids=[f"{m} {p[:40]}" for m, p, _ in BEYOND])
def test_beyond_a_limit_the_refusal_takes_next_to_nothing(
    client: httpx.Client, rested: Server, method: str, path: str, content: bytes
) -> None:
    """Processor time and memory, which depend little on what else the machine does; and the best of three tries."""
    headers, memory, used = {"Content-Type": "application/json"}, rested.memory(), []
    for _ in range(3):
        cpu = rested.cpu()
        answer = client.request(method, path, content=content, headers=headers)
        assert answer.json().get("limit") in SMALL.values(), answer.text
        used.append(rested.cpu() - cpu)
    assert min(used) < 0.1
    assert rested.memory() - memory < LARGE


def test_there_is_no_test_of_a_limit_that_is_gone() -> None:
    assert set(ROWS) == set(Limits.model_fields)


def test_the_table_is_published_with_what_is_in_force(client: httpx.Client) -> None:
    told = {row["name"]: row for row in client.get("/api/limits").json()["limits"]}
    assert told.keys() == Limits.model_fields.keys()
    for name, row in told.items():
        assert row["value"] == SMALL.get(name, getattr(Limits(), name))
        assert row["unit"]
        assert row["what"].endswith(".")
    assert rows(Limits(windows=7))[list(told).index("windows")]["value"] == 7


def test_the_page_of_the_limits_shows_both_columns() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "docs/limits.md is stale: run `python -m docs.make_limits`"


def test_a_room_has_its_own_column_and_what_was_set_by_hand() -> None:
    given = Limits(windows=7)
    assert Limits.in_force(False, given) == given
    room = Limits.in_force(True, given)
    assert room.windows == 7
    others = [name for name in Limits.model_fields if name != "windows"]
    assert [getattr(room, name) for name in others] == [value_in_public(name) for name in others]
    assert any(value_in_public(name) < getattr(given, name) for name in others)


def test_a_limit_that_is_none_is_refused_at_the_start() -> None:
    variables = os.environ | {"CONVOSCOPE_LIMITS__WINDOWS": "0"}
    command = [sys.executable, "-m", "convoscope.server", "--no-browser", "--port", "0"]
    ended = subprocess.run(command, env=variables, capture_output=True, text=True)
    assert ended.returncode != 0
    assert "windows" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_largest_picture_of_all_fits_into_the_memory_of_its_decoder(server: LiveServer) -> None:
    """16 Mpx with alpha is the most that a PNG may hold."""
    out = io.BytesIO()
    Image.fromarray(np.zeros((4000, 4000, 4), np.uint8)).save(out, "PNG", compress_level=1)
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False, verify=False) as client:
        told = client.put("/api/images", content=out.getvalue())
    assert told.status_code == 201
    assert (told.json()["width"], told.json()["height"]) == (2048, 2048)
