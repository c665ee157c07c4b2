"""The command says where it is, finds a port, and ends when it is told to."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from convoscope.server.serve import has_screen, listen
from tests.live import live_server

COMMAND = [sys.executable, "-m", "convoscope.server"]
SOON = 3.0  # seconds of processor time, 1 of them as measured; wall time would be about who else is at work here


def processor_seconds(pid: int) -> float:
    """What a process has used so far; 0 where nobody says."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def said(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60)


def test_a_port_that_is_taken_is_named_and_the_next_one_used() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        process = subprocess.Popen([*COMMAND, "--no-browser", "--port", str(taken)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(
            rf"Convoscope is at (http://127\.0\.0\.1:(\d+)) \(port {taken} is taken\)\. Press Ctrl-C to stop it\.\n",
            line,
        )
        try:
            assert found, line
            assert taken < int(found[2]) < taken + 100
            assert httpx.get(f"{found[1]}/api/limits", trust_env=False).status_code == 200
        finally:
            process.send_signal(signal.SIGINT)
            rest = process.communicate(timeout=15)[0]
    assert rest == ""
    assert process.returncode == 130


def test_it_starts_soon_and_stops_when_it_is_told_to(tmp_path: Path) -> None:
    with live_server(tmp_path) as live:
        assert httpx.get(f"{live.url}/api/limits", trust_env=False).status_code == 200
        assert processor_seconds(live.pid) < SOON
        assert live.said().count("\n") == 1
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{live.url}/api/limits", trust_env=False)


def test_serving_imports_nothing_that_it_does_not_need() -> None:
    slow = ("onnx", "skimage", "scipy", "rich", "PIL", "latex2mathml", "convoscope.engine.training", "uvicorn.workers")
    code = (
        "import sys; from convoscope.server.cli import main, parser\n"
        "from convoscope.server.app import create_app\n"
        f"print([m for m in {slow} if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_one_thread_per_matrix_product_unless_somebody_wants_more() -> None:
    code = "import os; from convoscope.server import cli; print(os.environ['OPENBLAS_NUM_THREADS'])"
    assert subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, text=True).stdout == "1\n"


def test_help_names_the_options_and_the_commands() -> None:
    answer = said("--help")
    assert answer.returncode == 0
    for word in ("--host", "--port", "--no-browser", "--allow-host", "train"):
        assert word in answer.stdout


def test_a_command_that_is_none_is_refused_with_those_that_are() -> None:
    answer = said("trian")
    assert answer.returncode == 2
    assert "train" in answer.stderr


def test_an_address_that_is_not_ours_is_refused_in_a_sentence() -> None:
    answer = said("--no-browser", "--public", "--host", "192.0.2.1", "--port", "9")
    assert answer.returncode == 1
    assert "Convoscope cannot listen on 192.0.2.1, port 9" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_name_that_is_allowed_is_answered(tmp_path: Path) -> None:
    with live_server(tmp_path, [*COMMAND, "--allow-host", "class.example"]) as live:
        for host, status in (("class.example", 200), ("CLASS.example:9", 200), ("other.example", 421)):
            assert httpx.get(f"{live.url}/", headers={"Host": host}, trust_env=False).status_code == status


@pytest.mark.skipif(sys.platform != "linux", reason="a process's limits are read in /proc")
def test_there_is_room_for_as_many_connections_as_the_limit_says(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from convoscope.server import cli\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (128, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))\n"
        "sys.exit(cli.main())"
    )
    with live_server(tmp_path, [sys.executable, "-c", code], CONVOSCOPE_LIMITS__CONNECTIONS="300") as live:
        limits = Path(f"/proc/{live.pid}/limits").read_text()
    assert re.search(r"Max open files +556 ", limits)


def test_any_port_is_any_port() -> None:
    with listen("127.0.0.1", 0) as first, listen("127.0.0.1", 0) as second:
        assert first.getsockname()[1] != second.getsockname()[1]


def test_small_answers_do_not_wait_for_the_acknowledgement_of_their_headers() -> None:
    """asyncio turns Nagle's algorithm off for sockets that say TCP; one that does not costs 40 ms an answer."""
    with listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.proto == socket.IPPROTO_TCP


def test_without_a_screen_no_browser_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("os.name", "posix")
    for name, value, screen in (("DISPLAY", "", False), ("DISPLAY", ":0", True), ("WAYLAND_DISPLAY", "w", True)):
        monkeypatch.delenv("DISPLAY", raising=False)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        monkeypatch.setenv(name, value)
        assert has_screen() is screen
