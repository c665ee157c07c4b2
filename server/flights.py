"""What several processes on one machine answer is made by one of them, however many ask.

    folder/TAG      the SHA-256 of an answer, then the answer; locked while somebody makes it

Who needs an answer locks its file. Either somebody has made it meanwhile, or it is one's own turn to. A lock ends with
the process that holds it; what a killed one left behind has another SHA-256 and is made again. All of it is a cache:
where it cannot be read or written, everybody makes what is asked, as one process alone would.
"""

import hashlib
import os
from collections.abc import Callable, Hashable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, cast

from convoscope.server.store import Results, V

DIGEST = hashlib.sha256().digest_size
LOOKS = 64
"""The folder is measured each time so many answers were written to it."""


class Flights:
    """Answers that processes share by a folder. limit: bytes; the oldest go first."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        self.found = self.written = 0

    def get(self, tag: str, make: Callable[[], bytes]) -> bytes:
        """The answer, made by whoever asked first; exceptions of `make` are one's own."""
        try:
            file = self.locked(self.folder / hashlib.sha256(tag.encode()).hexdigest())
        except OSError:
            return make()
        with closing(file):
            data = whole(file)
            if data is not None:
                self.found += 1
                return data
            data = make()
            self.keep(file, data)
            return data

    def locked(self, place: Path) -> "Any":
        """The file, which nobody else has meanwhile."""
        import fcntl

        file = open(os.open(place, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)  # noqa: PTH123, SIM115
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            file.close()
            raise
        return file

    def keep(self, file: "Any", data: bytes) -> None:
        """Writes an answer, where there is room."""
        with suppress(OSError):
            file.seek(0)
            file.write(hashlib.sha256(data).digest() + data)
            file.truncate()
        self.written += 1
        if self.written % LOOKS == 0:
            self.tidy()

    def tidy(self) -> None:
        """Removes the oldest answers until half of the limit is free."""
        with suppress(OSError):
            files = sorted(
                (entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in os.scandir(self.folder)
            )
            total = sum(size for _, size, _ in files)
            if total > self.limit:
                for _, size, path in files:
                    Path(path).unlink(missing_ok=True)
                    total -= size
                    if total <= self.limit // 2:
                        return


def whole(file: "Any") -> bytes | None:
    """The answer in a file, None where it is not there as a whole."""
    with suppress(OSError):
        said = bytes(file.readall())
        if hashlib.sha256(said[DIGEST:]).digest() == said[:DIGEST]:
            return said[DIGEST:]
    return None


class SharedAnswers(Results):
    """Answers of one process, each fetched from the others' where one of them has made it."""

    def __init__(self, limit: int, flights: Flights) -> None:
        super().__init__(limit)
        self.flights = flights

    def get(self, key: Hashable, make: Callable[[], V], size: Callable[[V], int]) -> V:
        """The answer of `key`: from memory, from another process, or from `make`."""
        shared = cast(Callable[[], V], lambda: self.flights.get(str(key), cast(Callable[[], bytes], make)))
        return super().get(key, shared, size)


def answers_of(limit: int, folder: str) -> Results:
    """The answers of a process; folder: what it shares with others, empty where there are none."""
    return SharedAnswers(limit, Flights(Path(folder), limit)) if folder else Results(limit)
