"""The two commands: dev.py makes what is missing, only what is missing, and says what it cannot make."""

import ast
import os
import stat
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import dev
from tests.tree import ROOT, text


class Machine:
    """Stands in for the machine: records the commands, and lets a test decide how they end."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.status = 0
        self.report = ""
        self.interrupt = False

    def run(self, *command: object) -> int:
        words = [str(word) for word in command]
        self.commands.append(" ".join(words))
        if self.interrupt:
            raise KeyboardInterrupt
        for word in words:
            if word.startswith("--junit-xml=") and self.report:
                Path(word.partition("=")[2]).write_text(self.report)
        return self.status

    def installations(self) -> int:
        return sum(" install " in command for command in self.commands)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """dev.py in an empty clone whose path has a space in it, with nothing outside it within reach."""
    clone = tmp_path / "a fresh clone"
    clone.mkdir()
    (clone / "pyproject.toml").write_text('[project]\nname = "convoscope"\n')
    fake = Machine()
    monkeypatch.setattr(dev, "ROOT", clone)
    monkeypatch.setattr(dev, "VENV", clone / ".venv")
    monkeypatch.setattr(dev, "PYTHON", clone / ".venv/bin/python")
    monkeypatch.setattr(dev, "status", fake.run)
    monkeypatch.setattr(dev, "has_browser", lambda: True)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return fake


def test_dev_needs_the_standard_library_alone() -> None:
    tree = ast.parse(text("dev.py"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names
    assert not {"ensurepip", "tomllib"} & {
        alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names
    }


def test_an_old_python_is_told_what_it_is_and_what_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ast.parse(text("dev.py"), feature_version=(3, 7))  # else it would see a syntax error instead
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer; this is 3\.9\.2 .*python\.org"):
        dev.main()
    newer = tmp_path / "python3.12"
    newer.write_text("#!/bin/sh\n")
    newer.chmod(0o755)
    with pytest.raises(SystemExit, match=r"Try: python3\.12 dev\.py run"):
        dev.main()


def test_the_second_start_installs_nothing(machine: Machine) -> None:
    dev.set_up(dev.USER)
    assert machine.installations() == 1
    dev.set_up(dev.USER)
    assert machine.installations() == 1


def test_what_the_tests_installed_serves_to_run(machine: Machine) -> None:
    dev.set_up(dev.DEVELOPER)
    dev.set_up(dev.USER)
    assert machine.installations() == 1


def test_what_run_installed_is_not_enough_to_test(machine: Machine) -> None:
    dev.set_up(dev.USER)
    dev.set_up(dev.DEVELOPER)
    assert [command.rpartition(".[")[2] for command in machine.commands] == ["imagenet]", "imagenet,test]"]


def test_a_new_dependency_is_installed_at_the_next_start(machine: Machine) -> None:
    dev.set_up(dev.USER)
    (dev.ROOT / "pyproject.toml").write_text('[project]\nname = "convoscope"\ndependencies = ["numpy"]\n')
    dev.set_up(dev.USER)
    assert machine.installations() == 2


def test_an_interrupted_installation_starts_again_from_an_empty_environment(machine: Machine) -> None:
    machine.interrupt = True
    with pytest.raises(KeyboardInterrupt):
        dev.set_up(dev.USER)
    half_written = dev.VENV / "half-written"
    half_written.touch()
    machine.interrupt = False
    dev.set_up(dev.USER)
    assert machine.installations() == 2
    assert not half_written.exists()


def test_a_failed_installation_is_tried_again(machine: Machine) -> None:
    machine.status = 1
    with pytest.raises(SystemExit, match="The installation failed; pip says why, above"):
        dev.set_up(dev.USER)
    machine.status = 0
    dev.set_up(dev.USER)
    assert machine.installations() == 2


def test_an_environment_of_another_python_or_another_place_is_made_anew(machine: Machine) -> None:
    dev.set_up(dev.USER)
    (dev.VENV / "made-by").write_text("Python 3.10 in some other folder")
    dev.set_up(dev.USER)
    assert machine.installations() == 2


def test_an_environment_made_by_hand_is_used_not_wiped(machine: Machine) -> None:
    venv.create(dev.VENV, with_pip=False)
    by_hand = dev.VENV / "by-hand"
    by_hand.touch()
    dev.set_up(dev.USER)
    assert by_hand.exists()


def test_two_commands_started_together_install_once(machine: Machine) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(dev.set_up, [dev.USER, dev.USER]))
    assert machine.installations() == 1


def test_the_environment_is_made_without_ensurepip(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)  # as in Debian's Python without python3-venv
    dev.set_up(dev.USER)
    assert subprocess.call([dev.PYTHON, "-c", "import sys; assert sys.prefix != sys.base_prefix"]) == 0
    assert "-m pip --python" in machine.commands[-1]


def test_without_any_pip_the_message_says_how_to_get_it(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"pip 22\.3 or newer is missing\. Get it with\n"):
        dev.set_up(dev.USER)


def test_an_old_pip_gives_way_to_one_inside_the_environment(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: True)
    monkeypatch.setattr(dev, "output", lambda *command: "20.0.2")
    dev.set_up(dev.USER)
    assert machine.commands[0].endswith("-m ensurepip --default-pip")
    assert machine.commands[1].startswith(f"{dev.PYTHON} -m pip install")


def test_the_last_line_counts_the_tests(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    suite = '<testsuite tests="10" errors="1" failures="2" skipped="3"/>'
    machine.report = f"<testsuites>{suite}</testsuites>"
    dev.test()
    assert capsys.readouterr().out.splitlines()[-1] == "4 passed, 3 failed, 3 skipped"


def test_what_one_test_has_compiled_all_others_may_use(machine: Machine) -> None:
    dev.test()
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ


def test_pytest_that_did_not_start_counts_as_a_failure(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.test() != 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("0 passed, 1 failed, 0 skipped")


def test_check_runs_every_step_and_names_the_wrong_ones(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dev.set_up(dev.DEVELOPER)
    monkeypatch.setattr(dev, "javascript_types", lambda: 0)
    machine.status = 1
    assert dev.check() == 1
    assert capsys.readouterr().out.splitlines()[-1] == "Not right yet: format, lint, Python types, laws"


def test_without_node_the_check_says_what_it_skips(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert dev.javascript_types() == 0
    assert capsys.readouterr().out == "skipped: there is no Node.js 20 or newer\n"


def test_an_unknown_command_gets_the_help() -> None:
    done = subprocess.run([sys.executable, ROOT / "dev.py", "tset"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "python3 dev.py test" in done.stdout


def test_continuous_integration_runs_the_same_command() -> None:
    assert (ROOT / ".ci/run").stat().st_mode & stat.S_IXUSR
    assert "python3 dev.py test" in text(".ci/run")
    assert subprocess.call(["bash", "-n", ROOT / ".ci/run"]) == 0


def test_a_browser_starts(browser: Browser) -> None:
    assert browser.is_connected()


@pytest.mark.parametrize(("in_ci", "outcome"), [(True, "1 error"), (False, "1 skipped")])
@pytest.mark.parametrize("missing", ["CONVOSCOPE_CHROMIUM", "PLAYWRIGHT_NODEJS_PATH"])  # the browser; its driver
def test_without_a_browser_its_tests_are_skipped_by_hand_and_fail_in_ci(
    missing: str, in_ci: bool, outcome: str, tmp_path: Path
) -> None:
    nothing = tmp_path / "nothing"
    nothing.write_text("#!/bin/sh\nexit 1\n")
    nothing.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment |= {missing: str(nothing)} | ({"CI": "true"} if in_ci else {})
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"{__file__}::test_a_browser_starts"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert outcome in done.stdout.splitlines()[-1]
    assert (done.returncode != 0) == in_ci
    assert "apt-get install chromium" in done.stdout
