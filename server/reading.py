"""The processes that read network files: one that is ready, and one forked from it for each file.

    server ──▶ helper   started soon after the server; the engine is loaded, no file is ever opened in it
                  └──▶ reader   forked per file (models_child.main); under limits of time, memory and files

The server writes a folder's path, a line of JSON; the reader answers with a line, or the helper does: by which signal
the reader ended. Where processes cannot fork, a helper reads one file itself and is gone.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from threading import Event, Timer
from typing import Any

from convoscope.server.limits import Limits

START = """import sys; sys.path[:] = {path!r}
from convoscope.server import models_child
models_child.serve({limits})"""
FORKS = hasattr(os, "fork")
WALL_TIMES_CPU = 4
"""A reader that waits instead of working is ended after this many times its processor time."""
LOOKS = 0.05  # seconds between looks at whether anybody still waits
TOO_SLOW = tuple(getattr(signal, name, None) for name in ("SIGXCPU", "SIGKILL"))


class Ended(Exception):
    """A reader that gave no answer. slow: whether it used up its time."""

    def __init__(self, slow: bool) -> None:
        super().__init__(slow)
        self.slow = slow


class Helpers:
    """Reads files in processes of their own; many threads may ask at once. keeps: whether a helper waits for more."""

    def __init__(self, limits: Limits, keeps: bool = False) -> None:
        self.limits, self.keeps = limits, keeps and FORKS
        self._idle: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Starts what the first file would have to wait for. Returns at once."""
        if self.keeps and not self._idle:
            with suppress(OSError):  # no process is to be had at the moment; the first file tries again
                self._idle.append(self._started())

    def read(self, folder: Path, gone: Event) -> dict[str, Any]:
        """What the reader says of the file `given` in the folder. Raises Ended; at once when `gone` is set."""
        helper = self._ready()
        line = self._asked(helper, folder, gone)
        if line and self.keeps:
            self._idle.append(helper)
        else:
            end(helper)
        said = json.loads(line) if line else {"ended": signal.SIGTERM if gone.is_set() else TOO_SLOW[-1]}
        if "ended" in said:
            raise Ended(said["ended"] in TOO_SLOW)
        return dict(said)

    def close(self) -> None:
        """Ends the helpers that wait."""
        while self._idle:
            end(self._idle.pop())

    def _ready(self) -> subprocess.Popen[bytes]:
        """A helper that waits and lives, else a new one."""
        while self._idle:
            helper = self._idle.pop()
            if helper.poll() is None:
                return helper
            end(helper)
        return self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        code = START.format(path=sys.path, limits=self.limits.model_dump())
        command = [sys.executable, "-I", "-c", code]  # Ctrl-C is for the server, so it gets a session of its own
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)

    def _asked(self, helper: subprocess.Popen[bytes], folder: Path, gone: Event) -> bytes:
        """The answer, a line; nothing when none comes in time."""
        assert helper.stdin is not None
        assert helper.stdout is not None
        seconds = WALL_TIMES_CPU * self.limits.network_seconds
        try:
            helper.stdin.write(json.dumps(str(folder)).encode() + b"\n")
            helper.stdin.flush()
        except BrokenPipeError:
            return crashed()
        if not FORKS:
            with_patience = Timer(seconds, helper.kill)
            with_patience.start()
            line = helper.stdout.readline()
            with_patience.cancel()
            return line
        with DefaultSelector() as ready:
            ready.register(helper.stdout, EVENT_READ)
            for _ in range(int(seconds / LOOKS)):
                if ready.select(LOOKS):
                    return helper.stdout.readline() or crashed()
                if gone.is_set():
                    break
        return b""


def crashed() -> bytes:
    """What is said of a helper that is gone itself."""
    return b'{"ended": 0}'


def end(helper: subprocess.Popen[bytes]) -> None:
    """Ends a helper and the reader that it may have."""
    if FORKS and helper.poll() is None:
        os.killpg(helper.pid, signal.SIGKILL)
    helper.kill()
    for pipe in (helper.stdin, helper.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):  # what it did not live to read
                pipe.close()
    helper.wait()
