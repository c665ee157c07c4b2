"""Networks: their list, their layers and windows, how pixels become their numbers."""

from typing import Any, Literal

from convoscope.server.wire.base import Wire


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
