"""Whoever runs the server sees that it is well and what it does, and nobody else does; its processes stand and fall."""

import io
import json
import os
import re
import select
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from convoscope.server.logs import Observed
from convoscope.server.metrics import BOUNDS, Metrics
from convoscope.server.reached import running
from tests.live import LiveServer, live_server
from tests.server.test_room import picture, somebody, student

LINUX = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are looked up in /proc")
OPERATING = ("/healthz", "/readyz", "/metrics")
CANARY = "planted-7f3a"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A room that two processes answer in."""
    variables = {"CONVOSCOPE_HOST": "127.0.0.1", "CONVOSCOPE_PUBLIC": "true", "CONVOSCOPE_WORKERS": "2"}
    with live_server(tmp_path_factory.mktemp("room"), **variables) as live:
        yield live


@pytest.fixture(scope="module")
def key(room: LiveServer) -> str:
    return room.said().partition("?key=")[2][:26]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_the_operator_alone_is_told_how_the_server_is(room: LiveServer, key: str) -> None:
    with httpx.Client(base_url=room.url, timeout=30, trust_env=False) as here:
        alive, ready, metrics = (here.get(path) for path in OPERATING)
        assert (alive.text, ready.text) == ("alive\n", "ready\n")
        assert "process_resident_memory_bytes" in metrics.text
    looked = list(running(f"{room.url}/?key={key}"))
    assert [check for check in looked if not check[1]] == []
    assert "link" in {name for name, _, _ in looked}
    with somebody(room) as client:
        assert {client.get(path).status_code for path in OPERATING} == {403}
        bearer = {"Authorization": f"Bearer {key}"}
        assert {client.get(path, headers=bearer).status_code for path in OPERATING} == {200}
    with student(room, key) as client:
        assert {client.get(path).status_code for path in OPERATING} == {404}


@LINUX
def test_every_process_gives_the_same_bytes_and_one_that_is_killed_is_replaced(room: LiveServer, key: str) -> None:
    with student(room, key) as client:
        cookie = {"Cookie": f"convoscope={client.cookies['convoscope']}"}
        id = client.put("/api/images", content=picture(77)).json()["id"]
    path = f"{room.url}/api/traces/example-cnn/{id}/activations?nodes=fc"

    def bodies(times: int) -> set[bytes]:
        found = [httpx.get(path, headers=cookie, trust_env=False, timeout=30) for _ in range(times)]
        return {answer.content if answer.status_code == 200 else b"" for answer in found}

    before = children(room.pid)
    assert len(before) == 2
    assert len(same := bodies(8)) == 1
    assert b"" not in same
    for child in before:
        os.kill(child, signal.SIGSTOP)
        assert bodies(1) == same, "the other one answers"
        os.kill(child, signal.SIGCONT)
    os.kill(before[0], signal.SIGKILL)
    assert bodies(2) == same
    deadline = time.monotonic() + 20
    while len(after := children(room.pid)) < 2 and time.monotonic() < deadline:
        bodies(1)
    assert len(after) == 2
    assert before[0] not in after


def logged(room: LiveServer, last: str) -> list[dict[str, Any]]:
    """The lines of the log, once that of the last request is among them: an answer is sent before its line."""
    end = time.monotonic() + 15
    while True:
        lines = [json.loads(line) for line in room.said().splitlines() if line.startswith("{")]
        if any(line["request_id"] == last for line in lines) or time.monotonic() > end:
            return lines
        time.sleep(0.01)


def test_the_log_knows_routes_and_no_student(room: LiveServer, key: str) -> None:
    with somebody(room) as stranger:
        stranger.get("/api/limits")
    with student(room, key) as client:
        cookie = client.cookies["convoscope"]
        id = client.put(f"/api/images?{CANARY}", content=picture(78)).json()["id"]
        answer = client.get(f"/api/traces/example-cnn/{id}?v={CANARY}", headers={"User-Agent": CANARY, "X": CANARY})
        client.get("/api/limits", headers={"Host": "evil.example"})
        last = client.get(f"/api/networks/{CANARY}")
    lines = logged(room, last.headers["x-request-id"])
    told = next(line for line in lines if line["request_id"] == answer.headers["x-request-id"])
    assert told["route"] == "/api/traces/{net}/{image}"
    assert (told["method"], told["status"], told["bytes"] > 0, told["ms"] > 0) == ("GET", 200, True, True)
    assert any((line["status"], line["code"]) == (404, "unknown_network") for line in lines)
    assert {"room_key", "wrong_host"} <= {line["code"] for line in lines}
    log = "\n".join(line for line in room.said().splitlines() if line.startswith("{"))
    for secret in (CANARY, id, key, *cookie.split("."), "192.0.2.9"):
        assert secret not in log


@LINUX
def test_all_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    with live_server(tmp_path, CONVOSCOPE_WORKERS="2") as live:
        while len(found := children(live.pid)) < 2:
            httpx.get(f"{live.url}/api/limits", trust_env=False, timeout=30)
        handles = [os.pidfd_open(child) for child in found]
        os.kill(live.pid, signal.SIGKILL)
        ended = [select.select([handle], [], [], 15)[0] for handle in handles]
    assert ended == [[handle] for handle in handles]
    for handle in handles:
        os.close(handle)


def test_metrics_are_what_prometheus_reads() -> None:
    metrics = Metrics()
    metrics.gauge("convoscope_waiting", "gauge", "Requests that wait.", lambda: 3)
    for seconds in (0.005, 0.0051, 99):
        metrics.count("GET", "/api/x", 200, "", seconds, 10, 0)
    metrics.count("PUT", "/api/x", 422, "image_corrupt", 0.1, 10, 7)
    text = metrics.text()
    line = re.compile(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"\\]*"(,\w+="[^"\\]*")*\})? [-+.e\d]+')
    assert all(line.fullmatch(row) for row in text.splitlines()), text
    assert 'convoscope_requests_total{method="GET",route="/api/x",status="200"} 3\n' in text
    assert 'convoscope_problems_total{code="image_corrupt"} 1\n' in text
    assert [f'le="{b}"}} {n}\n' in text for b, n in ((BOUNDS[0], 1), (BOUNDS[1], 2), ("+Inf", 4))] == [True] * 3
    assert "convoscope_received_bytes_total 7\n" in text
    assert "convoscope_sent_bytes_total 40\n" in text
    assert "convoscope_waiting 3\n" in text


def test_a_method_of_anybodys_invention_is_no_label_of_its_own() -> None:
    metrics, out = Metrics(), io.StringIO()
    Observed(None, metrics, out).tell("<script>", {}, 405, 0.1, 1, 0)  # type: ignore[arg-type]
    assert 'method="OTHER",route="none"' in metrics.text()
    assert "script" not in metrics.text() + out.getvalue()
