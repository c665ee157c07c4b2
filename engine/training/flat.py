"""All parameters of a network as one vector, so that an optimizer's step is a handful of operations."""

import numpy as np

from convoscope.engine.network import Network, NetworkParams
from convoscope.engine.types import Array


class Flat:
    """vector: every parameter, in the order of the nodes. params: views of it, by node and name."""

    def __init__(self, network: Network) -> None:
        sizes = [(node, name, a.shape) for node, p in network.params.items() for name, a in p.items()]
        self.vector = np.zeros(sum(int(np.prod(s)) for _, _, s in sizes), network.dtype)
        self.params: dict[str, dict[str, Array]] = {}
        start = 0
        for node, name, shape in sizes:
            stop = start + int(np.prod(shape))
            self.params.setdefault(node, {})[name] = self.vector[start:stop].reshape(shape)
            start = stop

    def take(self, params: NetworkParams) -> None:
        """Copies values in, by node and name."""
        for node, group in self.params.items():
            for name, view in group.items():
                np.copyto(view, params[node][name])

    def copies(self) -> NetworkParams:
        """The values as arrays of their own."""
        return {node: {name: a.copy() for name, a in group.items()} for node, group in self.params.items()}
