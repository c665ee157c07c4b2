"""`convoscope doctor [URL]`: whether this machine can do what Convoscope needs, and whether a running one is well."""

import argparse
import io
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from convoscope.server.blobs import files_at
from convoscope.server.reached import Check, running
from convoscope.server.settings import Settings

FLOORS = {"starlette": (1, 6), "pillow": (11, 0), "numpy": (2, 0), "h11": (0, 16), "uvicorn": (0, 32)}
"""The oldest versions without a known hole that matters here."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to `convoscope`."""
    p = subparsers.add_parser("doctor", help="check this machine, or a running Convoscope", description=__doc__)
    p.add_argument("url", nargs="?", metavar="URL", help="a running Convoscope; of a room its link with the key")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints a line for each check, and returns 1 when something is not well."""
    settings = Settings()
    found = [well(check, settings) for check in CHECKS]
    if args.url:
        found += running(args.url)
    for name, good, said in found:
        print(f"{'ok  ' if good else 'BAD '} {name}: {said}")
    return int(not all(good for _, good, _ in found))


def well(check: Callable[[Settings], Check], settings: Settings) -> Check:
    """What a check found. One that fails has found something, too."""
    try:
        return check(settings)
    except SystemExit as said:
        return check.__name__, False, f"{said}"
    except Exception as error:
        return check.__name__, False, f"{type(error).__name__}: {error}"


def python(settings: Settings) -> Check:
    """The Python that runs this."""
    here = sys.version_info[:3]
    return "Python", here >= (3, 11), ".".join(map(str, here)) + ("" if here >= (3, 11) else "; 3.11 is needed")


def packages(settings: Settings) -> Check:
    """The packages whose age matters for safety."""
    old = []
    for name, floor in FLOORS.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "0"
        if tuple(int(part) for part in found.split(".")[:2]) < floor:
            old.append(f"{name} {found} is older than {'.'.join(map(str, floor))}")
    return "packages", not old, "; ".join(old) or ", ".join(f"{name} {version(name)}" for name in FLOORS)


def store(settings: Settings) -> Check:
    """Whether uploads can be kept."""
    start = time.perf_counter()
    files = files_at(settings.data)
    name = f"doctor/{time.time_ns()}"
    whole = files.create(name, b"well") and not files.create(name, b"ill") and files.read(name) == b"well"
    files.remove(name)
    ms = 1000 * (time.perf_counter() - start)
    return "store", whole and files.read(name) is None, f"written, read and removed in {ms:.0f} ms"


def disk(settings: Settings) -> Check:
    """Whether there is room for uploads."""
    free = files_at(settings.data).free()
    if free is None:
        return "disk", True, "of another machine"
    return (
        "disk",
        free > settings.limits.disk_free,
        f"{free >> 20} MiB free, {settings.limits.disk_free >> 20} are kept free",
    )


def clock(settings: Settings) -> Check:
    """Whether the machine's clock and the store's agree about how late it is."""
    days = (time.time() - files_at(settings.data).now()) / 86_400
    if abs(days) < 1:
        return "clock", True, "agrees with the store's"
    said = f"the machine's is {days:+.0f} days beside the store's; set it before uploads are dated by it"
    return "clock", False, said


def processes(settings: Settings) -> Check:
    """Whether `--workers` can have a process for each core."""
    cores = os.cpu_count() or 1
    if not hasattr(os, "fork"):
        return "processes", True, "one; this system has no fork"
    return "processes", True, f"up to --workers {cores} for {cores} cores"


def connections(settings: Settings) -> Check:
    """Whether this process may open as many connections as the limit says."""
    try:
        import resource
    except ImportError:
        return "connections", True, "not limited by this system"
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = settings.limits.connections
    enough = hard == resource.RLIM_INFINITY or hard > wanted
    return "connections", enough, f"{wanted}, of {hard} open files" + ("" if enough else "; raise ulimit -n")


def decoder(settings: Settings) -> Check:
    """Whether pictures are decoded, in a process of its own."""
    from PIL import Image

    from convoscope.server.images import Decoder

    out = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(out, "PNG")
    decoding = Decoder(settings.limits)
    try:
        found = decoding.picture(out.getvalue())
    finally:
        decoding.close()
    where = "in a confined process" if decoding.forks else "in a process whose memory is not bounded on this system"
    return "decoder", found.pixels == b"\xff\0\0" * 6, f"a picture was decoded {where}"


def network(settings: Settings) -> Check:
    """Whether the example network computes what it should: finite numbers that add up to 1."""
    import numpy as np

    from convoscope import engine

    name = engine.zoo.names()[0]
    found = engine.zoo.load(name)
    _, probabilities = engine.logits_and_probabilities(found.trace(np.zeros(found.input_shape, np.float32)))
    total = float(probabilities.sum())
    return "network", abs(total - 1) < 1e-5, f"{name}'s probabilities add up to {total:.6f}"


def reader(settings: Settings) -> Check:
    """Whether network files are read, in a process of its own."""
    from convoscope import engine
    from convoscope.server.models import Reader
    from convoscope.server.models_child import GIVEN
    from convoscope.server.scratch import scratch

    with scratch() as folder:
        (folder / GIVEN).write_bytes(engine.zoo.load(engine.zoo.names()[0]).save())
        found = Reader(settings.limits).model(folder, "")
    return "reader", True, f"a network of {len(found.network.nodes)} nodes was read in a confined process"


CHECKS = (python, packages, store, disk, clock, processes, connections, decoder, reader, network)
