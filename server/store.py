"""What the server remembers: everything by content, bounded by bytes, made once however many ask.

All of it may be forgotten at any time: a result is computed again, an upload is read from its store again (uploads.py).
"""

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Any, Generic, TypeVar, cast

from convoscope.server.patience import Left, go_on

V = TypeVar("V")


def content_id(*parts: bytes) -> str:
    """26 characters of a to z and 2 to 7 that stand for these bytes: 130 bits of their SHA-256."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return base64.b32encode(digest.digest()).decode().lower()[:26]


class Memory(Generic[V]):
    """Values by key, the least recently used forgotten first once they take more than `limit` bytes together."""

    def __init__(self, limit: int) -> None:
        self.limit, self.size = limit, 0
        self._kept: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> V | None:
        """The value, which now counts as just used; None when it is not here."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key: Hashable, value: V, size: int) -> None:
        """Keeps the value. One that is larger than the whole memory is not kept."""
        with self._lock:
            self.size -= self._kept.pop(key, (value, 0))[1]
            if size <= self.limit:
                self._kept[key] = value, size
                self.size += size
            while self.size > self.limit:
                self.size -= self._kept.popitem(last=False)[1][1]

    def __len__(self) -> int:
        return len(self._kept)


class Results:
    """What is computed from content. Callers that ask for the same key at the same time share one computation."""

    def __init__(self, limit: int) -> None:
        self.memory: Memory[Any] = Memory(limit)
        self._running: dict[Hashable, Future[Any]] = {}
        self._lock = Lock()
        self.computed = self.found = 0

    def get(self, key: Hashable, make: Callable[[], V], size: Callable[[V], int]) -> V:
        """The value of `key`, from memory, from whoever computes it just now, or from `make`.

        An exception of `make` reaches everybody who waits for it, and is not remembered.
        """
        with self._lock:
            kept = self.memory.get(key)
            if kept is not None:
                self.found += 1
                return cast(V, kept)
            theirs = self._running.get(key)
            self.found += theirs is not None
            if theirs is None:
                ours = self._running[key] = Future[Any]()
        if theirs is None:
            return self._compute(key, ours, make, size)
        try:
            return cast(V, theirs.result())
        except Left:  # they did, and we wait
            go_on()
            return self.get(key, make, size)

    def _compute(self, key: Hashable, ours: "Future[Any]", make: Callable[[], V], size: Callable[[V], int]) -> V:
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                del self._running[key]
            ours.set_exception(error)
            raise
        with self._lock:
            self.computed += 1
            self.memory.put(key, value, size(value))
            del self._running[key]
        ours.set_result(value)
        return value
