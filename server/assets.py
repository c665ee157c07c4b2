"""The files of static/, from memory: looked up by name, never joined to a path, zipped once.

Under `/static/` a browser asks each time whether a file is still the same. Under `/static/~VERSION/`, where VERSION
stands for the content of all files together, it may keep what it has; relative imports stay inside the prefix.
"""

import gzip
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webmanifest": "application/manifest+json",
}
"""What is served, by ending; other files of the folder are not."""
ZIPPED = (".js", ".css", ".svg")


class Asset(NamedTuple):
    """A file. zipped: its bytes in gzip, None where that does not pay. stamp: when and how large it was when read."""

    body: bytes
    zipped: bytes | None
    media: str
    tag: str
    stamp: tuple[int, int]


class Assets:
    """The files of a folder. A file that changes on disk is read again, so that an editor and a reload suffice."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, Asset] = {}

    def refresh(self) -> None:
        """Reads what is new or has changed, and forgets what is gone."""
        found: dict[str, Asset] = {}
        for file in sorted(self.folder.rglob("*")):
            if file.suffix in TYPES and file.is_file():
                name = file.relative_to(self.folder).as_posix()
                found[name] = current(file, self._files.get(name))
        self._files = found

    def get(self, name: str) -> Asset | None:
        """The file of this name, as it is on disk now."""
        if name not in self._files:
            self.refresh()
        known = self._files.get(name)
        if known is None:
            return None
        try:
            self._files[name] = current(self.folder / name, known)
        except FileNotFoundError:
            return None
        return self._files[name]

    @property
    def version(self) -> str:
        """What stands for all files together."""
        self.refresh()
        return hashlib.sha256("".join(a.tag for a in self._files.values()).encode()).hexdigest()[:16]

    def url(self, name: str) -> str:
        """The address under which a browser may keep the file."""
        return f"/static/~{self.version}/{name}"

    def modules(self) -> Iterable[str]:
        """The names of all JavaScript modules, to be fetched before the first one asks for them."""
        self.refresh()
        return [name for name in self._files if name.endswith(".js")]


def current(file: Path, known: Asset | None) -> Asset:
    """The file as it is now, from memory when it has not changed."""
    status = os.stat(file)  # noqa: PTH116 -- a tenth of the time of Path.stat, for each file of each page
    stamp = status.st_mtime_ns, status.st_size
    if known is not None and known.stamp == stamp:
        return known
    body = file.read_bytes()
    zipped = gzip.compress(body, mtime=0) if file.suffix in ZIPPED else body
    tag = hashlib.sha256(body).hexdigest()[:26]
    return Asset(body, zipped if len(zipped) < len(body) else None, TYPES[file.suffix], tag, stamp)
