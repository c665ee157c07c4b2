"""Traces and gradients: statistics and ranges of every layer, the prediction, what fades on the way."""

from typing import Literal

from convoscope.server.wire.base import Wire
from convoscope.server.wire.image import CropView


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
