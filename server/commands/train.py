"""`convoscope train NAME --data DATA`: learns a network of the zoo, with a progress bar, and can be stopped.

Ctrl-C ends the training after the step that is being made and leaves a checkpoint; `--resume` goes on from it.
"""

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from convoscope import __version__, engine
from convoscope.engine import zoo
from convoscope.engine.training import Data, Step, train
from convoscope.server.folders import is_class_folder, read_pictures

DATA = (
    "an .npz file with x_train, y_train, x_test, y_test; or a folder with MNIST's idx files, with CIFAR-10's binary "
    "batches, or with a folder of pictures for each class (optionally below train/ and test/)"
)
SMOOTHING = 0.02
"""The share of the newest step in the loss and accuracy on the bar: they are those of about the last fifty steps."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to `convoscope`."""
    p = subparsers.add_parser("train", help="learn a network of the zoo", description=__doc__)
    p.add_argument("name", metavar="NAME", help=f"one of {', '.join(zoo.names())}")
    p.add_argument("--data", type=Path, required=True, metavar="DATA", help=DATA)
    p.add_argument("--out", type=Path, default=Path("trained"), metavar="FOLDER", help="where weights and card go")
    p.add_argument("--epochs", type=int, help="instead of the recipe's")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--resume", action="store_true", help="go on from the checkpoint in FOLDER")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Trains, and returns the exit status: 0 when done, 130 when stopped by Ctrl-C, 2 when it cannot be done."""
    console = Console(stderr=True)
    checkpoint = args.out / f"{args.name}.checkpoint"
    try:
        steps = train(
            args.name,
            given(args.name, args.data),
            args.out,
            seed=args.seed,
            epochs=args.epochs,
            resume=args.resume,
            version=__version__,
        )
        with closing(steps), interrupts() as interrupted:
            first = next(steps, None)  # before the bar appears, so that a refusal is all there is to read
            if first is not None and not follow(chain([first], steps), console, interrupted):
                steps.close()
                console.print(f"Stopped; {checkpoint} has everything. Go on with the same command and --resume.")
                return 130
    except engine.errors.ConvoscopeError as e:
        print(f"convoscope train: {e}", file=sys.stderr)
        return 2
    console.print(f"{args.out / args.name}.safetensors and .json are written.")
    return 0


def given(name: str, path: Path) -> Data | Path:
    """The pictures of class folders, which Pillow reads; what else there is, the engine reads by itself."""
    network = zoo.architecture(name)
    if not is_class_folder(path) or network.preprocessing is None:
        return path
    return read_pictures(path, network.preprocessing, network.labels)


def follow(steps: Iterator[Step], console: Console, interrupted: list[bool]) -> bool:
    """Shows the steps as they are made. False when it was interrupted before the last one."""
    columns = (
        TextColumn("epoch {task.fields[epoch]}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("loss {task.fields[loss]:.4f}  accuracy {task.fields[accuracy]:.1%}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(elapsed_when_finished=False),
    )
    with Progress(*columns, console=console, refresh_per_second=4) as progress:
        task = progress.add_task("train", total=None, epoch="1", loss=0.0, accuracy=0.0)
        shown: dict[str, float] = {}
        for step in steps:
            shown = smoothed(shown, step)
            epoch = f"{step.epoch}/{step.epochs}"
            progress.update(task, completed=step.number, total=step.total, epoch=epoch, **shown)  # type: ignore[arg-type]
            if interrupted and step.number < step.total:
                return False
    return True


def smoothed(shown: dict[str, float], step: Step) -> dict[str, float]:
    """Running means of what the steps say."""
    new = {"loss": step.loss, "accuracy": step.accuracy}
    return {k: shown.get(k, v) + SMOOTHING * (v - shown.get(k, v)) for k, v in new.items()}


@contextmanager
def interrupts() -> Iterator[list[bool]]:
    """A list that fills at the first Ctrl-C, so that no step is cut in two; the second one stops at once."""
    seen: list[bool] = []

    def note(number: int, frame: FrameType | None) -> Any:
        seen.append(True)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)
