"""The doctor finds a well machine well, and says what is wrong with one that is not."""

import re
import time

import pytest

from convoscope.server import cli
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
        "network",
        "/readyz",
        "/metrics",
        "policy",
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
