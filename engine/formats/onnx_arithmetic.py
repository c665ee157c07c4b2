"""What each operator gives whose inputs are known when a file is read: shapes, axes, sizes, and prepared weights.

Each function takes the step and its inputs and gives its outputs. They follow ONNX where NumPy does otherwise:
integers divide towards zero, and a shape may copy an axis.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from math import prod
from typing import Any

import numpy as np

from convoscope.engine.errors import BadGraph, UnsupportedOperator
from convoscope.engine.formats.onnx_nodes import Step
from convoscope.engine.formats.onnx_proto import type_name
from convoscope.engine.formats.onnx_tensors import ELEMENTS, WIDENED
from convoscope.engine.types import Array, Shape

Inputs = Sequence[Any]
"""Arrays, None for an input that is left out."""

Fold = Callable[[Step, Inputs], list[Array]]


def _axis(step: Step, default: int = 0) -> int:
    return int(step.attributes.get("axis", default))


def _integers(step: Step, xs: Inputs, name: str, position: int) -> tuple[int, ...] | None:
    """Whole numbers that older versions say as an attribute and newer ones as an input."""
    given: Any = step.attributes.get(name)
    if given is None and position < len(xs):
        given = xs[position]
    return None if given is None else tuple(int(v) for v in np.ravel(given))


def _same(step: Step, xs: Inputs) -> list[Array]:
    return [xs[0]]


def _cast(step: Step, xs: Inputs) -> list[Array]:
    to = int(step.attributes["to"])
    if to not in ELEMENTS:
        raise UnsupportedOperator(f"{step.title} casts to {type_name(to)}, which is not read.")
    return [xs[0].astype(np.float32 if to in WIDENED else np.dtype(ELEMENTS[to].dtype).newbyteorder("="))]


def _cast_like(step: Step, xs: Inputs) -> list[Array]:
    return [xs[0].astype(xs[1].dtype)]


def _shape(step: Step, xs: Inputs) -> list[Array]:
    return [shape_of(step, xs[0].shape)]


def shape_of(step: Step, shape: Shape) -> Array:
    """What Shape says of an array; since version 15 a part of it."""
    start, end = int(step.attributes.get("start", 0)), step.attributes.get("end")
    return np.array(shape[start : None if end is None else int(end)], np.int64)


def _size(step: Step, xs: Inputs) -> list[Array]:
    return [np.array(xs[0].size, np.int64)]


def _gather(step: Step, xs: Inputs) -> list[Array]:
    return [np.take(xs[0], xs[1], axis=_axis(step))]


def _slice(step: Step, xs: Inputs) -> list[Array]:
    x = xs[0]
    starts, ends = _integers(step, xs, "starts", 1) or (), _integers(step, xs, "ends", 2) or ()
    axes = _integers(step, xs, "axes", 3) or tuple(range(len(starts)))
    steps = (_integers(step, xs, "steps", 4) if step.version >= 10 else None) or (1,) * len(starts)
    cut = [slice(None)] * x.ndim
    for start, end, axis, by in zip(starts, ends, axes, steps, strict=True):
        cut[axis] = slice(start, None if by < 0 and end < -x.shape[axis] else end, by)
    return [x[tuple(cut)]]


def _concat(step: Step, xs: Inputs) -> list[Array]:
    return [np.concatenate([x for x in xs if x is not None], axis=_axis(step, 1))]


def _unsqueeze(step: Step, xs: Inputs) -> list[Array]:
    return [np.expand_dims(xs[0], _integers(step, xs, "axes", 1) or ())]


def _squeeze(step: Step, xs: Inputs) -> list[Array]:
    return [np.squeeze(xs[0], _integers(step, xs, "axes", 1))]


def _reshape(step: Step, xs: Inputs) -> list[Array]:
    wanted = _integers(step, xs, "shape", 1) or ()
    return [xs[0].reshape(target(xs[0].shape, wanted, bool(step.attributes.get("allowzero"))))]


def target(x: Shape, wanted: Sequence[int], zero: bool = False) -> Shape:
    """The shape that Reshape's second input asks for: 0 copies an axis (unless `zero`), −1 takes what is left."""
    out = [x[k] if d == 0 and not zero else d for k, d in enumerate(wanted)]
    if out.count(-1) == 1:
        rest = prod(d for d in out if d != -1)
        out[out.index(-1)] = prod(x) // rest if rest else 0
    if prod(out) != prod(x) or min(out, default=0) < 0:
        raise BadGraph(f"an array of shape {x} has {prod(x)} numbers and cannot be read as {tuple(wanted)}")
    return tuple(out)


def _transpose(step: Step, xs: Inputs) -> list[Array]:
    return [xs[0].transpose(step.attributes.get("perm"))]


def _flatten(step: Step, xs: Inputs) -> list[Array]:
    x, axis = xs[0], _axis(step, 1)
    return [x.reshape(prod(x.shape[: axis % x.ndim if axis < 0 else axis]), -1)]


def _divide(a: Array, b: Array) -> Array:
    """Integers divide towards zero."""
    if a.dtype.kind not in "iu":
        return np.asarray(a / b)
    quotient = np.abs(a) // np.maximum(np.abs(b), 1)
    return np.asarray(quotient * np.sign(a) * np.sign(b)).astype(a.dtype)


def _mod(step: Step, xs: Inputs) -> list[Array]:
    return [np.fmod(*xs) if step.attributes.get("fmod") else np.mod(*xs)]


def _range(step: Step, xs: Inputs) -> list[Array]:
    start, stop, by = (x.reshape(-1)[0] for x in xs)
    return [np.arange(start, stop, by, dtype=start.dtype)]


def _constant_of_shape(step: Step, xs: Inputs) -> list[Array]:
    value = np.asarray(step.attributes.get("value", np.zeros(1, np.float32)))
    return [np.full(tuple(int(d) for d in xs[0]), value.reshape(-1)[0], value.dtype)]


def _expand(step: Step, xs: Inputs) -> list[Array]:
    x, wanted = xs[0], tuple(int(d) for d in xs[1])
    return [np.array(np.broadcast_to(x, np.broadcast_shapes(x.shape, wanted)))]


def _tile(step: Step, xs: Inputs) -> list[Array]:
    return [np.tile(xs[0], tuple(int(r) for r in xs[1]))]


def _split(step: Step, xs: Inputs) -> list[Array]:
    x, axis, count = xs[0], _axis(step), len(step.outputs)
    sizes = _integers(step, xs, "split", 1)
    chunk = -(-x.shape[axis] // count)
    ends = np.cumsum(sizes) if sizes else np.arange(1, count + 1) * chunk
    return [np.take(x, range(e - n, min(e, x.shape[axis])), axis) for e, n in _ends(ends, sizes, chunk)]


def _ends(ends: Array, sizes: tuple[int, ...] | None, chunk: int) -> list[tuple[int, int]]:
    return [(int(e), sizes[k] if sizes else chunk) for k, e in enumerate(ends)]


def _reduce(function: Callable[..., Any], step: Step, xs: Inputs) -> list[Array]:
    x, axes = xs[0], _integers(step, xs, "axes", 1)
    if not axes and step.attributes.get("noop_with_empty_axes"):
        return [x]
    keep = bool(step.attributes.get("keepdims", 1))
    return [np.asarray(function(x, axis=axes or None, keepdims=keep)).astype(x.dtype)]


def _nonzero(step: Step, xs: Inputs) -> list[Array]:
    found: Array = np.stack(np.nonzero(xs[0])).astype(np.int64)
    return [found]


def _cumsum(step: Step, xs: Inputs) -> list[Array]:
    x, axis = xs[0], int(np.ravel(xs[1])[0])
    forward = np.flip(x, axis) if step.attributes.get("reverse") else x
    sums = np.cumsum(forward, axis=axis, dtype=x.dtype) - (forward if step.attributes.get("exclusive") else 0)
    return [np.flip(sums, axis) if step.attributes.get("reverse") else sums]


def _dequantize(step: Step, xs: Inputs) -> list[Array]:
    x, scale = xs[0], xs[1]
    zero = xs[2] if len(xs) > 2 and xs[2] is not None else np.zeros_like(scale, x.dtype)
    if scale.ndim > 1:
        raise UnsupportedOperator(f"{step.title}: weights quantized in blocks are not read.")
    shape = tuple(-1 if k == _axis(step, 1) % x.ndim else 1 for k in range(x.ndim)) if scale.ndim else ()
    wide = x.astype(np.float32) - zero.astype(np.float32).reshape(shape)
    return [wide * scale.astype(np.float32).reshape(shape)]


def _where(step: Step, xs: Inputs) -> list[Array]:
    chosen: Array = np.where(xs[0].astype(bool), xs[1], xs[2])  # type: ignore[assignment]
    return [chosen]


def _pointwise(function: Callable[..., Any], step: Step, xs: Inputs) -> list[Array]:
    return [function(xs[0])]


def _binary(function: Callable[..., Any], step: Step, xs: Inputs) -> list[Array]:
    return [function(xs[0], xs[1])]


def _variadic(function: Callable[..., Any], step: Step, xs: Inputs) -> list[Array]:
    return [reduce(function, [x for x in xs if x is not None])]


def _power(a: Array, b: Array) -> Array:
    return np.power(a.astype(np.float64), b).astype(a.dtype)


POINTWISE: Mapping[str, Callable[..., Any]] = {
    "Abs": np.abs,
    "Ceil": np.ceil,
    "Exp": np.exp,
    "Floor": np.floor,
    "Log": np.log,
    "Neg": np.negative,
    "Not": np.logical_not,
    "Reciprocal": np.reciprocal,
    "Round": np.round,
    "Sign": np.sign,
    "Sqrt": np.sqrt,
}
BROADCAST: Mapping[str, Callable[..., Any]] = {
    "Add": np.add,
    "And": np.logical_and,
    "Div": _divide,
    "Equal": np.equal,
    "Greater": np.greater,
    "GreaterOrEqual": np.greater_equal,
    "Less": np.less,
    "LessOrEqual": np.less_equal,
    "Mul": np.multiply,
    "Or": np.logical_or,
    "Pow": _power,
    "Sub": np.subtract,
    "Xor": np.logical_xor,
}
VARIADIC: Mapping[str, Callable[..., Any]] = {"Max": np.maximum, "Min": np.minimum, "Sum": np.add}
REDUCE: Mapping[str, Callable[..., Any]] = {
    "ReduceMax": np.max,
    "ReduceMean": np.mean,
    "ReduceMin": np.min,
    "ReduceProd": np.prod,
    "ReduceSum": np.sum,
}
FOLDS: Mapping[str, Fold] = {
    "Cast": _cast,
    "CastLike": _cast_like,
    "Concat": _concat,
    "ConstantOfShape": _constant_of_shape,
    "CumSum": _cumsum,
    "DequantizeLinear": _dequantize,
    "Expand": _expand,
    "Flatten": _flatten,
    "Gather": _gather,
    "Identity": _same,
    "Mod": _mod,
    "NonZero": _nonzero,
    "Range": _range,
    "Reshape": _reshape,
    "Shape": _shape,
    "Size": _size,
    "Slice": _slice,
    "Split": _split,
    "Squeeze": _squeeze,
    "Tile": _tile,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
    "Where": _where,
    **{name: partial(_pointwise, f) for name, f in POINTWISE.items()},
    **{name: partial(_binary, f) for name, f in BROADCAST.items()},
    **{name: partial(_variadic, f) for name, f in VARIADIC.items()},
    **{name: partial(_reduce, f) for name, f in REDUCE.items()},
}
"""Every operator that is computed at load when all it reads is known."""
