"""`convoscope summary MODEL [PICTURE]`: every node's shape, parameters, work and receptive field, and its numbers."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from convoscope import engine
from convoscope.engine import Network, Preprocessing, Trace, load_onnx, zoo
from convoscope.server.decode import Refused, decode
from convoscope.server.library import Library
from convoscope.server.limits import Limits
from convoscope.server.pictures import Picture, network_input, uploaded
from convoscope.server.summary import as_csv, as_json, as_table, summarised

WIDTH = 160
"""Columns of a table that goes into a file."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to `convoscope`."""
    p = subparsers.add_parser("summary", help="a network as a table", description=__doc__)
    p.add_argument("model", metavar="MODEL", help=f"an ONNX file, or one of {', '.join(zoo.names() + zoo.published())}")
    p.add_argument("picture", nargs="?", metavar="PICTURE", help="a picture's file, or the name of one that is shipped")
    form = p.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument("--csv", action="store_true", help="as CSV, a line for each node")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints the table, and returns the exit status: 2 when something cannot be read."""
    try:
        network = model(args.model)
        trace = None if args.picture is None else traced(network, args.picture)
    except (engine.errors.ConvoscopeError, Refused, OSError) as e:
        print(f"convoscope summary: {said(e)}", file=sys.stderr)
        return 2
    summary = summarised(network, trace)
    if args.json or args.csv:
        print(as_json(summary) if args.json else as_csv(summary), end="" if args.csv else "\n")
        return 0
    console = Console()
    console = console if console.is_terminal else Console(width=WIDTH)
    console.print(as_table(summary))
    if summary.measured:
        console.print(f"besides: {summary.measured:,} numbers that were measured, not learnt (running statistics)")
    for line in summary.refused:
        console.print(f"cannot be run: {line}", markup=False)
    if summary.waiting:
        console.print(f"waiting for it: {', '.join(summary.waiting)}", markup=False)
    return 0


def said(e: Exception) -> str:
    """What went wrong, in words."""
    if isinstance(e, OSError):
        return f"{Path(str(e.filename)).name} cannot be read: {e.strerror}."
    return str(e.args[1]) if isinstance(e, Refused) else str(e)


def model(name: str) -> Network:
    """The network of this name, or in this file."""
    known = zoo.names() + zoo.published()
    if name in known:
        return zoo.load(name)
    if not Path(name).is_file():
        raise engine.errors.UnknownName(
            f"There is no file {Path(name).name}, and no network of that name: {', '.join(known)}."
        )
    try:
        return replace(load_onnx(Path(name)), name=Path(name).stem)
    except engine.errors.FormatError as e:
        raise engine.errors.FormatError(f"{Path(name).name} is no ONNX file that can be read. {e}") from e


def traced(network: Network, name: str) -> Trace:
    """The forward pass on a picture. Raises ShapeError for a network that reads none."""
    shape = network.input_shape
    if len(shape) != 3:
        raise engine.errors.ShapeError(f"{network.name} reads an input of shape {shape}, which is no picture.")
    how = network.preprocessing or Preprocessing.guessed(shape[0], (shape[1], shape[2]))
    x, _ = network_input(picture(name), how)
    return network.trace(x)


def picture(name: str) -> Picture:
    """A shipped picture, or the one in a file of one's own."""
    shipped = Library().pictures
    if name in shipped:
        return shipped[name]
    found = decode(Path(name).read_bytes(), Limits())
    return uploaded(found.width, found.height, found.pixels, found.animated)
