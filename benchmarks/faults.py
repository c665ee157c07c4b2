"""Every system call of every operation that changes what is kept fails once, from outside, as SQLite tests itself.

    python -m benchmarks.faults [--errors EIO ENOSPC] [--operations NAME …]

strace makes the N-th call of a kind fail in the running server, for N = 1, 2, … until there is none left to fail, for
all kinds of calls by which an operation touches files. After each: what was acknowledged before is there, bit for
bit; what is acknowledged now is there, and what is not acknowledged is there as a whole or not at all; the refusal is
problem+json in words, 503 or 507; and the next try succeeds by itself.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.faulty import LIMITS, OLD, OPERATIONS, SIGNALS, Told
from convoscope.server.blobs import Folder
from convoscope.server.errors import CODES, Problem
from convoscope.server.uploads import Uploads, marker, opened

CALLS = re.compile(
    r"open(at)?|creat|p?(read|write)(v|64)?|close|f(data)?sync|link(at)?|rename(at2?)?|unlink(at)?|mkdir(at)?|rmdir"
    r"|utimensat|[fl]?stat|newfstatat|statx|f?statfs|getdents64|lseek|flock|f?chmod(at)?|f?truncate|fallocate|sendfile"
    r"|copy_file_range|socketpair|sendmsg|dup[23]?|fcntl|ioctl|chdir|pipe2?"
)
"""Kinds of calls that are made to fail: all that name, make, change, read or look at a file, and those that hand the
picture to its decoder. Left out: memory, time, locks between threads, and the event loop's own waiting."""
ERRORS = ("EIO", "ENOSPC")
AT_THE_START = ("sweep and rebuild the index", "make a room's secret")
"""What nobody asks for: the command ends in words, or tries again within the hour."""
REFUSALS = {"busy", "store_full"}
SECONDS = 60


class Operator:
    """The process that does one operation again and again."""

    def __init__(self, folder: Path, operation: str) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # inherited by all threads of the process
        command = [sys.executable, "-m", "benchmarks.faulty", str(folder), operation]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.number = 0
        self.heard("ready")

    def heard(self, word: str = "") -> str:
        """Its next line."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        assert line, "the operator has ended"
        assert not word or line == word, line
        return line

    def prepare(self, number: int) -> None:
        """Has it make ready for another thing to keep."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        self.heard("set")

    def done(self) -> Told:
        """How the operation went, with nothing in its way."""
        self.process.send_signal(signal.SIGUSR1)
        return self.told()

    def told(self) -> Told:
        """How the operation went that was begun."""
        self.process.send_signal(signal.SIGUSR2)
        status, body = json.loads(self.heard())
        return status, body

    def traced(self, *how: str) -> tuple[Told, str]:
        """How the operation went, and strace's account of it."""
        command = ["strace", "-f", "-qq", "-p", str(self.process.pid), *how]
        tracer = subprocess.Popen(command, stderr=subprocess.PIPE)
        try:
            wait_until_traced(self.process.pid)
            self.process.send_signal(signal.SIGUSR1)
            account = read_until(tracer, b"rt_sigtimedwait([USR2]")
        finally:
            tracer.send_signal(signal.SIGINT)
            account_after = tracer.communicate(timeout=SECONDS)[1]
        return self.told(), (account + account_after).decode(errors="replace")

    def close(self) -> None:
        """Ends it."""
        self.process.kill()
        self.process.communicate()


def wait_until_traced(pid: int) -> None:
    """Waits until every thread of the process has a tracer."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        if all("TracerPid:\t0\n" not in (thread / "status").read_text() for thread in threads):
            return
        time.sleep(0.001)
    raise TimeoutError("strace did not attach")


def read_until(tracer: "subprocess.Popen[bytes]", end: bytes) -> bytes:
    """What strace says up to some words."""
    assert tracer.stderr is not None
    said = b""
    while end not in said:
        more = os.read(tracer.stderr.fileno(), 65_536)
        assert more, f"strace ended: {said.decode(errors='replace')[-500:]}"
        said += more
    return said


@contextmanager
def operating(operation: str) -> Iterator[tuple[Operator, Path]]:
    """The process, and its folder."""
    with tempfile.TemporaryDirectory() as folder:
        operator = Operator(Path(folder), operation)
        try:
            yield operator, Path(folder)
        finally:
            operator.close()


def kinds(operator: Operator) -> list[str]:
    """The kinds of calls of an operation that can be made to fail. The first time makes what later ones need not."""
    operator.prepare(operator.number)
    operator.done()
    operator.number += 1
    operator.prepare(operator.number)
    (status, body), account = operator.traced("-e", "signal=none")
    assert status in (200, 201), body
    found = set(re.findall(r"(?:^|\] )(\w+)\(", account, flags=re.MULTILINE))
    return sorted(name for name in found if CALLS.fullmatch(name))


def failed_once(
    operation: str, errors: Sequence[str] = ERRORS, only: Sequence[str] = ()
) -> tuple[Counter[str], list[str]]:
    """How many calls of each kind were made to fail, and what was wrong afterwards."""
    found, wrong = Counter[str](), list[str]()
    with operating(operation) as (operator, folder):
        for call in kinds(operator):
            for error in errors if not only or call in only else ():
                for n in range(1, 1000):
                    operator.number += 1
                    operator.prepare(operator.number)
                    how = (f"trace={call},rt_sigtimedwait", f"inject={call}:error={error}:when={n}", "signal=none")
                    told, account = operator.traced(*(word for part in how for word in ("-e", part)))
                    if "(INJECTED)" not in account:
                        break
                    found[call] += 1
                    label = f"{operation}: {error} of {call} {n}"
                    wrong += [f"{label}: {what}" for what in after(operator, operation, folder, told)]
    return found, wrong


def after(operator: Operator, operation: str, folder: Path, told: Told) -> Iterator[str]:
    """What is wrong after a call has failed, and after the next try."""
    store = Uploads(Folder(folder / "store"), LIMITS)
    yield from refusal(told, operation)
    yield from state(store, operation, told)
    operator.prepare(operator.number)
    again = operator.done()
    if again[0] not in (200, 201):
        yield f"the next try does not succeed: {again}"
    if told[0] in (200, 201) and operation.startswith("make") and again[1] != told[1]:
        yield "another secret than was told"
    yield from state(store, operation, again)
    store.sweep()
    yield from state(store, operation, again)
    if any(ref["id"].startswith("too-old") for ref in refs(store)):
        yield "what is too old stays"
    if index(store) != {f"{name}" for name in store.files.names("students")}:
        yield "the index is another one than a sweep makes"


def refusal(told: Told, operation: str) -> Iterator[str]:
    """What is wrong with an answer: it is good, or a refusal in words."""
    status, body = told
    if status == 0 and operation not in AT_THE_START:
        yield f"raised {body}"
    if status in (0, 200, 201):
        return
    said = json.loads(body)
    if said["code"] not in REFUSALS or CODES[said["code"]].status != status or not said["detail"].endswith("."):
        yield f"answered {status} {said}"


def state(store: Uploads, operation: str, told: Told) -> Iterator[str]:
    """What is wrong with what is kept."""
    try:
        old = store.find("image", OLD)
        if old is None or old.data != b"the old one":
            yield f"what was there before is now {old}"
        whole = refs(store)
        for ref in whole:
            store.find(ref["kind"], ref["id"])
        if len(whole) != len(store.files.names("refs")):
            yield "a ref is half"
    except Problem as problem:
        yield f"something half is found: {problem.detail}"
    if told[0] == 201:
        id = json.loads(told[1])["id"]
        if store.find("network" if "nodes" in json.loads(told[1]) else "image", id) is None:
            yield f"what was acknowledged is lost: {id}"


def index(store: Uploads) -> set[str]:
    """The index that the refs make."""
    return {marker(ref) for ref in refs(store)}


def refs(store: Uploads) -> list[dict[str, Any]]:
    """All refs that are whole."""
    found = (opened(store.files.read(name) or b"") for name in store.files.names("refs"))
    return [ref for ref in found if ref]


def main() -> int:
    """Prints a line for each operation; status 1 where something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--errors", nargs="+", default=list(ERRORS))
    parser.add_argument("--operations", nargs="+", choices=list(OPERATIONS), default=list(OPERATIONS))
    given = parser.parse_args()
    if shutil.which("strace") is None:
        sys.exit("strace is not installed; Debian has it: apt-get install strace")
    bad = 0
    for operation in given.operations:
        start = time.monotonic()
        found, wrong = failed_once(operation, given.errors)
        bad += len(wrong)
        print(
            f"{operation}: {found.total()} calls failed, {len(wrong)} wrong, {time.monotonic() - start:.0f} s",
            flush=True,
        )
        print("   ", ", ".join(f"{count} {call}" for call, count in sorted(found.items())), flush=True)
        print(*(f"    {line}" for line in wrong), sep="\n", end="\n" if wrong else "", flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
