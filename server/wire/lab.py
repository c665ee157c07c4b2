"""What travels of what-if edits, gradient checks and training steps. docs/wire.md explains it."""

from typing import Literal

from convoscope.server.wire.base import Wire
from convoscope.server.wire.trace import NodeStats, RangesView


class ChangeView(Wire):
    """What the edits change of the classes; in the order of the classes."""

    logits: list[float]
    probabilities: list[float]


class DifferenceView(Wire):
    edit: str
    nodes: list[NodeStats]
    ranges: RangesView
    prediction: ChangeView | None


class NumberView(Wire):
    """step: a sensible change of the number, a power of ten."""

    address: str
    value: float
    shipped: float
    step: float


class KinkView(Wire):
    node: str
    kind: str
    source: str
    at: list[int]


class CurveView(Wire):
    """tangent: two points of the line through `at` whose slope is the analytic gradient."""

    values: list[float]
    objective: list[float]
    at: tuple[float, float]
    tangent: tuple[tuple[float, float], tuple[float, float]]


class CheckView(Wire):
    address: str
    objective: str
    analytic: float
    numeric: float
    relative_error: float
    step: float
    below: float
    above: float
    verdict: Literal["agrees", "kink", "differs"]
    kinks: list[KinkView]
    curve: CurveView


class ExampleView(Wire):
    """One picture of a batch. share: what it adds to the gradient, the 1/N included; 0 where none is asked for."""

    image: str
    label: int
    probability: float
    loss: float
    share: float


class BatchView(Wire):
    """value: the mean loss. gradient: d value / d the number at `address`, which the shares add up to."""

    network: str
    objective: str
    count: int
    value: float
    address: str
    gradient: float
    examples: list[ExampleView]


class TermView(Wire):
    symbol: str
    value: float


class FilterView(Wire):
    """The filter of the number: its values in C, H, W order, before the step, their gradient, and after the step."""

    shape: list[int]
    before: list[float]
    gradient: list[float]
    after: list[float]


class StepsView(Wire):
    """values: the objective at the start and after each of `count` steps. The step that would come next is told whole:

    next: the objective after it. predicted, actual: per step, that one included, the change of the objective.
    """

    objective: str
    optimizer: str
    rate: float
    count: int
    values: list[float]
    next: float
    predicted: list[float]
    actual: list[float]
    address: str
    terms: list[TermView]
    filter: FilterView | None
