"""The arithmetic of one number: its operands and steps, who reads it, what adds most to it."""

from typing import Literal

from convoscope.server.wire.base import Wire


class OperandView(Wire):
    name: str
    source: str
    shape: list[int]
    values: list[float]
    cells: list[list[int]]
    at: list[list[int]] | None


class StepView(Wire):
    label: str
    value: float
    total: float


class ReaderView(Wire):
    node: str
    kind: str
    count: int
    example: list[int]


class ExplanationView(Wire):
    node: str
    at: list[int]
    address: str
    of: Literal["activation", "gradient", "parameter"]
    param: str
    picture: str
    kind: str
    value: float
    mathml: str
    numpy: str
    operands: list[OperandView]
    products: list[float] | None
    product_totals: list[float] | None
    steps: list[StepView]
    marks: dict[str, list[int]]
    readers: list[ReaderView]


class ContributorView(Wire):
    node: str
    at: list[int]
    value: float
    weight: float
    product: float
    share: float


class ContributorsView(Wire):
    node: str
    at: list[int]
    contributors: list[ContributorView]
