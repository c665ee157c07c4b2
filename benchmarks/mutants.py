"""Pictures and networks with wrong bytes: each is opened or refused by name, and nothing else ever happens.

    python -m benchmarks.mutants [--images 1000000] [--networks 200000] [--seed 0] [--state FILE]

A picture is decoded by what decodes an upload, under its limits. A network goes through the reader and all that the
server then does with it: its view, its trace on a picture and the view of that. Both happen in child processes that
look at many files each, for speed; one that a file ends is replaced. One file in a hundred is sent to a running server
besides. `--state` keeps what has been found, so that a run that was stopped goes on.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from pathlib import Path

import numpy as np

from benchmarks.room import Server, running
from benchmarks.wrong_files import mutants, network_seeds, picture_seeds
from convoscope.engine.errors import ConvoscopeError
from convoscope.server import decode_child, models_child, pictures
from convoscope.server.errors import CODES, Problem
from convoscope.server.images import DECODE
from convoscope.server.limits import Limits
from convoscope.server.models import brought, refuse_others

ROOM = Limits.in_force(True, Limits())
SLOW = 1.0
"""Seconds of processor time that no mutant may take. A server's answer that took longer is `late`: others work, too."""
BLOCK = 1000
"""Files that one child looks at."""
ASKED = 100
"""Of so many files one is sent to a server."""
PICTURE = pictures.uploaded(24, 16, bytes(range(256)) * 4 + bytes(128), False)
EXPORTED = Path(__file__).parents[1] / "tests" / "reference"
WHERE = {"pictures": "/api/images", "networks": "/api/networks"}
Look = Callable[[bytes], str]


def seeds_of(what: str) -> list[bytes]:
    """The files to be spoiled. Of the networks one in ten is as PyTorch exports them, which takes ten times as long."""
    if what == "pictures":
        return picture_seeds()
    exported = [file.read_bytes() for file in sorted(EXPORTED.glob("*.onnx"))]
    return [*network_seeds(), exported[0], *network_seeds(), exported[1], *network_seeds()[::-1], exported[2]]


def look_of(what: str) -> Look:
    """What looks at one file, and says what became of it."""
    if what == "networks":
        return network_outcome
    decode, limits = decode_child.load(DECODE), ROOM.model_dump()

    def look(data: bytes) -> str:
        refused = decode_child.result(data, limits, decode)[0].get("refused")
        return str(refused[0]) if refused else "opened"

    return look


def confine(what: str) -> None:
    """The limits of time and memory of the process that opens such a file; what it has by now is not counted."""
    here = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    limits = ROOM.model_dump()
    if what == "pictures":
        decode_child.confine({**limits, "decode_memory": here + limits["decode_memory"]})
        signal.setitimer(signal.ITIMER_REAL, 0)
    else:
        seconds = BLOCK * int(SLOW)
        models_child.confine({**limits, "network_memory": here + limits["network_memory"], "network_seconds": seconds})


def opened(what: str, files: Sequence[bytes], look: Look | None = None) -> Counter[str]:
    """What becomes of the files, by code; `bug: …` for what is no refusal, `slow: …` for what took long."""
    found: list[str] = []
    look = look or look_of(what)
    while len(found) < len(files):
        found += in_a_child(files[len(found) : len(found) + BLOCK], look, what)
    return Counter(found)


def in_a_child(files: Sequence[bytes], look: Look, what: str) -> list[str]:
    """What becomes of the files until one of them ends the child."""
    said, out = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            confine(what)
            for data in files:
                start = time.process_time()
                word = look(data)
                slow = "slow: " if time.process_time() - start > SLOW else ""
                os.write(out, f"{slow}{word}\n".encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(out)
    with os.fdopen(said) as stream:
        found = stream.read().splitlines()
    _, status = os.waitpid(child, 0)
    return found if status == 0 else [*found, ended(what, status)]


def ended(what: str, status: int) -> str:
    """What is said of a file that ended its process. The server lives on when it is a picture's decoder."""
    if what == "pictures" and os.WIFSIGNALED(status):
        return "image_too_slow" if os.WTERMSIG(status) == signal.SIGXCPU else "decoder_crashed"
    return f"bug: the process ended with {status}"


def network_outcome(data: bytes) -> str:
    """What becomes of one network file."""
    try:
        refuse_others(data[:8])
        shown(data)
    except (Problem, ConvoscopeError) as refused:
        return refused.code
    except MemoryError:
        return "network_memory"
    except Exception as bug:
        ours = [frame for frame in traceback.extract_tb(bug.__traceback__) if "site-packages" not in frame.filename][-1]
        return f"bug: {type(bug).__name__}: {str(bug)[:120]!r} ({Path(ours.filename).name}:{ours.lineno})"
    return "opened"


def shown(data: bytes) -> None:
    """All that is done with a network before somebody sees it."""
    from convoscope.server.viewmodel import network_view, trace_view

    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        model = brought(models_child.read(Path(file.name), models_child.onnx_limits(ROOM.model_dump())), "mutant")
    network_view(model.name, model.title, model.network, model.card).body()
    assert model.network.preprocessing is not None
    x, crop = pictures.network_input(PICTURE, model.network.preprocessing)
    with np.errstate(all="ignore"):
        trace_view(model.name, "mutant", model.network.trace(x), crop).body()


def asked(host: str, port: int, what: str, files: Sequence[bytes], key: str = "") -> Counter[str]:
    """What a running server says to the files, as uploads. key: of the room, where there is one."""
    found = Counter[str]()
    connection = HTTPConnection(host, port, timeout=600)  # whatever else the machine does
    for data in files:
        start = time.perf_counter()
        connection.request("PUT", WHERE[what], data, {"Host": "localhost", "Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        body = json.loads(answer.read())
        late = time.perf_counter() - start > SLOW
        code = body["code"] if answer.status >= 400 else "opened"
        bug = answer.status >= 500 and answer.status != CODES["busy"].status
        found[f"{'bug: ' if bug else 'late: ' if late else ''}sent: {code}"] += 1
    connection.close()
    return found


def on_and_on(server: Server, what: str, count: int, seed: int, state: Path | None) -> Counter[str]:
    """What becomes of so many mutants, block by block, from where an earlier run has stopped."""
    kept = json.loads(state.read_text()) if state is not None and state.exists() else {}
    mine = kept.setdefault(f"{what} of seed {seed}", {"blocks": 0, "found": {}})
    found, seeds = Counter[str](mine["found"]), seeds_of(what)
    for block in range(mine["blocks"], -(-count // BLOCK)):
        files = list(mutants(seeds, BLOCK, (seed, block)))
        found += opened(what, files) + asked(server.host, server.port, what, files[::ASKED], server.key)
        mine |= {"blocks": block + 1, "found": found}
        if state is not None:
            state.with_suffix(".new").write_text(json.dumps(kept, indent=1))
            state.with_suffix(".new").replace(state)
    return found


def main() -> int:
    """Prints what became of them; 1 when there was a bug."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--networks", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--state", type=Path, help="file that keeps what has been found")
    given = parser.parse_args()
    bad = 0
    for what, count in {"pictures": given.images, "networks": given.networks}.items():
        with running() as server:
            found = on_and_on(server, what, count, given.seed, given.state)
        sent = sum(times for word, times in found.items() if "sent: " in word)
        print(f"{what}: {found.total() - sent:,}, and {sent:,} of them sent to a server", flush=True)
        for code, times in found.most_common():
            print(f"  {times:9,}  {code}", flush=True)
        bad += sum(times for word, times in found.items() if word.startswith(("bug", "slow")))
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
