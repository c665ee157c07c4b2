"""The interface against its own description: schemathesis asks what the OpenAPI file allows, and what it does not.

    python -m benchmarks.api [--examples 100] [--phases examples,coverage,fuzzing]

All of its checks are on; what one of them expects is in schemathesis.toml.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.server import live

PHASES = "examples,coverage,fuzzing"
EXPECTED = Path(__file__).with_name("schemathesis.toml")


def command(url: str, examples: int, phases: str = PHASES) -> list[str]:
    """What asks the server at that address. examples: for each operation, where they are made up."""
    tool = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(EXPECTED)]
    what = ["run", f"{url}/api/openapi.json", "--url", url, "--checks", "all"]
    return [*tool, *what, "--phases", phases, "--max-examples", str(examples)]


def main() -> int:
    """The status of schemathesis."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.api", description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="for each operation")
    parser.add_argument("--phases", default=PHASES)
    given = parser.parse_args()
    with live() as (server, _), tempfile.TemporaryDirectory() as folder:  # it leaves notes where it runs
        url = f"http://{server.connection.host}:{server.connection.port}"
        return subprocess.call(command(url, given.examples, given.phases), cwd=folder)


if __name__ == "__main__":
    sys.exit(main())
