"""What a pool makes of its window, in steps: the same arithmetic whether the window slides or is the whole map."""

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.geometry import Window
from convoscope.engine.layers._onnx import integer, refused
from convoscope.engine.types import Array, Index


def mean(at: Index, y: Array, window: Window, x: Array, m: int, *, formula: str, numpy: str) -> ex.Explanation:
    """Σ x / m over the window of `at`."""
    values = window.read(x, at)
    total = float(values.sum(dtype=np.float64))
    steps = [ex.Step("sum", total, total), ex.Step(f"divided by {m}", total / m, total / m)]
    operand = ex.Operand("x", values, window.cells(at), "x")
    shares = values.astype(np.float64) / m
    return ex.Explanation(
        "reduce", at, float(y[at]), formula, numpy, (operand,), ex.with_rounding(steps, float(y[at])), shares
    )


def norm(at: Index, y: Array, window: Window, x: Array, p: int, *, formula: str, numpy: str) -> ex.Explanation:
    """(Σ |x|^p)^(1/p) over the window of `at`."""
    values = window.read(x, at)
    total = float((np.abs(values.astype(np.float64)) ** p).sum())
    root = total ** (1 / p)
    steps = [ex.Step(f"sum of |x|^{p}", total, total), ex.Step(f"its root, ^(1/{p})", root, root)]
    operand = ex.Operand("x", values, window.cells(at), "x")
    return ex.Explanation("reduce", at, float(y[at]), formula, numpy, (operand,), ex.with_rounding(steps, float(y[at])))


def order(node: OnnxNode) -> int:
    """The p of a norm, as an ONNX node says it. Raises AttributeValueError below 1."""
    p = integer(node, "p", 2)
    if p < 1:
        raise refused(node, "attribute 'p'", p, "A norm needs p of at least 1.")
    return p
