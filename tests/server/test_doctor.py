"""The doctor finds a well machine well, and says what is wrong with one that is not."""

import json
import re
import time
from http.client import HTTPMessage

import pytest

from convoscope.server import cli, reached
from convoscope.server.commands import doctor
from convoscope.server.limits import Limits
from convoscope.server.settings import Settings
from tests.live import LiveServer


def test_a_machine_and_a_server_that_are_well(
    server: LiveServer,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CONVOSCOPE_DATA", str(tmp_path_factory.mktemp("store")))
    assert cli.main(["doctor", server.url]) == 0
    said = capsys.readouterr().out
    assert "BAD" not in said
    for name in (
        "Python",
        "packages",
        "store",
        "disk",
        "clock",
        "processes",
        "connections",
        "decoder",
        "reader",
        "network",
        "/readyz",
        "/metrics",
        "policy",
        "uploads",
    ):
        assert f"ok   {name}: " in said
    assert "foreign host names: answered by 421" in said


def test_what_is_wrong_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(doctor.FLOORS, "numpy", (99, 0))
    monkeypatch.setenv("CONVOSCOPE_DATA", "/proc/nowhere")
    assert cli.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "is older than 99.0" in said
    assert "BAD  store: FileNotFoundError" in said or "BAD  store: PermissionError" in said


def test_a_store_that_needs_a_package_is_said_to_and_the_other_checks_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "CHECKS", (doctor.store, doctor.python))
    monkeypatch.setenv("CONVOSCOPE_DATA", "nothing-of-this-name://x")
    assert cli.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "BAD  store: " in said
    assert "ok   Python: " in said


def test_a_clock_that_is_years_ahead_is_found(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=str(tmp_path_factory.mktemp("store")))
    doctor.store(settings)
    assert doctor.clock(settings) == ("clock", True, "agrees with the store's")
    ahead = time.time() + 10 * 365 * 86_400
    monkeypatch.setattr(time, "time", lambda: ahead)
    _, good, said = doctor.clock(settings)
    assert not good
    assert re.match(r"the machine's is \+36\d\d days beside the store's; ", said)


def test_a_full_disk_is_found(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = Settings(data=str(tmp_path_factory.mktemp("store")), limits=Limits(disk_free=2**62))
    name, good, said = doctor.disk(settings)
    assert (name, good) == ("disk", False)
    assert said.endswith("are kept free")


class Proxied:
    """A room behind a proxy that has forgotten something. forgets: which of the things it is told in docs/deploy.md."""

    def __init__(self, forgets: str = "") -> None:
        self.forgets = forgets

    def ask(self, place: reached.Place, method: str, path: str, body: bytes = b"", **headers: str) -> reached.Answer:
        told, known = HTTPMessage(), "Authorization" in headers
        told["Content-Type"] = "application/problem+json"
        told["X-Request-ID"], told["Content-Security-Policy"] = "1", "default-src 'none'"
        if path in reached.OPERATING:
            return reached.Answer(200 if known or self.forgets == "X-Forwarded-For" else 403, told, "")
        if method == "PUT" and self.forgets == "client_max_body_size":
            del told["Content-Type"]
            return reached.Answer(413, told, "<html>")
        if method == "PUT":
            code = "cross_origin" if self.forgets == "Host header" else "network_format"
            return reached.Answer(415, told, json.dumps({"code": code}))
        if "Host" in headers:
            return reached.Answer(200 if self.forgets == "Host header" else 421, told, "")
        if "key" in path:
            told["Set-Cookie"] = "convoscope=x" + ("" if self.forgets == "X-Forwarded-Proto" else "; Secure")
            return reached.Answer(303, told, "")
        return reached.Answer(200, told, "")


@pytest.mark.parametrize("forgets", ["", "X-Forwarded-For", "X-Forwarded-Proto", "Host header", "client_max_body_size"])
def test_what_a_proxy_was_not_told_is_named(monkeypatch: pytest.MonkeyPatch, forgets: str) -> None:
    monkeypatch.setattr(reached.Place, "ask", lambda *asked, **headers: Proxied(forgets).ask(*asked, **headers))
    found = list(reached.running("https://class.example/?key=abc"))
    bad = [f"{name}: {said}" for name, good, said in found if not good]
    assert bool(bad) is bool(forgets)
    assert any(forgets in line for line in bad or [""])


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    assert list(reached.running("http://127.0.0.1:9")) == [
        ("127.0.0.1:9", False, "ConnectionRefusedError: [Errno 111] Connection refused")
    ]
