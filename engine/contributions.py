"""Which of the numbers that a cell read weigh most in it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from convoscope.engine.types import Index

if TYPE_CHECKING:
    from convoscope.engine.trace import Trace


@dataclass(frozen=True)
class Contribution:
    """One input cell's part in an output: value · weight, where weight = ∂y/∂x at this trace."""

    source: str
    at: Index
    value: float
    weight: float

    @property
    def product(self) -> float:
        """What the cell adds to the output, exactly so where the layer is linear."""
        return self.value * self.weight


def contributors(trace: "Trace", node: str, at: Index, k: int) -> list[Contribution]:
    """The k cells among the node's inputs with the largest |x · ∂y/∂x|, the largest first.

    Equation   for a weighted sum the products are its terms; elsewhere they are the first-order share of each cell
    """
    place = trace.network.node(node)
    xs, y = trace.arguments(place), trace.activations[node]
    onehot = np.zeros_like(y)
    onehot[at] = 1
    slopes, _ = place.layer.backward(trace.network.params_of(node), xs, y, trace.saved[node], onehot)
    found = []
    for source, x, slope in zip(place.inputs, xs, slopes, strict=True):
        weights = np.abs(x * slope).ravel()
        for flat in np.argsort(-weights, kind="stable")[:k]:
            cell = tuple(int(i) for i in np.unravel_index(int(flat), x.shape))
            if weights[flat] > 0:
                found.append(Contribution(source, cell, float(x[cell]), float(slope[cell])))
    return sorted(found, key=lambda c: -abs(c.product))[:k]
