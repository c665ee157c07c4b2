"""Everything that is measured, one after the other.

    python -m benchmarks [PART …]         engine, server, page, tour, lessons

The engine runs beside PyTorch and ONNX Runtime, where they are installed. Each can be run by itself, with more options:
`python -m benchmarks.engine --help`. Status 1 when a part of it failed or missed a budget.
"""

import argparse
import subprocess
import sys

PARTS = {
    "engine": "the engine: milliseconds a pass",
    "server": "the server: milliseconds a request",
    "page": "the page: bytes, milliseconds, frames",
    "tour": "the stage in motion: frames",
    "lessons": "the lessons: bytes, milliseconds, elements",
}


def main() -> int:
    """Runs each part in a process of its own, so that none warms the next one up."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("only", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is named")
    given = parser.parse_args()
    if unknown := [name for name in given.only if name not in PARTS]:
        parser.error(f"There is no benchmark {unknown[0]!r}, only {', '.join(PARTS)}.")
    options = {"engine": ["--peers"]}
    failed = [name for name in given.only or PARTS if run(name, options.get(name, []))]
    print(f"\nNot within the budgets: {', '.join(failed)}." if failed else "\nAll within their budgets.")
    return int(bool(failed))


def run(name: str, options: list[str]) -> int:
    """The status of one part, under its own heading."""
    print(f"\n== {PARTS[name]}   (python -m {' '.join([f'benchmarks.{name}', *options])})\n", flush=True)
    return subprocess.call([sys.executable, "-m", f"benchmarks.{name}", *options])


if __name__ == "__main__":
    sys.exit(main())
