"""The attributes of a node as Python values, the ones that no network has refused by name."""

from collections.abc import Callable, Mapping
from typing import Any

from convoscope.engine.errors import AttributeValueError, BadGraph
from convoscope.engine.formats.onnx_limits import OnnxLimits
from convoscope.engine.formats.onnx_proto import AttributeProto
from convoscope.engine.formats.onnx_tensors import array, count
from convoscope.engine.formats.protowire import text

PLAIN: Mapping[int, Callable[[AttributeProto], Any]] = {
    1: lambda a: a.f or 0.0,
    2: lambda a: a.i or 0,
    3: lambda a: text(a.s) if a.s else "",
    4: lambda a: None if a.t is None else array(a.t),
    6: lambda a: tuple(a.floats),
    7: lambda a: tuple(a.ints),
    8: lambda a: tuple(text(s) for s in a.strings),
}
"""How the value of each type of attribute is read; other types are refused."""

REFUSED = {5: "a subgraph", 9: "a list of arrays", 10: "subgraphs", 11: "a sparse array", 12: "sparse arrays"}
SUBGRAPHS = (5, 10)
GUESSES = (("g", 5), ("t", 4), ("s", 3), ("f", 1), ("i", 2), ("ints", 7), ("floats", 6), ("strings", 8), ("graphs", 10))

WINDOWS = {
    "kernel_shape": 1,
    "strides": 1,
    "dilations": 1,
    "pads": None,
    "paddings": None,
    "output_padding": 0,
    "output_shape": 0,
    "group": 1,
    "num_groups": 1,
    "blocksize": 1,
    "size": 1,
    "repeats": 0,
    "axis": None,
    "num_outputs": 1,
}
"""Attributes that count cells, with the least value they can have; none can be larger than an axis."""


def kind(attribute: AttributeProto) -> int:
    """The type of an attribute; files before IR version 2 leave it out."""
    if attribute.type:
        return attribute.type
    return next((number for name, number in GUESSES if getattr(attribute, name) not in (None, ())), 0)


def inspect(attribute: AttributeProto, title: str, limits: OnnxLimits) -> int:
    """Refuses what no network of ours has; how many numbers its array holds. Python integers only."""
    said, number = f"{title}: attribute {attribute.name[:80]!r}", kind(attribute)
    if number in SUBGRAPHS:
        raise BadGraph(f"{said} holds a subgraph (If, Loop, Scan); a network is read as one graph without branches.")
    if number not in PLAIN and not attribute.ref_attr_name:
        raise BadGraph(f"{said} holds {REFUSED.get(number, f'type {number}')}, which is not read.")
    if attribute.name in WINDOWS:
        _bounded(attribute, said, limits)
    return 0 if number != 4 or attribute.t is None else count(attribute.t, f" of {title}", limits)


def _bounded(attribute: AttributeProto, said: str, limits: OnnxLimits) -> None:
    values = [*attribute.ints, *([attribute.i] if attribute.i is not None else [])]
    least = WINDOWS[attribute.name]
    low = -limits.dim if least is None else least
    wrong = [v for v in values if not low <= v <= limits.dim]
    if wrong:
        raise AttributeValueError(f"{said} is {wrong[0]}; it must lie between {low} and {limits.dim}.")


def value(attribute: AttributeProto) -> Any:
    """The Python value: int, float, str, tuple of them, or an array. Only for what `inspect` let through."""
    return PLAIN[kind(attribute)](attribute)
