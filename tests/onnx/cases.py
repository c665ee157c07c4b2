"""ONNX's own operator cases, run through the reader and a trace."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from convoscope.engine import REGISTRY, load_onnx
from convoscope.engine.errors import UnsupportedOperator
from convoscope.engine.formats.onnx_arithmetic import FOLDS
from convoscope.engine.formats.onnx_nodes import ONNX
from convoscope.engine.types import Array

LAYERS = {op for layer in REGISTRY.values() for op in layer.onnx}
OPERATORS = LAYERS | set(FOLDS)
"""Operators with a layer, and those that are computed when a file is read."""

FIRST_ONLY = "Only its first output is computed"
"""What the report says of second outputs: a mask, indices, the mean. The first is compared all the same."""

TOLERANCE = {"float16": 4e-3, "bfloat16": 4e-2}
"""Relative, by the narrowest type of a case: what rounding to it leaves. Everything is computed in float32 here."""
ROUNDED = {"test_averagepool_2d_ceil_last_window_starts_on_pad": 1e-4}
"""Absolute: cases whose expected numbers ONNX wrote down with four digits."""
FLOAT32 = (1e-5, 1e-6)
"""Relative and absolute: sums of float32 numbers in another order."""


@dataclass(frozen=True, eq=False)
class Case:
    """One case of ONNX's. op: its operator, or "functions" where a function is written out as a graph."""

    name: str
    op: str
    model: onnx.ModelProto
    inputs: Sequence[Any]
    outputs: Sequence[Any]


@cache
def collected() -> tuple[Case, ...]:
    """The cases whose operators we all have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ONNX's own scripts overflow and cast on purpose
        from onnx.backend.test.case.node import collect_testcases

        found = collect_testcases(None)
    return tuple(_kept(found))


def _kept(found: Sequence[Any]) -> Iterator[Case]:
    for case in found:
        ops = {n.op_type for n in case.model.graph.node}
        if ops <= OPERATORS and all(n.domain in ONNX for n in case.model.graph.node):
            (inputs, outputs), *_ = case.data_sets
            yield Case(case.name, ops.pop() if len(ops) == 1 else "functions", case.model, inputs, outputs)


def problem(case: Case) -> str:
    """What goes wrong with a case; "" when it passes, FIRST_ONLY when it passes in its first output.

    Its inputs flow where our layers let them; where one must be known at load, all but the first are. What has no
    layer is computed at load, from nothing but constants.
    """
    count = len(case.model.graph.input)
    known = [count] if case.op not in LAYERS else []
    said = ""
    for baked in dict.fromkeys([0, count - 1, *known]):
        said = attempt(case, max(baked, 0))
        if said in ("", FIRST_ONLY):
            break
    return said


def attempt(case: Case, baked: int) -> str:
    """The case with its last `baked` inputs known when the file is read."""
    model, arrays = _baked(case, baked)
    wanted = [plain(o) for o in case.outputs]
    try:
        shapes = {name: a.shape for name, a in arrays.items()}
        network = load_onnx(model.SerializeToString(), input_shapes=shapes)
        assert network.report is not None
        if any(FIRST_ONLY not in node.why for node in network.report.unsupported):
            return str(network.report)
        trace = network.trace({i.name: a for i, a in zip(network.inputs, arrays.values(), strict=True)})
        got = [trace.activations[name] for name in network.outputs]
    except (UnsupportedOperator, ValueError) as e:
        return f"{type(e).__name__}: {e}"
    missing = len(network.report.unsupported)
    narrow, rounded = narrowest([*case.inputs, *case.outputs]), ROUNDED.get(case.name, 0)
    said = differing(got, wanted[: len(wanted) - missing], narrow, rounded)
    return said or (FIRST_ONLY if missing else "")


def _baked(case: Case, count: int) -> tuple[onnx.ModelProto, dict[str, Array]]:
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    given = dict(zip([i.name for i in model.graph.input], case.inputs, strict=False))
    free = list(given)[: len(given) - count]
    for info in list(model.graph.input):
        if info.name in given and info.name not in free:
            model.graph.initializer.append(proto(info.name, given[info.name]))
            model.graph.input.remove(info)
    if not free:
        model.graph.input.append(helper.make_tensor_value_info("unread", onnx.TensorProto.FLOAT, [1]))
        return model, {"unread": np.zeros(1, np.float32)}
    return model, {name: plain(given[name]) for name in free}


def proto(name: str, value: Any) -> onnx.TensorProto:
    """An input of a case as a tensor of this name."""
    tensor = onnx.TensorProto()
    tensor.CopyFrom(value if isinstance(value, onnx.TensorProto) else numpy_helper.from_array(np.asarray(value), name))
    tensor.name = name
    return tensor


def plain(value: Any) -> Array:
    """An input or output of a case as numbers that NumPy has itself."""
    a = numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else np.asarray(value)
    return a.astype(np.float32) if type_of(a) not in ("float64", "float32") and a.dtype.kind in "fV" else a


def type_of(a: Array) -> str:
    """The name of the type of the numbers; NumPy calls the foreign ones by their own name too."""
    return str(a.dtype)


def narrowest(values: Sequence[Any]) -> str:
    """The least precise type among inputs and outputs."""
    arrays = [numpy_helper.to_array(v) if isinstance(v, onnx.TensorProto) else np.asarray(v) for v in values]
    return max((type_of(a) for a in arrays), key=lambda name: TOLERANCE.get(name, 0), default="")


def differing(got: Sequence[Array], wanted: Sequence[Array], narrow: str, rounded: float = 0) -> str:
    """Where outputs differ from what ONNX says; "" when they agree."""
    if len(got) != len(wanted):
        return f"{len(got)} outputs instead of {len(wanted)}"
    relative, absolute = FLOAT32 if narrow not in TOLERANCE else (TOLERANCE[narrow],) * 2
    absolute = max(absolute, rounded)
    for a, b in zip(got, wanted, strict=True):
        if a.shape != b.shape:
            return f"shape {a.shape} instead of {b.shape}"
        if not np.allclose(a.astype(np.float64), b.astype(np.float64), relative, absolute, equal_nan=True):
            with np.errstate(invalid="ignore"):  # infinities may meet
                return f"off by {np.nanmax(np.abs(a.astype(np.float64) - b.astype(np.float64))):.3g}"
    return ""
