"""Uploads that last: what somebody sent, by an id that only those can know whom its owner tells.

    blobs/ab/abcd…                 the bytes; the name is their SHA-256, checked whenever they are read
    refs/NAME                      whose they are, which blob, and what is known about it: the truth
    students/STUDENT/SIZE-NAME     what a student has: an index, made again from refs/ when it is gone
    secret                         what cookies, ids and the room's key are signed with

NAME is the SHA-256 of an upload's kind and id, STUDENT that of a student: nothing that anybody sent is part of a path.
An upload is kept once all three files are. Over a student's share the student's own least recently used upload goes;
what has not been used for long goes, too; bytes that nobody refers to go last.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from secrets import token_bytes
from threading import Lock as ThreadLock
from typing import Any, NamedTuple

from convoscope.server.blobs import Files
from convoscope.server.errors import Problem
from convoscope.server.limits import Limits

RECOUNT = 30
"""Seconds after which the store is measured anew: other processes write to it, too."""
NOTED = 3600
"""Use is noted once in so many seconds."""


class Kept(NamedTuple):
    """An upload: what is known about it, and its bytes."""

    about: Mapping[str, Any]
    data: bytes


class Uploads:
    """One per process; many processes may share the files."""

    def __init__(self, files: Files, limits: Limits) -> None:
        self.files, self.limits = files, limits
        self._lock, self._size, self._counted = ThreadLock(), 0, 0.0

    def missing(self) -> str:
        """What is needed before another upload can be kept, nothing when all is there."""
        free = self.files.free()
        if free is not None and free < self.limits.disk_free:
            return "room on the disk"
        return "" if self.files.can_write() else "store that can be written"

    def secret(self) -> bytes:
        """32 bytes that whoever shares the store shares."""
        self.files.create("secret", token_bytes(32))
        found = self.files.read("secret")
        if found is None or len(found) != 32:
            raise SystemExit("The store's file `secret` is damaged. Delete it: rooms get new keys, uploads new ids.")
        return found

    def keep(self, kind: str, id: str, student: str, about: Mapping[str, Any], data: bytes) -> None:
        """Keeps an upload; it lasts once this returns. Raises Problem where there is no room for it."""
        content = hashlib.sha256(data).hexdigest()
        ref = {"kind": kind, "id": id, "student": student, "blob": content, "size": len(data), "about": dict(about)}
        try:
            self._make_room(len(data))
            with self.files.among_others():
                self._keep_blob(content, data)
                self.files.create(marker(ref), b"")
                self._keep_ref(place(kind, id), sealed(ref))
            self._bound(student)
        except OSError as error:
            raise Problem("store_full", "The server cannot keep another upload at the moment.") from error

    def find(self, kind: str, id: str) -> Kept | None:
        """The upload of this id; None when there is none. Raises Problem when its bytes are not what was sent."""
        try:
            return self._found(place(kind, id))
        except OSError as error:
            problem = Problem("busy", "The store of uploads cannot be read at the moment. Ask again in a second.")
            problem.headers = {"Retry-After": "1"}
            raise problem from error

    def _found(self, name: str) -> Kept | None:
        said = self.files.read(name)
        if said is None:
            return None
        ref = opened(said)
        data = self.files.read(blob(ref["blob"])) if ref else None
        if ref is None or data is None or hashlib.sha256(data).hexdigest() != ref["blob"]:
            raise Problem("blob_corrupt", "The upload is damaged on the server's disk. Send it again.")
        self.files.use(name, once_in=NOTED)
        return Kept(ref["about"], data)

    def use(self, kind: str, id: str) -> None:
        """Notes that an upload was used that was in memory: it is not the least recently used one."""
        with suppress(OSError):
            self.files.use(place(kind, id), once_in=NOTED)

    def of(self, student: str) -> list[tuple[str, int]]:
        """What a student has: refs and bytes."""
        found = (name.rpartition("/")[2].partition("-") for name in self.files.names(f"students/{digest(student)}"))
        return [(f"refs/{rest}", int(size)) for size, _, rest in found]

    def sweep(self) -> None:
        """Forgets what has not been used for `upload_days`, and bytes that nobody refers to; mends the index."""
        with self.files.alone():
            now = self.files.now()
            old = now - self.limits.upload_days * 86_400
            refs = self._refs()
            for ref in list(refs):
                if self.files.used(place(ref["kind"], ref["id"])) < old:
                    self._forget(ref)
                    refs.remove(ref)
            wanted, indexed = {marker(ref) for ref in refs}, set(self.files.names("students"))
            for name in wanted - indexed:
                self.files.create(name, b"")
            for name in indexed - wanted:
                self.files.remove(name)
            used = {blob(ref["blob"]) for ref in refs}
            for name in self.files.names("blobs"):
                if name not in used and now - self.files.used(name) >= self.files.unwanted_seconds:
                    self.files.remove(name)
            self.files.tidy()
        self._counted = 0.0

    @property
    def size(self) -> int:
        """Bytes of all uploads together, measured at most so long ago as RECOUNT says."""
        with self._lock:
            if time.monotonic() - self._counted > RECOUNT or not self._counted:
                self._size = sum(self.files.size(name) for name in self.files.names("blobs"))
                self._counted = time.monotonic()
            return self._size

    def _refs(self) -> list[dict[str, Any]]:
        found = (self.files.read(name) for name in self.files.names("refs"))
        return [ref for said in found if said and (ref := opened(said))]

    def _keep_blob(self, content: str, data: bytes) -> None:
        name = blob(content)
        is_new = self.files.content(name, data)
        with self._lock:
            self._size += len(data) * is_new
        if hashlib.sha256(self.files.read(name) or b"").hexdigest() != content:
            self.files.replace(name, data)

    def _keep_ref(self, name: str, said: bytes) -> None:
        is_new = self.files.create(name, said)
        if opened(self.files.read(name) or b"") is None:
            self.files.replace(name, said)
        elif not is_new:
            self.files.use(name)

    def _make_room(self, size: int) -> None:
        """Raises Problem where the store or the disk has no room for so many bytes, even after a sweep."""
        if size > self.limits.student_bytes:
            most = self.limits.student_bytes
            raise Problem("store_full", f"One person's uploads may take {most} bytes.", limit=most, value=size)
        if self.size + size > self.limits.store_bytes:
            self.sweep()
        if self.size + size > self.limits.store_bytes:
            most = self.limits.store_bytes
            raise Problem("store_full", f"The server keeps at most {most} bytes of uploads, and has them.", limit=most)
        free = self.files.free()
        if free is not None and free - size < self.limits.disk_free:
            raise Problem("store_full", "The server's disk is nearly full.", limit=self.limits.disk_free)

    def _bound(self, student: str) -> None:
        """Forgets the student's least recently used uploads until the rest is within the student's share."""
        found = self.of(student)
        total = sum(size for _, size in found)
        if total <= self.limits.student_bytes:
            return
        for name, size in sorted(found, key=lambda each: self.files.used(each[0])):
            if total <= self.limits.student_bytes:
                return
            ref = opened(self.files.read(name) or b"")
            if ref is not None:
                self._forget(ref)
            total -= size

    def _forget(self, ref: Mapping[str, Any]) -> None:
        self.files.remove(place(ref["kind"], ref["id"]))
        self.files.remove(marker(ref))


def sealed(ref: Mapping[str, Any]) -> bytes:
    """A ref as it is kept: JSON, and a line with its SHA-256."""
    said = json.dumps(ref).encode()
    return said + b"\n" + hashlib.sha256(said).hexdigest().encode()


def opened(said: bytes) -> dict[str, Any] | None:
    """The ref that was sealed, None when a byte of it is another one."""
    text, _, seal = said.partition(b"\n")
    if hashlib.sha256(text).hexdigest().encode() != seal:
        return None
    found: dict[str, Any] = json.loads(text)
    return found


def blob(content: str) -> str:
    """The name of the bytes with this SHA-256."""
    return f"blobs/{content[:2]}/{content}"


def marker(ref: Mapping[str, Any]) -> str:
    """The name in the index."""
    _, _, name = place(ref["kind"], ref["id"]).partition("/")
    return f"students/{digest(ref['student'])}/{ref['size']}-{name}"


def place(kind: str, id: str) -> str:
    """The name of the ref of an upload."""
    return f"refs/{digest(kind, id)}"


def digest(*words: str) -> str:
    """The SHA-256 of words that somebody sent: what stands for them in names."""
    return hashlib.sha256("\0".join(words).encode()).hexdigest()
