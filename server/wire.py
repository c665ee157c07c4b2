"""What travels: the field names of every JSON body, and arrays as safetensors. docs/wire.md explains them.

Numbers that JSON cannot say travel as the strings "NaN", "Infinity" and "-Infinity".
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json

from convoscope.engine.formats.safetensors import pack

Array = NDArray[Any]
JSON, SAFETENSORS, PROBLEM = "application/json", "application/vnd.safetensors", "application/problem+json"


class Wire(BaseModel):
    """A JSON body."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    def body(self) -> bytes:
        """The body as bytes."""
        return self.__pydantic_serializer__.to_json(self)


class NetworkSummary(Wire):
    id: str
    title: str
    input_shape: list[int]
    parameters: int
    shipped: bool


class NetworkList(Wire):
    networks: list[NetworkSummary]


class AxisView(Wire):
    size: int
    stride: int
    offset: int
    dilation: int
    every: int
    inverse: bool
    follows: int | None


class TableView(Wire):
    rows: list[list[int]]
    follows: int | None


class SlidingView(Wire):
    axes: list[AxisView | TableView]


class MapView(Wire):
    map: Literal["reshape", "gather"]


class ParamView(Wire):
    name: str
    shape: list[int]
    count: int
    learnt: bool


class NodeView(Wire):
    name: str
    kind: str
    inputs: list[str]
    shape: list[int]
    config: dict[str, Any]
    summary: str
    equation: str
    params: list[ParamView]
    parameters: int
    macs: int
    memory: int
    receptive_field: tuple[int, int] | None
    windows: list[SlidingView | MapView]
    range_group: str


class PreprocessingView(Wire):
    size: tuple[int, int]
    mean: list[float]
    std: list[float]
    scale: float
    channels: str
    crop: float
    place: tuple[float, float]
    preset: str
    presets: list[str]
    guessed: bool
    black: list[float]
    white: list[float]


class UnsupportedView(Wire):
    node: str
    operator: str
    why: str
    nearest: str


class WaitingView(Wire):
    node: str
    operator: str


class NetworkView(Wire):
    id: str
    title: str
    labels: list[str]
    preprocessing: PreprocessingView | None
    card: dict[str, Any] | None
    output: str
    logits: str
    input: str
    parameters: int
    macs: int
    memory: int
    nodes: list[NodeView]
    unsupported: list[UnsupportedView]
    waiting: list[WaitingView]
    notes: list[str]


class ImageView(Wire):
    id: str
    title: str
    width: int
    height: int
    label: str | None
    kind: Literal["photo", "drawn", "upload"]
    animated: bool


class ImageList(Wire):
    images: list[ImageView]


class CropView(Wire):
    x: int
    y: int
    width: int
    height: int


class HistogramView(Wire):
    edges: list[float]
    counts: list[int]


class NodeStats(Wire):
    name: str
    min: float
    max: float
    mean: float
    std: float
    zeros: float
    not_finite: int
    histogram: HistogramView


class FlowView(Wire):
    name: str
    maps: int
    dead: list[int]
    saturated: float | None


class StrengthView(Wire):
    name: str
    norm: float
    params: dict[str, float]
    verdict: Literal["", "fades", "explodes"]
    reason: str


class ParamsView(Wire):
    node: str
    params: list[NodeStats]


class RangesView(Wire):
    node: dict[str, float]
    group: dict[str, float]
    network: float


class ClassView(Wire):
    index: int
    label: str
    probability: float
    logit: float


class PredictionView(Wire):
    top: list[ClassView]
    probabilities: list[float]
    logits: list[float]


class TraceView(Wire):
    network: str
    image: str
    crop: CropView
    notes: list[str]
    nodes: list[NodeStats]
    flows: list[FlowView]
    ranges: RangesView
    prediction: PredictionView | None


class GradientsView(Wire):
    objective: str
    value: float
    nodes: list[NodeStats]
    strengths: list[StrengthView]
    ranges: RangesView


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


class ProgressView(Wire):
    share: float | None


class ContributorsView(Wire):
    node: str
    at: list[int]
    contributors: list[ContributorView]


class LimitView(Wire):
    name: str
    value: int
    unit: str
    what: str


class LimitList(Wire):
    limits: list[LimitView]


class ProblemView(Wire):
    type: str
    title: str
    status: int
    code: str
    detail: str
    limit: int | None = None
    value: int | None = None
    request_id: str

    def body(self) -> bytes:
        """The body as bytes; `limit` and `value` only where the problem has them."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)


class ArrayView(Wire):
    dtype: str
    shape: list[int]
    values: list[float]


class ArraysView(Wire):
    """Arrays as JSON, for small scripts: `numpy.array(values, float).reshape(shape)`."""

    metadata: dict[str, str]
    arrays: dict[str, ArrayView]


def safetensors(arrays: Mapping[str, Array], metadata: Mapping[str, str]) -> bytes:
    """The arrays as safetensors, bit for bit. Equal arrays make equal bytes."""
    assert len(metadata) <= 1, "the library writes several entries in any order"
    return pack(arrays, metadata)


def arrays_as_json(arrays: Mapping[str, Array], metadata: Mapping[str, str]) -> bytes:
    """The arrays as the JSON that `ArraysView` describes, without checking each number on the way."""
    found = {
        name: {"dtype": str(a.dtype), "shape": list(a.shape), "values": a.ravel().tolist()}
        for name, a in arrays.items()
    }
    return to_json({"metadata": dict(metadata), "arrays": found}, inf_nan_mode="strings")


def as_dtype(a: Array, dtype: Literal["float32", "float16"]) -> Array:
    """The array in the precision that was asked for; what float16 cannot hold becomes infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        return a.astype(dtype)


def cells(positions: Array, drop: int) -> list[list[int]]:
    """Rows of indices as lists, without the first `drop` axes."""
    found: list[list[int]] = positions[:, drop:].tolist()
    return found


def ints(values: Iterable[Any]) -> list[int]:
    """Plain integers."""
    return [int(v) for v in values]
