"""Decoders that do harm: what a bug in a real one may do on a hostile file. The bytes say which harm."""

import os
import signal
import time
from pathlib import Path
from typing import Any


def decode(data: bytes, limits: Any) -> tuple[int, int, bytes, bool]:
    HARM[data.decode()]()
    return *(bounds() if data == b"tell" else (1, 1)), b"abc", False


def bounds() -> tuple[int, int]:
    """The seconds and bytes that this process may take, where the system can say so."""
    import resource

    return resource.getrlimit(resource.RLIMIT_CPU)[0], resource.getrlimit(resource.RLIMIT_AS)[0]


def spin() -> None:
    while True:
        pass


def swell() -> None:
    bytearray(10**12)


def write() -> None:
    Path("planted").write_text("x")


HARM = {
    "none": lambda: None,
    "tell": lambda: None,
    "abort": os.abort,
    "fault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "leave": lambda: os._exit(0),
    "spin": spin,
    "wait": lambda: time.sleep(3600),
    "swell": swell,
    "raise": lambda: [][0],
    "write": write,
}
