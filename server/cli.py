"""The command `convoscope`: without a command of its own it serves."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is first imported: so this stands above all

import argparse
import contextlib
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from convoscope import __version__
from convoscope.server import commands, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    found = known_commands() if asks_for_one(given) else {}
    args = parser(found).parse_args(given)
    refuse_unknown(args.files)
    with contextlib.suppress(KeyboardInterrupt):
        return int(found.get(args.command, serve).run(args) or 0)
    return 130


def asks_for_one(given: Sequence[str]) -> bool:
    """Whether the other commands matter; else they are not imported, since serving must start fast."""
    return bool(given) and (given[0] in names() or bool({"-h", "--help"} & set(given)))


def names() -> list[str]:
    """The names of the commands."""
    return [info.name for info in iter_modules(commands.__path__)]


def known_commands() -> dict[str, ModuleType]:
    """The modules of `commands/` by name."""
    return {name: import_module(f"{commands.__name__}.{name}") for name in names()}


def refuse_unknown(files: Sequence[str]) -> None:
    """Ends the program where a word is neither a command nor a file."""
    lost = next((file for file in files if not Path(file).exists()), None)
    if lost is not None:
        print(f"There is no file {lost!r}, and no command; the commands are {', '.join(names())}.", file=sys.stderr)
        raise SystemExit(2)


def parser(found: Mapping[str, ModuleType]) -> argparse.ArgumentParser:
    """What the command line understands; each file of `commands/` is a command."""
    made = argparse.ArgumentParser(
        "convoscope",
        usage="%(prog)s [MODEL.onnx] [PICTURE] [--labels FILE] [options] | %(prog)s COMMAND ...",
        description="Step inside a convolutional network, forward and backward, with every number real.",
    )
    made.set_defaults(command=None, files=[])
    made.add_argument("--version", action="version", version=f"convoscope {__version__}")
    serve.options(made)
    if not found:
        made.add_argument("files", nargs="*", metavar="FILE", help="a network and a picture to open on")
        return made
    subparsers = made.add_subparsers(dest="command", metavar="COMMAND")
    for module in found.values():
        module.add(subparsers)
    return made
