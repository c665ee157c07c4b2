"""The files of static/, from memory: looked up by name, never joined to a path, zipped once.

Under `/static/` a browser asks each time whether a file is still the same. Under `/static/~VERSION/`, where VERSION
stands for the content of all files together, it may keep what it has; relative imports stay inside the prefix.
`x.pack.js` is the module x.js with all that it imports, in one file (pack.py); `x.pack.css` is that of a style sheet.
"""

import gzip
import hashlib
import json
import os
import posixpath
from pathlib import Path
from typing import NamedTuple

from convoscope.server.pack import Unpackable, packed, sheet

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".map": "application/json",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webmanifest": "application/manifest+json",
}
"""What is served, by ending; other files of the folder are not."""
ZIPPED = (".js", ".map", ".css", ".svg")
PACK, MAP, SHEETS = ".pack.js", ".pack.js.map", ".pack.css"


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
        self._packs: dict[tuple[str, str], Asset] = {}

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
        if name.endswith((PACK, MAP)):
            return self._pack(name)
        if name.endswith(SHEETS):
            return self._sheet(name)
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
        """What stands for all files together, as they were last looked at."""
        return hashlib.sha256("".join(a.tag for a in self._files.values()).encode()).hexdigest()[:16]

    def url(self, name: str) -> str:
        """The address under which a browser may keep the file."""
        self.refresh()
        return f"/static/~{self.version}/{name}"

    def _pack(self, name: str) -> Asset | None:
        """A module with all that it imports, or the source map of that; made once for each version."""
        self.refresh()
        key, entry = self.version, name.removesuffix(".map").removesuffix(PACK) + ".js"
        if entry not in self._files:
            return None
        if (key, name) not in self._packs:
            self._packs = {k: v for k, v in self._packs.items() if k[0] == key}
            try:
                file, table = packed(entry, self._text, posixpath.basename(entry).removesuffix(".js") + MAP)
            except Unpackable as wrong:  # whoever wrote it reads why in the browser's console
                file, table = f"throw new Error({json.dumps(str(wrong))});\n", "{}"
            for suffix, text in ((PACK, file), (MAP, table)):
                self._packs[key, entry.removesuffix(".js") + suffix] = asset(text.encode(), suffix, (0, 0))
        return self._packs[key, name]

    def _sheet(self, name: str) -> Asset | None:
        """A style sheet with all that it imports; made once for each version."""
        self.refresh()
        key, entry = self.version, name.removesuffix(SHEETS) + ".css"
        if entry not in self._files:
            return None
        if (key, name) not in self._packs:
            self._packs[key, name] = asset(sheet(entry, self._text).encode(), ".css", (0, 0))
        return self._packs[key, name]

    def _text(self, name: str) -> str | None:
        known = self._files.get(name)
        return None if known is None else known.body.decode()


def current(file: Path, known: Asset | None) -> Asset:
    """The file as it is now, from memory when it has not changed."""
    status = os.stat(file)  # noqa: PTH116 -- a tenth of the time of Path.stat, for each file of each page
    stamp = status.st_mtime_ns, status.st_size
    if known is not None and known.stamp == stamp:
        return known
    return asset(file.read_bytes(), file.suffix, stamp)


def asset(body: bytes, suffix: str, stamp: tuple[int, int]) -> Asset:
    """A body as it is kept, zipped where that pays."""
    ending = suffix.rpartition(".")[2]
    zipped = gzip.compress(body, mtime=0) if f".{ending}" in ZIPPED else body
    tag = hashlib.sha256(body).hexdigest()[:26]
    return Asset(body, zipped if len(zipped) < len(body) else None, TYPES[f".{ending}"], tag, stamp)
