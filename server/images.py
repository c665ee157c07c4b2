"""Uploads: bytes → a picture, decoded in a process of its own under limits."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from threading import Lock
from typing import Any, NamedTuple

from convoscope.server.decode_child import LENGTH, WALL_TIMES_CPU
from convoscope.server.errors import Problem
from convoscope.server.limits import Limits
from convoscope.server.pictures import Picture, uploaded

DECODE = "convoscope.server.decode:decode"
START = """import sys; sys.path[:] = {path!r}
from convoscope.server import decode_child
decode_child.{call}"""
FORKS = hasattr(os, "fork")
SLOW = tuple(getattr(signal, name, None) for name in ("SIGXCPU", "SIGALRM", "SIGKILL", "SIGTERM"))
"""Signals that end a decoder that used up its time. (SIGKILL is the hard limit's, a second after.)"""


ATTEMPTS = 3

Answer = tuple[dict[str, Any] | None, bytes, int]
"""The header, the pixels, and the signal that ended the decoder."""


class Lost(Exception):
    """No answer came: the nursery is gone."""


class Nursery(NamedTuple):
    """The process that decoders are forked from, and our end of the socket to it."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def end(self) -> None:
        """Ends the process."""
        self.control.close()
        self.process.kill()
        self.process.wait()


class Decoder:
    """Decodes uploads in processes that it starts; many threads may ask at once. `start` early, `close` at the end.

    decoder: the function that decodes, as `module:function`; another one lets a test do harm. forks: whether
    processes can; where they cannot, each picture waits for a new Python, and only its time is bounded.
    """

    def __init__(self, limits: Limits, decoder: str = DECODE, forks: bool = FORKS) -> None:
        self.limits, self.decoder, self.forks = limits, decoder, forks
        self._nursery: Nursery | None = None
        self._lock = Lock()
        self.failures = 0
        """How often a process of ours ended before it had done its work."""

    def picture(self, data: bytes) -> Picture:
        """The picture in these bytes. Raises Problem."""
        header, pixels, ended_by = self._patiently(data) if self.forks else self._alone(data)
        if ended_by or header is None:
            raise self._ended(ended_by)
        if "refused" in header:
            raise self._refused(*header["refused"])
        return uploaded(header["width"], header["height"], pixels, header["animated"])

    def start(self) -> None:
        """Starts what the first picture would have to wait for. Returns at once."""
        if self.forks:
            self.nursery()

    def is_alive(self) -> bool:
        """Whether a picture would be decoded now."""
        return not self.forks or self.nursery().process.poll() is None

    def nursery(self) -> Nursery:
        """The nursery, started if there is none."""
        with self._lock:
            if self._nursery is None:
                ours, theirs = socket.socketpair()
                process = subprocess.Popen(
                    self._python(f"main({theirs.fileno()}, {self.limits.model_dump()}, {self.decoder!r})"),
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,  # Ctrl-C is for the server
                )
                theirs.close()
                self._nursery = Nursery(process, ours)
            return self._nursery

    def close(self) -> None:
        """Ends the nursery."""
        with self._lock:
            nursery, self._nursery = self._nursery, None
        if nursery is not None:
            nursery.end()

    def _python(self, call: str) -> list[str]:
        """A Python that sees what this one sees, and nothing of its environment."""
        return [sys.executable, "-I", "-c", START.format(path=sys.path, call=call)]

    def _alone(self, data: bytes) -> Answer:
        """The answer of a Python of its own."""
        command = self._python(f"once({self.limits.model_dump()}, {self.decoder!r})")
        seconds = WALL_TIMES_CPU * self.limits.decode_seconds
        try:
            ended = subprocess.run(command, input=data, stdout=subprocess.PIPE, timeout=seconds)
        except subprocess.TimeoutExpired:
            return None, b"", signal.SIGTERM
        return (None, b"", 0) if ended.returncode else self._read(ended.stdout + b"\0")

    def _patiently(self, data: bytes) -> Answer:
        """The answer of a nursery that lives. Nothing is opened in it, so its end is not the picture's fault."""
        for _ in range(ATTEMPTS):
            with suppress(OSError):  # no file or process more is to be had at the moment
                nursery = self.nursery()
                try:
                    return self._ask(nursery, data)
                except Lost:
                    self._replace(nursery)
        raise Problem("busy", "Pictures cannot be decoded at the moment. Try again in a second.")

    def _replace(self, nursery: Nursery) -> None:
        with self._lock:
            ours = self._nursery is nursery
            self.failures += ours
            self._nursery = None if ours else self._nursery
        if ours:
            nursery.end()

    def _ask(self, nursery: Nursery, data: bytes) -> Answer:
        ours, theirs = socket.socketpair()
        ours.settimeout(2 * WALL_TIMES_CPU * self.limits.decode_seconds)
        with ours:
            try:
                with theirs:
                    socket.send_fds(nursery.control, [b"."], [theirs.fileno()])
                with suppress(BrokenPipeError):  # the decoder ended before it read everything; the answer says how
                    ours.sendall(LENGTH.pack(len(data)) + data)
                with ours.makefile("rb") as answer:
                    said = answer.read()
            except OSError as e:
                raise Lost from e
        if not said:
            raise Lost
        return self._read(said)

    def _read(self, said: bytes) -> Answer:
        ended_by, body = said[-1], memoryview(said)[:-1]
        if ended_by or len(body) < LENGTH.size:
            return None, b"", ended_by
        end = LENGTH.size + LENGTH.unpack(body[: LENGTH.size])[0]
        return json.loads(bytes(body[LENGTH.size : end])), bytes(body[end:]), 0

    def _ended(self, ended_by: int) -> Problem:
        self.failures += 1
        if ended_by in SLOW:
            seconds = self.limits.decode_seconds
            detail = f"Decoding the picture took more than {seconds} seconds. Save it anew as PNG or JPEG."
            return Problem("image_too_slow", detail, limit=seconds)
        return Problem("decoder_crashed", "The picture crashed its decoder. Save it anew as PNG or JPEG.")

    def _refused(self, code: str, detail: str | None, limit: int | None, value: int | None) -> Problem:
        own = {
            "image_corrupt": "The picture file is damaged: it ends early or contradicts itself. Save it anew.",
            "image_too_much_memory": "Decoding the picture takes too much memory. Shrink it.",
        }
        return Problem(code, detail or own[code], limit=limit, value=value)
