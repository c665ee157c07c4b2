"""The interface against its own description: schemathesis asks what the OpenAPI file allows, and what it does not.

    python -m benchmarks.api [--examples 100]      (pip install schemathesis)

`positive_data_acceptance` is left out: a file that is no picture, or a place outside an array, is well-formed and is
refused by what it means.
"""

import argparse
import subprocess
import sys

from benchmarks.server import live

PHASES = "examples,coverage,fuzzing"


def main() -> int:
    """The status of schemathesis."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.api", description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="for each operation")
    parser.add_argument("--python", default=sys.executable, help="that has schemathesis installed")
    given = parser.parse_args()
    with live() as (server, _):
        url = f"http://{server.connection.host}:{server.connection.port}"
        command = [given.python, "-m", "schemathesis.cli", "run", f"{url}/api/openapi.json", "--url", url]
        command += ["--checks", "all", "--exclude-checks", "positive_data_acceptance", "--phases", PHASES]
        return subprocess.call([*command, "--max-examples", str(given.examples)])


if __name__ == "__main__":
    sys.exit(main())
