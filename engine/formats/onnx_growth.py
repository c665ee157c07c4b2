"""Operators that may give far more numbers than they read, and what shape they give, in Python integers.

Only what is known at load counts: a rule looks its numbers up, and one that is missing means that nothing is said.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.formats.onnx_nodes import Step
from convoscope.engine.types import Shape

Numbers = Mapping[int, list[Any]]
"""The numbers of short inputs that are known at load, by position."""

Rule = Callable[[Step, Sequence[Shape], Numbers], Shape | None]


class NotFinite(AttributeValueError):
    """Sizes, scales or ends that are NaN or infinite."""


def _finite(values: Iterable[Any]) -> list[Any]:
    found = list(values)
    if not all(isfinite(v) for v in found):
        raise NotFinite(f"{found} are no sizes: every number of them must be finite.")
    return found


def _integers(values: Iterable[Any]) -> Shape:
    return tuple(int(v) for v in _finite(values))


def _constant_of_shape(step: Step, shapes: Sequence[Shape], known: Numbers) -> Shape | None:
    return _integers(known[0])


def _expand(step: Step, shapes: Sequence[Shape], known: Numbers) -> Shape | None:
    wanted = _integers(known[1])
    lead = max(len(shapes[0]), len(wanted))
    pairs = zip((1,) * (lead - len(shapes[0])) + shapes[0], (1,) * (lead - len(wanted)) + wanted, strict=True)
    return tuple(b if a == 1 else a if b == 1 else max(a, b) for a, b in pairs)


def _tile(step: Step, shapes: Sequence[Shape], known: Numbers) -> Shape | None:
    return tuple(d * r for d, r in zip(shapes[0], _integers(known[1]), strict=True))


def _pad(step: Step, shapes: Sequence[Shape], known: Numbers) -> Shape | None:
    x, given = shapes[0], known.get(1, step.attributes.get("pads", step.attributes.get("paddings")))
    if given is None:
        return None
    axes = [a % len(x) for a in _integers(known.get(3, range(len(x))))]
    pads, out = _integers(given), list(x)
    for k, axis in enumerate(axes):
        out[axis] += pads[k] + pads[k + len(axes)]
    return tuple(out)


def _resize(step: Step, shapes: Sequence[Shape], known: Numbers) -> Shape | None:
    x = shapes[0]
    scales = known.get(2 if step.version >= 11 and step.op == "Resize" else 1, step.attributes.get("scales"))
    axes = [a % len(x) for a in step.attributes.get("axes", range(len(x)))]
    out = list(x)
    if known.get(3):
        for axis, size in zip(axes, _integers(known[3]), strict=True):
            out[axis] = size
    elif scales:
        for axis, scale in zip(axes, _finite(scales), strict=True):
            out[axis] = int(x[axis] * scale)
    return tuple(out)


def _range(step: Step, shapes: Sequence[Shape], known: Numbers) -> Shape | None:
    (start,), (stop,), (by,) = (_finite(known[k]) for k in range(3))
    return (max(-int((start - stop) // by), 0),)


def _reshape(step: Step, shapes: Sequence[Shape], known: Numbers) -> Shape | None:
    wanted = _integers(known.get(1, list(step.attributes.get("shape", ()))))
    return tuple(d if d > 0 else 1 for d in wanted) if min(wanted, default=0) >= -1 else wanted


GROWING: Mapping[str, Rule] = {
    "ConstantOfShape": _constant_of_shape,
    "Expand": _expand,
    "Tile": _tile,
    "Pad": _pad,
    "Resize": _resize,
    "Upsample": _resize,
    "Range": _range,
    "Reshape": _reshape,
}
