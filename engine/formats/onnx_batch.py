"""Freeing the batch: sizes that exporters wrote down for one batch, said so that they hold for any.

And the checks that examples stay apart when a file fixes its batch and we free it: the batch stays the first axis, and
no layer reads across it. Where one fails, the file's own batch is kept.
"""

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.formats.onnx_arithmetic import target
from convoscope.engine.formats.onnx_nodes import Step
from convoscope.engine.formats.onnx_values import Batch, BatchBound, Flow, Known, Value
from convoscope.engine.geometry import AnyWindow, Axis, Window
from convoscope.engine.layer import Layer
from convoscope.engine.types import Array, Shape

RESHAPING = ("reshape", "flatten", "squeeze", "unsqueeze")
"""Layers that may merge the batch with axes behind it, each example's numbers staying together."""


Said = tuple[dict[int, Array], dict[str, object]]
"""Inputs that are known, by position, and attributes to add."""


def constants(step: Step, values: Sequence[Value | None], batch: Batch) -> Said:
    """The inputs that are known and hold for any batch, by position; and attributes that say what they left out."""
    known = {k: v for k, v in enumerate(values) if isinstance(v, Known)}
    x = values[0] if values else None
    if batch.free and isinstance(x, Flow) and step.op == "Reshape" and 1 in known:
        return {1: np.array(reshaped(step, x, known[1], batch), np.int64)}, {}
    if batch.free and isinstance(x, Flow) and step.op == "Resize" and 3 in known:
        return resized(step, x, known, batch)
    return {k: bound(step, k, v) for k, v in known.items()}, {}


def bound(step: Step, position: int, value: Known) -> Array:
    """The numbers, when they are the same for every batch."""
    if not value.constant:
        raise BatchBound(f"{step.title} needs the batch size as a number, in {step.inputs[position]!r}.")
    return value.low


def reshaped(step: Step, x: Flow, wanted: Known, batch: Batch) -> tuple[int, ...]:
    """The shape that Reshape asks for, with −1 where the batch goes."""
    zero = bool(step.attributes.get("allowzero"))
    if wanted.constant and (not x.batched or not batch.freed):
        return tuple(int(d) for d in wanted.low)
    if wanted.constant:
        out = target(batch.at_said(x.shapes), [int(d) for d in wanted.low], zero)
        if not out or out[0] % (batch.said or 1):
            raise BatchBound(f"{step.title} takes the examples apart: its first axis is {out[:1]}.")
        return -1, *out[1:]
    low, high = (target(s, [int(d) for d in w], zero) for s, w in zip(x.shapes, (wanted.low, wanted.high), strict=True))
    if len(low) != len(high) or sum(a != b for a, b in zip(low, high, strict=True)) != 1:
        raise BatchBound(f"{step.title} has the batch size in more than one axis.")
    return tuple(a if a == b else -1 for a, b in zip(low, high, strict=True))


def resized(step: Step, x: Flow, known: Mapping[int, Known], batch: Batch) -> Said:
    """The sizes of Resize without those axes that keep their size, the batch among them."""
    rank, (low, high) = len(x.shapes[0]), x.shapes
    axes = tuple(a % rank for a in step.attributes.get("axes", range(rank)))
    sizes, said = known[3], batch.at_said(x.shapes)
    if len(sizes.low) != len(axes):
        raise AttributeValueError(f"{step.title} has {len(sizes.low)} sizes for {len(axes)} axes.")
    kept = [
        k
        for k, axis in enumerate(axes)
        if low[axis] == high[axis] or int(sizes.low[k]) not in ((said[axis],) if sizes.constant else (low[axis],))
    ]
    found = {k: bound(step, k, v) for k, v in known.items() if k != 3}
    found[3] = bound(step, 3, Known(sizes.low[kept], sizes.high[kept]))
    if 1 in found and found[1].size == 2 * len(axes):
        found[1] = found[1][[*kept, *(len(axes) + k for k in kept)]]  # the region of interest has two ends an axis
    return found, {"axes": tuple(axes[k] for k in kept)}


def keep_apart(layer: Layer, inputs: Sequence[Flow], output: tuple[Shape, Shape], title: str) -> None:
    """Raises BatchBound when examples could mix. For files that fix their batch; free ones mean what they say."""
    (low, high) = output
    for k, x in enumerate(inputs):
        if not x.batched:
            continue
        first = bool(low) and low[0] * 3 == high[0] * 2 and low[1:] == high[1:]
        if not first or (layer.kind not in RESHAPING and low[0] != x.shapes[0][0]):
            raise BatchBound(f"{title} moves the batch away from the first axis.")
        if layer.kind not in RESHAPING and not apart(layer.windows(*(x.shapes[0] for x in inputs))[k]):
            raise BatchBound(f"{title} reads several examples at once.")


def apart(window: AnyWindow) -> bool:
    """Whether an output reads its own example only."""
    if isinstance(window, Window):
        return window.axes[0] in (Axis(), Axis(follows=0))
    examples, size = window.x_shape[0], prod(window.x_shape[1:])
    read = window.source.reshape(examples, -1)
    return bool(np.all((read < 0) | (read // max(size, 1) == np.arange(examples)[:, None])))
