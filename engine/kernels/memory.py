"""Memory for plans: aligned, carved from one piece, and lent out until nobody looks at it any more."""

import threading
from collections.abc import Callable, Iterable, Mapping
from sys import getrefcount
from typing import Generic, Protocol, TypeVar

import numpy as np

from convoscope.engine.types import Array

ALIGNMENT = 64
"""Bytes: a cache line, and the widest vector there is."""
BLOCK = 1 << 17
"""Bytes that working memory grows by; larger pieces lie alone."""


def aligned(count: int, dtype: np.dtype[np.floating]) -> Array:
    """`count` zeros that start at a multiple of ALIGNMENT: the same code then adds in the same order everywhere."""
    spare = ALIGNMENT // dtype.itemsize
    memory = np.zeros(count + spare, dtype)
    skip = -(memory.ctypes.data // dtype.itemsize) % spare
    return memory[skip : skip + count]


def rounded(count: int, dtype: np.dtype[np.floating]) -> int:
    """The next count of numbers that fills whole cache lines."""
    step = ALIGNMENT // dtype.itemsize
    return -(-count // step) * step


def apart(pitch: int, dtype: np.dtype[np.floating]) -> int:
    """A pitch of rows that does not put them all into the same few lines of the first cache."""
    return pitch + ALIGNMENT // dtype.itemsize if pitch * dtype.itemsize % 2048 == 0 else pitch


class Arena:
    """One piece of memory, handed out from front to back."""

    def __init__(self, counts: Iterable[int], dtype: np.dtype[np.floating]) -> None:
        self.dtype, self.used = dtype, 0
        self.memory = aligned(sum(rounded(c, dtype) for c in counts), dtype)

    def take(self, count: int) -> Array:
        """The next `count` zeros, aligned."""
        start, self.used = self.used, self.used + rounded(count, self.dtype)
        return self.memory[start : start + count]


class Places:
    """Where arrays lie in one piece of memory, so that all of them are copied at once, into one piece again."""

    def __init__(self, memory: Array, arrays: Mapping[str, Array]) -> None:
        self.memory, start = memory, memory.ctypes.data
        self.places = [(name, a.shape, a.ctypes.data - start, a.strides) for name, a in arrays.items()]

    def copies(self) -> dict[str, Array]:
        """The same numbers in memory of their own, in the same order there; nothing can be written through them."""
        copy = self.memory.copy()
        copy.flags.writeable = False
        return {
            name: np.ndarray(shape, copy.dtype, copy.data, offset, strides)
            for name, shape, offset, strides in self.places
        }


class Scratch:
    """Working memory that the kernels of one frame share: nothing in it outlives the call that wrote it.

    What several calls need lies in it, too, but is its owner's alone. Small pieces lie together in blocks, so that a
    frame that is forgotten leaves a few large gaps and not dozens of small ones.
    """

    def __init__(self, dtype: np.dtype[np.floating]) -> None:
        self.dtype, self.bytes = dtype, 0
        """bytes: what has been taken by now."""
        self._pieces: dict[tuple[str, tuple[int, ...]], Array] = {}
        self._left = aligned(0, dtype)
        """What nobody has of the last block."""

    def take(self, name: str, *shape: int) -> Array:
        """Zeros at first; the same array for everybody who asks for this name and shape. Rows start aligned."""
        if (name, shape) not in self._pieces:
            self._pieces[name, shape] = self.own(*shape)
        return self._pieces[name, shape]

    def own(self, *shape: int) -> Array:
        """Zeros at first, for the caller alone. Rows start aligned."""
        *outer, inner = shape
        pitch = apart(rounded(inner, self.dtype), self.dtype)
        return self._zeros(int(np.prod(outer, dtype=int)) * pitch).reshape(*outer, pitch)[..., :inner]

    def flat(self, name: str, *shape: int, dtype: type[np.generic] | None = None) -> Array:
        """The same without gaps between rows, for arrays that are walked as one run. dtype: another than the plan's."""
        key = (f"{name}, flat", shape)
        if key not in self._pieces:
            self._pieces[key] = self._zeros(int(np.prod(shape, dtype=int)), dtype).reshape(shape)
        return self._pieces[key]

    def _zeros(self, count: int, dtype: type[np.generic] | None = None) -> Array:
        """`count` zeros, aligned, from the last block or from a new one."""
        kind = self.dtype if dtype is None else np.dtype(dtype)
        room = rounded(-(-count * kind.itemsize // self.dtype.itemsize), self.dtype)
        if room * self.dtype.itemsize >= BLOCK:
            piece = aligned(room, self.dtype)
        else:
            if room > len(self._left):
                self._left = aligned(BLOCK // self.dtype.itemsize, self.dtype)
            piece, self._left = self._left[:room], self._left[room:]
        self.bytes += piece.nbytes
        return piece.view(kind)[:count]


class Watch:
    """Knows whether anybody outside still holds one of these arrays, or a view of one, or a view of that.

    A view keeps the array alive that it is a view of; so as long as one is held, one of the counts is higher than it
    was when nobody had been given anything. That needs arrays whose views hold on to them and not to what they are
    views of themselves, as those are that `as_strided` makes.
    mine: the mappings that hold the arrays for good. It is made before anybody else holds any.
    """

    def __init__(self, *mine: Mapping[str, Array]) -> None:
        self.arrays = tuple(a for arrays in mine for a in arrays.values())
        assert not any(isinstance(a.base, np.ndarray) for a in self.arrays)
        self.rest = self._count()

    def _count(self) -> int:
        return sum(map(getrefcount, self.arrays))

    def idle(self) -> bool:
        """Whether all of it may be written over."""
        return self._count() <= self.rest


class Lendable(Protocol):
    """What a pool can lend: it can tell when nobody holds what it gave away."""

    watch: Watch


T = TypeVar("T", bound=Lendable)


class Pool(Generic[T]):
    """Things that are used again and again. The first one lends its arrays, and works again when nobody holds them.

    The others only work while it cannot: what they make is copied, which takes a fraction of the time that making
    another one to lend takes. At most `keep` of them wait.
    """

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self._lock, self._lender, self._workers, self._running = threading.Lock(), list[T](), list[T](), set[int]()

    def take(self, make: Callable[[], T]) -> tuple[T, bool]:
        """One that is idle, or a new one, the caller's alone until `done`; and whether its arrays may be given away."""
        with self._lock:
            for item in self._lender + self._workers:
                if id(item) not in self._running and item.watch.idle():
                    self._running.add(id(item))
                    return item, item in self._lender
        made = make()
        with self._lock:
            lends = not self._lender
            if lends:
                self._lender.append(made)
            elif len(self._workers) < self.keep:
                self._workers.append(made)
            self._running.add(id(made))
        return made, lends

    def done(self, item: T) -> None:
        """Says that arrays of `item` have been given away, or never will be: from now on the counts tell."""
        with self._lock:
            self._running.discard(id(item))
