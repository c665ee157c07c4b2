"""Folders for a while, in the system's own place for such; what a killed process left there is removed by the next.

Who works in a folder holds a lock on it, which ends with the process, however that ends. So a folder without one is
nobody's. One that was taken for nobody's in the instant before it was locked is made anew.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from shutil import rmtree

PREFIX = "convoscope-scratch-"
OURS = re.compile(PREFIX + r"[a-z0-9_]{8}")


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder that is gone at the end. Raises OSError where none can be made."""
    with ExitStack() as end:
        folder = made(end)
        try:
            yield folder
        finally:
            rmtree(folder, ignore_errors=True)


def made(end: ExitStack) -> Path:
    """A new folder, locked until the end."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        try:
            lock(folder, end)
        except (BlockingIOError, FileNotFoundError):
            continue  # a sweep has it
        except OSError:
            return folder  # no locks here, so no sweep removes anything
        if folder.is_dir():
            return folder


def sweep() -> None:
    """Removes the folders that nobody works in any more."""
    if sys.platform == "win32":
        return
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as found:
        for entry in (e for e in found if OURS.fullmatch(e.name)):
            with ExitStack() as end, suppress(OSError):
                lock(Path(entry.path), end)
                rmtree(entry.path, ignore_errors=True)


def lock(folder: Path, end: ExitStack) -> None:
    """Locks a folder until the end. Raises OSError: BlockingIOError where somebody works in it."""
    if sys.platform == "win32":
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    end.callback(os.close, handle)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
