"""The server does what its OpenAPI file says: schemathesis, all checks, briefly; `python3 dev.py soak` asks more."""

import re
import subprocess
from pathlib import Path

from benchmarks.api import command
from tests.live import LiveServer


def test_the_server_answers_as_its_description_says(server: LiveServer, tmp_path: Path) -> None:
    asked = [*command(server.url, 1, "examples,fuzzing"), "--seed", "1", "--no-color"]
    ended = subprocess.run(asked, capture_output=True, text=True, cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout[-4000:]
    found = re.search(r"(\d+) generated, \1 passed", ended.stdout)
    assert found, ended.stdout[-1000:]
    assert int(found[1]) > 50
