"""The command `convoscope`: without a command of its own it serves."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is first imported: so this stands above all

import argparse
import contextlib
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from convoscope import __version__
from convoscope.server import commands, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    found = known_commands() if asks_for_one(given) else {}
    args = parser(found).parse_args(given)
    with contextlib.suppress(KeyboardInterrupt):
        return int(found.get(args.command, serve).run(args) or 0)
    return 130


def asks_for_one(given: Sequence[str]) -> bool:
    """Whether the other commands matter; else they are not imported, since serving must start fast."""
    return bool(given) and (not given[0].startswith("-") or bool({"-h", "--help"} & set(given)))


def known_commands() -> dict[str, ModuleType]:
    """The modules of `commands/` by name."""
    names = [info.name for info in iter_modules(commands.__path__)]
    return {name: import_module(f"{commands.__name__}.{name}") for name in names}


def parser(found: Mapping[str, ModuleType]) -> argparse.ArgumentParser:
    """What the command line understands; each file of `commands/` is a command."""
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
