"""How far a trace is that is being computed: everybody who waits for it may ask, and hears the same.

A share of the work, not of the time: the products of each node's layer, its numbers, and what is found out about them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod

from convoscope.engine import Network

MADE, PRODUCT, MEASURED = 5.0, 0.02, 18.0
"""What a number costs to make, for each product in it, and each of the two times it is measured: about nanoseconds."""

Key = tuple[str, ...]
"""The content ids of the network and of the picture, and for a backward pass its objective."""


class Progress:
    """Of one trace: which nodes are made, and which are measured."""

    def __init__(self, network: Network) -> None:
        sizes = {name: float(prod(shape)) for name, shape in network.shapes.items()}
        self._made = {
            n.name: MADE * sizes[n.name] + PRODUCT * n.layer.macs(*(network.shapes[i] for i in n.inputs))
            for n in network.nodes
        }
        self._measured = {name: MEASURED * size for name, size in sizes.items()}
        self._all = sum(self._made.values()) + 2 * sum(self._measured.values())
        self._done = 0.0

    @property
    def share(self) -> float:
        """What is done of all, from 0 to 1."""
        return min(1.0, self._done / self._all)

    def made(self, name: str) -> None:
        """The activation of this node is there."""
        self._done += self._made[name]

    def all_made(self) -> None:
        """Those of all nodes are, as the gradients of a backward pass, which come together."""
        self._done += sum(self._made.values())

    def measured(self, name: str) -> None:
        """So are its statistics, and later its range."""
        self._done += self._measured[name]


class Running:
    """The traces that are being computed just now."""

    def __init__(self) -> None:
        self._of: dict[Key, Progress] = {}

    @contextmanager
    def of(self, key: Key, network: Network) -> Iterator[Progress]:
        """The progress of this trace, which somebody computes until the end of this block."""
        if key in self._of:
            yield self._of[key]
            return
        self._of[key] = Progress(network)
        try:
            yield self._of[key]
        finally:
            self._of.pop(key, None)

    def share(self, key: Key) -> float | None:
        """How far the trace is, None where nobody computes it."""
        found = self._of.get(key)
        return None if found is None else found.share
