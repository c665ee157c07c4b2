"""Pictures and networks with wrong bytes: each is opened or refused by name, and nothing else ever happens.

    python -m benchmarks.mutants [--images 1000000] [--networks 200000] [--seed 0]

A picture goes through the decoder as an upload does, in its child process. A network goes through the reader and all
that the server then does with it: its view, its trace on a picture and the view of that; in a process of its own, under
the limits of a room.
"""

import argparse
import io
import json
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from convoscope.engine.errors import ConvoscopeError
from convoscope.server import pictures
from convoscope.server.errors import Problem
from convoscope.server.images import Decoder
from convoscope.server.limits import Limits
from convoscope.server.models import brought, refuse_others
from convoscope.server.models_child import GIVEN, confine, onnx_limits, read
from convoscope.server.viewmodel import network_view, trace_view

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
ROOM = Limits.in_force(True, Limits())
KINDS = (0.35, 0.35, 0.02, 0.02, 0.25, 0.01)
"""How often a byte is replaced, a bit flipped, bytes cut out, doubled, made extreme, the rest left out."""
SLOW = 1.0
"""Seconds of processor time that no mutant may take."""


def mutants(seeds: list[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Files like the seeds, each with a few bytes changed, cut out, doubled or put elsewhere."""
    rng = np.random.default_rng(seed)
    for k in range(count):
        data = bytearray(seeds[k % len(seeds)])
        for _ in range(int(rng.integers(1, 4))):
            at, much = int(rng.integers(len(data) or 1)), int(rng.integers(1, 9))
            what = int(rng.choice(6, p=KINDS))
            if what == 0 and data:
                data[at] = int(rng.integers(256))
            elif what == 1 and data:
                data[at] ^= 1 << int(rng.integers(8))
            elif what == 2:
                del data[at : at + much]
            elif what == 3:
                data[at:at] = data[at : at + much]
            elif what == 4:
                data[at : at + much] = bytes(rng.choice([0, 0x7F, 0x80, 0xFF], much).astype(np.uint8))
            else:
                del data[max(at, 16) :]
        yield bytes(data)


def picture_seeds() -> list[bytes]:
    """A small picture in each format that is read."""
    pixels = np.random.default_rng(0).integers(0, 256, (16, 24, 3), np.uint8)
    found = []
    for format in FORMATS:
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, format)
        found.append(out.getvalue())
    return found


def pictures_opened(count: int, seed: int = 0) -> Counter[str]:
    """What becomes of so many picture mutants, by code. Raises whatever is no Problem."""
    decoder, found = Decoder(ROOM), Counter[str]()
    try:
        for data in mutants(picture_seeds(), count, seed):
            try:
                decoder.picture(data)
                found["opened"] += 1
            except Problem as problem:
                found[problem.code] += 1
    finally:
        decoder.close()
    return found


def networks_opened(seeds: list[bytes], count: int, seed: int = 0) -> Counter[str]:
    """What becomes of so many network mutants, by code; `bug: …` for what is no refusal, `slow` for what took long."""
    said, out = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(said)
        with os.fdopen(out, "w") as stream:
            in_the_child(seeds, count, seed, lambda line: print(line, file=stream, flush=True))
        os._exit(0)
    os.close(out)
    with os.fdopen(said) as stream:
        found = Counter(json.loads(line) for line in stream)
    _, status = os.waitpid(child, 0)
    if status:
        found[f"bug: the process ended with {status} after {found.total()}"] += 1
    return found


def in_the_child(seeds: list[bytes], count: int, seed: int, tell: Callable[[str], None]) -> None:
    """Opens the mutants and tells what became of each."""
    confine({**ROOM.model_dump(), "network_seconds": 24 * 3600, "network_memory": 4 << 30})
    picture = pictures.uploaded(24, 16, bytes(range(256)) * 4 + bytes(128), False)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / GIVEN
        for data in mutants(seeds, count, seed):
            start = time.process_time()
            tell(json.dumps(outcome(file, data, picture)))
            if time.process_time() - start > SLOW:
                tell(json.dumps("slow"))


def outcome(file: Path, data: bytes, picture: pictures.Picture) -> str:
    """What becomes of one network file."""
    file.write_bytes(data)
    try:
        refuse_others(data[:8])
        shown(file, picture)
    except (Problem, ConvoscopeError) as refused:
        return refused.code
    except MemoryError:
        return "network_memory"
    except Exception as bug:
        ours = [frame for frame in traceback.extract_tb(bug.__traceback__) if "site-packages" not in frame.filename][-1]
        return f"bug: {type(bug).__name__}: {str(bug)[:120]} ({Path(ours.filename).name}:{ours.lineno})"
    return "opened"


def shown(file: Path, picture: pictures.Picture) -> None:
    """All that is done with a network before somebody sees it."""
    model = brought(read(file, onnx_limits(ROOM.model_dump())), "mutant")
    network_view(model.name, model.title, model.network, model.card).body()
    assert model.network.preprocessing is not None
    x, crop = pictures.network_input(picture, model.network.preprocessing)
    with np.errstate(all="ignore"):
        trace_view(model.name, "mutant", model.network.trace(x), crop).body()


def main() -> int:
    """Prints what became of them; 1 when there was a bug."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--networks", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    seeds = [file.read_bytes() for file in sorted(Path("tests/reference").glob("*.onnx"))]
    found = {
        "networks": networks_opened(seeds, given.networks, given.seed),
        "pictures": pictures_opened(given.images, given.seed),
    }
    for what, outcomes in found.items():
        print(f"{what}: {outcomes.total()}")
        for code, times in outcomes.most_common():
            print(f"  {times:9,}  {code}")
    return int(any(code.startswith(("bug", "slow")) for outcomes in found.values() for code in outcomes))


if __name__ == "__main__":
    sys.exit(main())
