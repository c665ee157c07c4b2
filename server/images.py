"""Uploads: bytes → a picture, decoded in a process of its own under limits."""

import json
import signal
import socket
import subprocess
import sys
from threading import Lock
from typing import Any

from convoscope.server.decode_child import LENGTH, WALL_TIMES_CPU
from convoscope.server.errors import Problem
from convoscope.server.limits import Limits
from convoscope.server.pictures import Picture, uploaded

DECODE = "convoscope.server.decode:decode"
START = """import sys; sys.path[:] = {path!r}
from convoscope.server import decode_child
decode_child.main({control!r}, {limits!r}, {decoder!r})"""
SLOW = tuple(getattr(signal, name, None) for name in ("SIGXCPU", "SIGALRM", "SIGKILL"))
"""Signals of a decoder that used up its time. (SIGKILL is the hard limit's, a second after.)"""


class Lost(Exception):
    """No answer came: the nursery is gone."""


class Decoder:
    """Decodes uploads in processes that it starts; many threads may ask at once. `start` early, `close` at the end.

    decoder: the function that decodes, as `module:function`; another one lets a test do harm.
    """

    def __init__(self, limits: Limits, decoder: str = DECODE) -> None:
        self.limits, self.decoder = limits, decoder
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._lock = Lock()

    def picture(self, data: bytes) -> Picture:
        """The picture in these bytes. Raises Problem."""
        try:
            header, pixels, ended_by = self._ask(data)
        except Lost:
            self.close()  # whatever ended it, one more try is safe: no picture is opened in the nursery
            header, pixels, ended_by = self._ask(data)
        if ended_by or header is None:
            raise self._ended(ended_by)
        if "refused" in header:
            raise self._refused(*header["refused"])
        return uploaded(header["width"], header["height"], pixels, header["animated"])

    def start(self) -> None:
        """Starts the nursery, so that the first picture need not wait for it. Returns at once."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                return
            self._control, theirs = socket.socketpair()
            values = {"path": sys.path, "control": theirs.fileno(), "limits": self.limits.model_dump()}
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", START.format(**values, decoder=self.decoder)],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
            theirs.close()

    def close(self) -> None:
        """Ends the nursery."""
        with self._lock:
            process, control = self._process, self._control
            self._process = self._control = None
        if control is not None:
            control.close()
        if process is not None:
            process.kill()
            process.wait()

    def _ask(self, data: bytes) -> tuple[dict[str, Any] | None, bytes, int]:
        """The header, the pixels, and the signal that ended the decoder."""
        self.start()
        ours, theirs = socket.socketpair()
        ours.settimeout(2 * WALL_TIMES_CPU * self.limits.decode_seconds)
        with ours:
            with theirs:
                self._hand_over(theirs)
            try:
                ours.sendall(LENGTH.pack(len(data)) + data)
            except BrokenPipeError:
                pass  # the decoder has ended without reading everything; the answer says how
            except OSError as e:
                raise Lost from e
            with ours.makefile("rb") as answer:
                return self._read(answer)

    def _hand_over(self, theirs: socket.socket) -> None:
        control = self._control
        if control is None:
            raise Lost
        try:
            socket.send_fds(control, [b"."], [theirs.fileno()])
        except OSError as e:
            raise Lost from e

    def _read(self, answer: Any) -> tuple[dict[str, Any] | None, bytes, int]:
        try:
            said = answer.read()
        except OSError as e:
            raise Lost from e
        if not said:
            raise Lost
        ended_by, body = said[-1], memoryview(said)[:-1]
        if ended_by or len(body) < LENGTH.size:
            return None, b"", ended_by
        end = LENGTH.size + LENGTH.unpack(body[: LENGTH.size])[0]
        return json.loads(bytes(body[LENGTH.size : end])), bytes(body[end:]), 0

    def _ended(self, ended_by: int) -> Problem:
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
