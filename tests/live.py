"""A live server in a process of its own, as a user starts it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

START_SECONDS = 60  # a cold disk and a busy machine; a second start takes under 2
STOP_SECONDS = 15
COMMAND = (sys.executable, "-m", "convoscope.server")


@dataclass(frozen=True)
class LiveServer:
    url: str  # http://127.0.0.1:PORT, no slash at the end
    pid: int
    data: Path
    log: Path

    def said(self) -> str:
        """All that it printed so far."""
        return self.log.read_text(errors="replace")


@contextmanager
def live_server(data: Path, command: Sequence[str] = COMMAND, **variables: str) -> Iterator[LiveServer]:
    """Starts it on a port that the system picks, waits until it says where, stops it; a crash in its log is a failure.

    `variables` are added to its environment. It runs in the folder `data`, so that nothing works by accident of place.
    """
    log = data / "server.log"
    environment = os.environ | {"CONVOSCOPE_DATA": str(data / "store"), "PYTHONUNBUFFERED": "1"} | variables
    process = subprocess.Popen(
        [*command, "--no-browser", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=data,
        env=environment,
    )
    address: Future[str] = Future()
    reader = Thread(target=_follow, args=(process, log, address))
    reader.start()
    try:
        yield LiveServer(address.result(START_SECONDS), process.pid, data, log)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        finally:
            process.kill()
            reader.join()
    said = log.read_text(errors="replace")
    assert "Traceback" not in said, f"the server crashed while the tests used it:\n{said}"


def _follow(process: subprocess.Popen[bytes], log: Path, address: Future[str]) -> None:
    """Copies what the server prints into the log, and hands out the address in it."""
    assert process.stdout is not None
    with process.stdout as lines, log.open("wb") as out:
        for line in lines:
            out.write(line)
            out.flush()
            found = re.search(rb"http://127\.0\.0\.1:\d+", line)
            if found and not address.done():
                address.set_result(found[0].decode())
    if not address.done():
        address.set_exception(RuntimeError(f"the server ended before it said where it is:\n{log.read_text()}"))
