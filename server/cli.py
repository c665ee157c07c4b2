"""The command `convoscope`: without a command of its own it serves."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is first imported: so this stands above all

import argparse
import contextlib
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from convoscope import __version__
from convoscope.server import commands, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    found = {info.name: import_module(f"{commands.__name__}.{info.name}") for info in iter_modules(commands.__path__)}
    args = parser(found).parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        return int(found.get(args.command, serve).run(args) or 0)
    return 130


def parser(found: dict[str, ModuleType]) -> argparse.ArgumentParser:
    """What the command understands; each file of `commands/` is one more."""
    made = argparse.ArgumentParser(
        "convoscope",
        description="Step inside a convolutional network, forward and backward, with every number real.",
    )
    made.add_argument("--version", action="version", version=f"convoscope {__version__}")
    serve.options(made)
    subparsers = made.add_subparsers(dest="command", metavar="COMMAND")
    for module in found.values():
        module.add(subparsers)
    return made
