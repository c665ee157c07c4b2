"""The page's modules have tests of their own, run by Node; and what they are held to is still what the engine says."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.reference import make_scenes, make_windows

HERE = Path(__file__).parent
LEAST = 20  # Node's test runner is stable from there
FLOAT32 = 1e-4  # activations are stored with five digits; another machine's float32 sums differ in the seventh


@pytest.fixture(scope="session")
def node() -> str:
    """Node.js, new enough to run tests; without it they are skipped with the reason, or fail where CI is set."""
    found = shutil.which("node")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout if found else ""
    if not found or int(version.lstrip("v").split(".")[0]) < LEAST:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"The page's own tests need Node.js {LEAST} or newer, found {version.strip() or 'none'}.")
    return found


@pytest.mark.node
@pytest.mark.parametrize("file", sorted(HERE.glob("*.test.js")), ids=lambda file: file.name.removesuffix(".test.js"))
def test_the_page_passes_its_own_tests(node: str, file: Path) -> None:
    hurried = "--no-opt"  # these programs end before optimised code has paid for its making
    done = subprocess.run([node, hurried, str(file)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_windows_that_the_page_is_held_to_are_the_engines() -> None:
    assert make_windows.as_json() == make_windows.FILE.read_text(encoding="utf-8")


def test_the_scenes_that_the_page_is_held_to_are_the_servers() -> None:
    stored = json.loads(make_scenes.FILE.read_text(encoding="utf-8"))
    assert differences(stored, json.loads(make_scenes.as_json())) == []


def differences(stored: Any, now: Any, where: str = "") -> list[str]:
    """The places where two pieces of plain data are not the same, numbers within float32's rounding."""
    if isinstance(stored, dict) and isinstance(now, dict) and stored.keys() == now.keys():
        return [d for key in stored for d in differences(stored[key], now[key], f"{where}.{key}")]
    if isinstance(stored, list) and isinstance(now, list) and len(stored) == len(now):
        return [d for k in range(len(stored)) for d in differences(stored[k], now[k], f"{where}[{k}]")]
    number = isinstance(stored, int | float) and isinstance(now, int | float)
    same = abs(stored - now) <= FLOAT32 * max(1.0, abs(stored)) if number else stored == now
    return [] if same else [f"{where}: {stored!r} is now {now!r}"]


def test_a_change_of_the_wire_would_be_seen() -> None:
    assert differences({"a": [1.0, {"b": "x"}]}, {"a": [1.00000001, {"b": "x"}]}) == []
    assert differences({"a": [1.0, 2]}, {"a": [1.1, 2]}) == [".a[0]: 1.0 is now 1.1"]
    assert differences({"a": [1.0]}, {"a": [1.0, 2.0]}) == [".a: [1.0] is now [1.0, 2.0]"]
    assert differences({"a": 1}, {"b": 1}) == [": {'a': 1} is now {'b': 1}"]
