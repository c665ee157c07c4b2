"""`convoscope model.onnx photo.jpg --labels names.txt`: what a person opens from the command line, as a library."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from convoscope import engine
from convoscope.engine.formats.labels import parse_labels
from convoscope.server.decode import format_of
from convoscope.server.errors import Problem
from convoscope.server.images import Decoder
from convoscope.server.library import Library, Model
from convoscope.server.limits import Limits
from convoscope.server.models import Reader, labelled
from convoscope.server.models_child import GIVEN
from convoscope.server.pictures import Picture
from convoscope.server.scratch import scratch

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")
"""How the names of pictures end: such a file is told to be none that can be read, not to be a network."""
LARGE = 20_000_000
"""Bytes of a file that takes long enough to be announced."""


def library_of(files: Sequence[str], labels: str | None, limits: Limits) -> Library:
    """The library with these files in front, at most a network and a picture. Ends the program when one is wrong."""
    pictures = [path for path in map(Path, files) if is_picture(path)]
    networks = [path for path in map(Path, files) if path not in pictures]
    if len(networks) > 1 or len(pictures) > 1:
        several = networks if len(networks) > 1 else pictures
        sys.exit(
            f"Convoscope opens one network and one picture at a time, not {' and '.join(p.name for p in several)}."
        )
    if labels is not None and not networks:
        sys.exit("--labels names the classes of a network: give its file, too.")
    models = [network(path, labels, limits) for path in networks]
    return Library(models, [picture(path, limits) for path in pictures])


def is_picture(path: Path) -> bool:
    """Whether the file begins as a picture does, or is called one. Ends the program when it cannot be read."""
    with told(path), path.open("rb") as file:
        return format_of(file.read(16)) is not None or path.suffix.lower() in ENDINGS


def network(path: Path, labels: str | None, limits: Limits) -> Model:
    """The network in the file, with its classes named. Ends the program when it is none that can be shown."""
    with told(path), scratch() as folder:
        size, most = path.stat().st_size, limits.network_bytes
        if size > most:
            raise Problem(
                "network_too_large", f"It has {size} bytes; {most} are read (CONVOSCOPE_LIMITS__NETWORK_BYTES)."
            )
        if size > LARGE:
            print(f"Reading {path.name} …", flush=True)
        shutil.copyfile(path, folder / GIVEN)
        model = Reader(limits).model(folder, path.name)
    if labels is not None:
        with told(Path(labels)):
            model = labelled(model, parse_labels(Path(labels).read_text("utf-8-sig")))
    print(summary(model), flush=True)
    return model


def picture(path: Path, limits: Limits) -> Picture:
    """The picture in the file. Ends the program when it cannot be decoded."""
    decoder = Decoder(limits)
    try:
        with told(path):
            return replace(decoder.picture(path.read_bytes()), title=path.stem)
    finally:
        decoder.close()


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Ends the program with a sentence about the file for whatever is wrong with it."""
    try:
        yield
    except (Problem, engine.errors.ConvoscopeError) as error:
        sys.exit(f"Convoscope cannot open {path.name}: {error.detail if isinstance(error, Problem) else error}")
    except UnicodeDecodeError:
        sys.exit(f"Convoscope cannot open {path.name}: it is no text in UTF-8.")
    except OSError as error:
        sys.exit(f"Convoscope cannot open {path}: {(error.strerror or str(error)).lower()}.")


def summary(model: Model) -> str:
    """What was opened, and what of it cannot be shown, as lines."""
    found, how = model.network, model.network.preprocessing
    channels, rows, columns = found.input_shape
    guess = f" How pixels become numbers is a guess: {how.preset}." if how is not None and model.guessed else ""
    lines = [
        f"{model.title}: {len(found.nodes)} nodes, {found.parameter_count:,} parameters, "
        f"reads pictures of {channels} × {rows} × {columns}.{guess}"
    ]
    lines += [f"Not computed: {node}" for node in (found.report.unsupported if found.report else ())]
    if found.report and found.report.beyond:
        lines.append(f"These wait for it: {', '.join(f'{n.name} ({n.op})' for n in found.report.beyond)}.")
    return "\n".join([*lines, *model.notes])
