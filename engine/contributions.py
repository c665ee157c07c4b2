"""Which of the numbers that a cell read weigh most in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from convoscope.engine.explanation import Explanation
from convoscope.engine.types import Array, Index

if TYPE_CHECKING:
    from convoscope.engine.trace import Trace


@dataclass(frozen=True)
class Contribution:
    """One input cell's part in an output: value · weight, where weight = ∂y/∂x at this trace.

    share: |value · weight| of the sum of all of them, over every cell that was read; 0 … 1.
    """

    source: str
    at: Index
    value: float
    weight: float
    share: float

    @property
    def product(self) -> float:
        """What the cell adds to the output, exactly so where the layer is linear."""
        return self.value * self.weight


def contributors(trace: "Trace", node: str, at: Index, k: int) -> list[Contribution]:
    """The k cells among the node's inputs with the largest |x · ∂y/∂x|, the largest first.

    Equation   for a weighted sum the products are its terms; elsewhere they are the first-order share of each cell
    """
    e = trace.explain(node, at)
    by_weights = e.picture == "weighted_sum" and e.operands[1].source not in trace.activations
    read = list(terms(e) if by_weights else slopes(trace, node, at))
    products = np.array([value * weight for _, _, value, weight in read], np.float64)
    whole = np.nansum(np.abs(products))
    heaviest = [int(i) for i in np.argsort(-np.abs(products), kind="stable")[:k] if products[i]]
    return [Contribution(*read[i], share=float(abs(products[i]) / whole)) for i in heaviest]


def terms(e: Explanation) -> Iterator[tuple[str, Index, float, float]]:
    """Source, cell, value and weight of every product of a weighted sum; what is read of the padding is 0 · w."""
    x, w = e.operands[:2]
    cells = [tuple(map(int, c)) for c in x.at] if x.at is not None else product(*x.cells)
    for cell, value, weight in zip(cells, np.ravel(x.values), np.ravel(w.values), strict=True):
        yield x.source, cell, float(value), float(weight)


def slopes(trace: "Trace", node: str, at: Index) -> Iterator[tuple[str, Index, float, float]]:
    """Source, cell, value and ∂y/∂x of every cell that ∂y/∂x is not 0 for."""
    if any(i.name == node for i in trace.network.inputs):
        return
    place = trace.network.node(node)
    xs, y = trace.arguments(place), trace.activations[node]
    onehot: Array = np.zeros_like(y)
    onehot[at] = 1
    found, _ = place.layer.backward(trace.network.params_of(node), xs, y, trace.saved[node], onehot)
    for source, x, slope in zip(place.inputs, xs, found, strict=True):
        for cell in zip(*np.nonzero(slope), strict=True):
            yield source, tuple(int(i) for i in cell), float(x[cell]), float(slope[cell])
