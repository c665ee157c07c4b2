"""Files that are made once and never changed, in a folder or behind any URL that fsspec knows.

What `create` has returned from survives a kill and a power cut, in a folder: written aside, synced, linked to its name,
the folder synced. Of two who create the same name at once, one does and the other is told so.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Protocol

from convoscope.server.clock import Clock
from convoscope.server.remote import Remote

ABANDONED = 3600
"""Seconds after which a file that was never linked to a name is one that nobody will."""


class Files(Protocol):
    """Bytes by name; a name is letters, digits, `-` and `/`, made by us and by nobody else.

    unwanted_seconds: how long bytes stay that nobody refers to, since somebody may be about to.
    """

    unwanted_seconds: float

    def read(self, name: str) -> bytes | None: ...
    def create(self, name: str, data: bytes) -> bool: ...
    def content(self, name: str, data: bytes) -> bool: ...
    def replace(self, name: str, data: bytes) -> None: ...
    def remove(self, name: str) -> None: ...
    def names(self, folder: str) -> list[str]: ...
    def size(self, name: str) -> int: ...
    def used(self, name: str) -> float: ...
    def use(self, name: str, once_in: float = 0) -> None: ...
    def now(self) -> float: ...
    def free(self) -> int | None: ...
    def can_write(self) -> bool: ...
    def alone(self) -> AbstractContextManager[None]: ...
    def among_others(self) -> AbstractContextManager[None]: ...
    def tidy(self) -> None: ...


def own_folder() -> Path:
    """The user's own folder for what Convoscope keeps, where this system has such folders."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "Convoscope"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Convoscope"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "convoscope"


def files_at(place: str) -> Files:
    """The files in a folder, or behind a URL such as s3://bucket/class, which needs fsspec and its package for s3.

    An empty place is the user's own folder. Raises OSError for a folder that cannot be made.
    """
    if "://" in place and not place.startswith("file://"):
        return Remote(place)
    return Folder(Path(place.removeprefix("file://")) if place else own_folder())


class Folder:
    """Files in a folder of this machine."""

    unwanted_seconds = 0.0  # who is about to refer to bytes keeps `alone` out

    def __init__(self, root: Path) -> None:
        self.root, self.aside = root, root / "aside"
        self.aside.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.clock = Clock(root / "clock")

    def read(self, name: str) -> bytes | None:
        """The bytes, None when there is no such file."""
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return None

    def create(self, name: str, data: bytes) -> bool:
        """Makes the file, and says whether it was not there. Raises OSError when it cannot be kept.

        Either way it lasts, and it takes the same time: whoever was first may not have synced the folder yet.
        """
        target, is_new = self.root / name, True
        make_folder(target.parent)
        with self.written_aside(data) as file:
            try:
                os.link(file, target)
            except FileExistsError:
                is_new = False
        sync_folder(target.parent)
        self.clock.note()
        return is_new

    def content(self, name: str, data: bytes) -> bool:
        """Makes a file whose name says what is in it, and says whether it was not there."""
        return self.create(name, data)

    def replace(self, name: str, data: bytes) -> None:
        """Makes the file, in the place of one that is damaged."""
        with self.written_aside(data) as file:
            file.replace(self.root / name)
        sync_folder((self.root / name).parent)

    @contextmanager
    def written_aside(self, data: bytes) -> Iterator[Path]:
        """A file with this content that is on the disk and has no name of its own yet."""
        file = self.aside / token_hex(16)
        try:
            with open(file, "xb", opener=lambda p, flags: os.open(p, flags, 0o600)) as out:
                out.write(data)
                out.flush()
                os.utime(file, (self.now(), self.now()))
                os.fsync(out.fileno())
            yield file
        finally:
            file.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Forgets the file."""
        (self.root / name).unlink(missing_ok=True)

    def names(self, folder: str) -> list[str]:
        """The names of the files below a folder. Raises OSError where it cannot be read: no name is left out."""
        top = self.root / folder
        found = os.walk(top, onerror=raise_unless_missing)
        return [f"{folder}/{Path(at, f).relative_to(top).as_posix()}" for at, _, fs in found for f in sorted(fs)]

    def size(self, name: str) -> int:
        """Bytes of the file, 0 when there is none."""
        with suppress(FileNotFoundError):
            return (self.root / name).stat().st_size
        return 0

    def used(self, name: str) -> float:
        """When the file was last made or used, in seconds since 1970; 0 when there is none."""
        with suppress(FileNotFoundError):
            return (self.root / name).stat().st_mtime
        return 0

    def use(self, name: str, once_in: float = 0) -> None:
        """Notes that the file was used, at most once in so many seconds."""
        now = self.now()
        if now - self.used(name) >= once_in:
            with suppress(OSError):
                os.utime(self.root / name, (now, now))
            self.clock.note()

    def now(self) -> float:
        """What time it is by the clock of the store."""
        return self.clock.now()

    def free(self) -> int | None:
        """Bytes that the disk has left."""
        found = os.statvfs(self.root) if hasattr(os, "statvfs") else None
        return None if found is None else found.f_bavail * found.f_frsize

    def can_write(self) -> bool:
        """Whether a file can be made, by making one."""
        try:
            with self.written_aside(b"x"):
                return True
        except OSError:
            return False

    def alone(self) -> AbstractContextManager[None]:
        """Keeps every other process out of `alone` and `among_others` until it ends."""
        return self._locked("LOCK_EX")

    def among_others(self) -> AbstractContextManager[None]:
        """Keeps every other process out of `alone` until it ends."""
        return self._locked("LOCK_SH")

    @contextmanager
    def _locked(self, how: str) -> Iterator[None]:
        if sys.platform == "win32":  # one process is all that serves there
            yield
            return
        import fcntl

        handle = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, getattr(fcntl, how))
            yield
        finally:
            with suppress(OSError):  # closing frees it, too, where it succeeds
                fcntl.flock(handle, fcntl.LOCK_UN)
            os.close(handle)

    def tidy(self) -> None:
        """Removes what was written aside by somebody who was killed, and notes how late it is."""
        for file in self.aside.iterdir():
            with suppress(OSError):
                if abs(self.now() - file.stat().st_mtime) > ABANDONED:
                    file.unlink()
        self.clock.note()


def raise_unless_missing(error: OSError) -> None:
    """Raises an error, unless it is that something is not there."""
    if not isinstance(error, FileNotFoundError):
        raise error


def make_folder(folder: Path) -> None:
    """Makes a folder with those above it, each on the disk before the next."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Waits until the names in a folder are on the disk, where the system can say so."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
