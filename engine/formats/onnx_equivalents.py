"""Nodes that a layer reads better under another operator, or as several simpler ones."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from convoscope.engine.formats.onnx_nodes import Step
from convoscope.engine.formats.onnx_values import Flow, Known, Value


def equivalent(step: Step, given: Sequence[Value | None]) -> list[Step]:
    """The steps that do what `step` does; itself alone where it is best read as it is."""
    if step.domain or len(given) < 2:
        return [step]
    if step.op == "MatMul" and _rows(given[0]) and isinstance(given[1], Known) and given[1].low.ndim == 2:
        return [replace(step, op="Gemm")]
    if step.op == "Gemm" and not _dense(given):
        return _gemm(step, given)
    return [step]


def _rows(value: Value | None) -> bool:
    """Whether it is one row per example."""
    return isinstance(value, Flow) and len(value.shapes[0]) == 2


def _dense(given: Sequence[Value | None]) -> bool:
    """Whether a Gemm is a dense layer: its weight is known, and its bias one number per unit."""
    bias = given[2] if len(given) > 2 else None
    one_row = isinstance(bias, Known) and (bias.low.ndim < 2 or bool(np.all(bias.low == bias.low[:1])))
    return isinstance(given[1], Known) and (bias is None or one_row)


def _gemm(step: Step, given: Sequence[Value | None]) -> list[Step]:
    """alpha · A′ · B′ + beta · C, an operator each."""
    out, steps = step.outputs[0], list[Step]()

    def add(op: str, what: str, *inputs: str, **attributes: Any) -> str:
        made = f"{out}/{what}"
        steps.append(Step(f"{step.name or out}/{what}", op, "", step.version, inputs, (made,), attributes))
        return made

    def scaled(name: str, by: str, default: float = 1.0) -> str:
        factor = step.attributes.get(by, default)
        if factor == 1:
            return name
        constant = add("Constant", by, value=np.asarray(factor, np.float32))
        return add("Mul", f"{by}-times", name, constant)

    a, b = (
        add("Transpose", f"turned-{letter}", name, perm=(1, 0)) if step.attributes.get(f"trans{letter}") else name
        for letter, name in zip("AB", step.inputs, strict=False)
    )
    total = scaled(add("MatMul", "product", a, b), "alpha")
    if len(given) > 2 and given[2] is not None:
        total = add("Add", "sum", total, scaled(step.inputs[2], "beta"))
    steps[-1] = replace(steps[-1], name=step.name, outputs=(out,))
    return steps
