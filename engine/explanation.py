"""The arithmetic of one number: the operands it was made of and the steps that add up to it exactly.

`picture` says what kind of arithmetic it is, and so which picture draws it. What each kind promises:

    weighted_sum   operands[0] · operands[1] = products, term by term; a step per group of terms, then the bias
    reduce         one window of numbers and one number of them: the largest, the mean, a norm
    pointwise      one number in, one out: a curve with a point on it
    normalize      a number against the statistics of its neighbours
    combine        one number from each of several inputs
    copy           the same number at another place

Steps are computed in float64 from the stored operands. The stored value came from float32 arithmetic in another
order; where the two differ, a last step named `rounding` holds the difference, so the sum shown is exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from convoscope.engine.types import Array, Index

Picture = Literal["weighted_sum", "reduce", "pointwise", "normalize", "combine", "copy"]
PICTURES: tuple[Picture, ...] = ("weighted_sum", "reduce", "pointwise", "normalize", "combine", "copy")
ROUNDING = "rounding"


@dataclass(frozen=True)
class Step:
    """One line of the sum: what it contributes, and the running total after it."""

    label: str
    value: float
    total: float


@dataclass(frozen=True)
class Operand:
    """The numbers of one operand, and where they stand.

    name: as in the formula (x, w, dy). source: the node, parameter or gradient they were read from, filled in by
    the trace. values: the numbers. cells: per axis of the source, the positions read (their product is `values`
    up to shape), empty when the numbers stand nowhere (a local gradient that was computed). at: the positions
    one by one, (M, rank), when they are no product.
    """

    name: str
    values: Array
    cells: tuple[list[int], ...] = ()
    source: str = ""
    at: Array | None = None


@dataclass(frozen=True)
class Explanation:
    """One number, explained. `print()` reads as the sum it is; the last step's total equals `value`."""

    picture: Picture
    at: Index
    value: float
    formula: str
    numpy: str
    operands: tuple[Operand, ...]
    steps: tuple[Step, ...]
    products: Array | None = None
    node: str = ""
    of: Literal["activation", "gradient", "parameter"] = "activation"
    param: str = ""
    marks: Mapping[str, Index] = field(default_factory=dict)

    def placed(self, **where: Any) -> "Explanation":
        """The same explanation with the names that only the trace knows."""
        return replace(self, **where)

    @property
    def address(self) -> str:
        """`conv1@3,5,7`, the name of this number on the page, in links and in tests (batch axis left out)."""
        place = ",".join(map(str, self.at if self.of == "parameter" else self.at[1:] or self.at))
        dot = f".{self.param}" if self.param else ""
        return f"{'∂' if self.of != 'activation' else ''}{self.node}{dot}@{place}"

    def __str__(self) -> str:
        width = max((len(s.label) for s in self.steps), default=0)
        lines = [f"{self.address} = {self.value:.7g}", f"  {self.numpy}"]
        if self.picture == "weighted_sum":
            lines += [f"  {s.label:<{width}}  {s.value:+12.7g}   → {s.total:.7g}" for s in self.steps]
        else:
            lines += [f"  {s.label:<{width}}  {s.value:12.7g}" for s in self.steps]
        return "\n".join(lines)


def with_rounding(steps: Sequence[Step], value: float) -> tuple[Step, ...]:
    """The steps, closed by a `rounding` step when their total is not yet exactly `value`."""
    total = steps[-1].total if steps else 0.0
    if total == value or (np.isnan(total) and np.isnan(value)):
        return tuple(steps)
    return (*steps, Step(ROUNDING, value - total, value))


def running(labels: Sequence[str], values: Sequence[float], start: float = 0.0) -> list[Step]:
    """A step per value, with its running total from `start`."""
    totals = np.cumsum([start, *values], dtype=np.float64)[1:]
    return [Step(n, float(v), float(t)) for n, v, t in zip(labels, values, totals, strict=True)]


def weighted_sum(
    at: Index,
    value: float,
    left: Operand,
    right: Operand,
    labels: Sequence[str],
    *,
    bias: float | None = None,
    formula: str,
    numpy: str,
) -> Explanation:
    """value = Σ left · right (+ bias), with one step per entry of axis 0, named by `labels`."""
    products = np.asarray(left.values, np.float64) * np.asarray(right.values, np.float64)
    sums = products.reshape(len(products), -1).sum(axis=1)
    steps = running(labels, [float(s) for s in sums])
    if bias is not None:
        steps += running(["bias"], [float(bias)], steps[-1].total if steps else 0.0)
    return Explanation(
        "weighted_sum", at, float(value), formula, numpy, (left, right), with_rounding(steps, float(value)), products
    )
