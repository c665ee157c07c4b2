"""Computing at load what does not depend on the input; its size is known before it is made."""

from collections.abc import Sequence

import numpy as np

from convoscope.engine.errors import BadGraph, ConvoscopeError
from convoscope.engine.formats.onnx_arithmetic import BROADCAST, FOLDS, VARIADIC
from convoscope.engine.formats.onnx_nodes import Step
from convoscope.engine.types import Array, Shape

STRETCHING = {*BROADCAST, *VARIADIC, "Mod", "Where"}
"""Operators whose inputs are stretched to one another."""


def foldable(step: Step) -> bool:
    """Whether the operator is computed at load when all that it reads is known."""
    return step.op in FOLDS and not step.domain


def fold(step: Step, xs: Sequence[Array | None]) -> list[Array]:
    """The outputs of a node whose inputs are all known. Raises BadGraph where it cannot be computed."""
    try:
        with np.errstate(all="ignore"):
            return [np.asarray(y) for y in FOLDS[step.op](step, xs)]
    except ConvoscopeError:
        raise
    except (ValueError, LookupError, TypeError, ArithmeticError, AttributeError) as e:
        shapes = ", ".join(str(None if x is None else x.shape) for x in xs)
        raise BadGraph(f"{step.title} cannot be computed from constants of shapes {shapes}: {e}.") from e


def grown(step: Step, shapes: Sequence[Shape]) -> Shape | None:
    """The shape that a folded node gives where it may be larger than its inputs, before it is made."""
    if step.op == "Gather" and len(shapes) > 1:
        data, indices = shapes[:2]
        axis = int(step.attributes.get("axis", 0)) % max(len(data), 1)
        return (*data[:axis], *indices, *data[axis + 1 :])
    if step.op in STRETCHING:
        rank = max((len(s) for s in shapes), default=0)
        lined = [(1,) * (rank - len(s)) + s for s in shapes]
        return tuple(max(axis) for axis in zip(*lined, strict=True))
    return None
