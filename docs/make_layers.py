"""Writes docs/layers.md from the layers themselves: `python -m docs.make_layers`. A test fails when the two differ."""

import inspect
import random
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from convoscope.engine import REGISTRY, Layer, Mode
from convoscope.engine.explanation import Explanation
from convoscope.engine.layer import Example
from convoscope.engine.types import Array, Index, Params, Shape

PAGE = Path(__file__).parent / "layers.md"
TITLES = {
    "weighted_sum": "Weighted sums",
    "reduce": "One number of many",
    "normalize": "Normalisation",
    "pointwise": "Number by number",
    "combine": "Maps that meet",
    "copy": "Numbers that move",
}
LEAD = """# The layers

Made by `python -m docs.make_layers` from the files in `engine/layers/`; a test fails when the two differ. Each layer
has its equation, its shapes (N examples, C channels, H rows, W columns), where it comes from, and an example worked
out: one number of the output, and one of the gradient that goes back when dL/dy is 1 everywhere.
"""
NOTHING = re.compile(r"[-+]?\d(\.\d+)?e-1[5-9]")
"""What rounding leaves of 0, which differs from machine to machine."""
SEEDS = 60
LARGEST = 16
"""Numbers in an input of an example that is still easy to follow."""


def page() -> str:
    """The whole page."""
    groups = {picture: [k for k in sorted(REGISTRY) if REGISTRY[k].picture == picture] for picture in TITLES}
    parts = [LEAD, *overview(groups)]
    for picture, kinds in groups.items():
        parts.append(f"## {TITLES[picture]}\n")
        parts += [entry(REGISTRY[kind]) for kind in kinds]
    return "\n".join(parts).rstrip() + "\n"


def overview(groups: dict[str, list[str]]) -> Iterator[str]:
    """Every layer by the kind of arithmetic it is."""
    yield "| arithmetic | layers |\n| --- | --- |"
    for picture, kinds in groups.items():
        yield f"| {TITLES[picture].lower()} | {', '.join(f'[{k}](#{k})' for k in kinds)} |"
    yield ""


def entry(layer: type[Layer]) -> str:
    """One layer: what its docstring says, its settings, its operators, its example."""
    first, body = inspect.cleandoc(layer.__doc__ or "").split("\n", 1)
    lines = [f"### {layer.kind}\n", first, f"\n```text\n{body.strip()}\n```\n"]
    operators = ", ".join(f"`{op}`" for op in layer.onnx) or "no operator of its own: it is written as several"
    lines.append(f"*ONNX* {operators}. *Settings* {settings(layer)}.\n")
    lines.append(f"```text\n{worked(layer)}\n```\n")
    return "\n".join(lines)


def settings(layer: type[Layer]) -> str:
    """Hyper-parameters with their defaults."""
    return ", ".join(f"`{f.name}{default(f)}`" for f in fields(layer)) or "none"


def default(f: "Field[Any]") -> str:
    """` = 1`, or nothing where one must be given."""
    return "" if f.default is MISSING else f" = {f.default!r}"


# -- the example


def drawn(layer: type[Layer]) -> Example:
    """A picture, and the largest one, among the examples that are easy to follow; the first of equals."""
    examples = [layer.example(random.Random(seed)) for seed in range(SEEDS)]
    calm = [e for e in examples if not e.training] or examples
    return max(calm, key=lambda e: (-max(size(e) - LARGEST, 0), pictures(e), size(e)))


def size(example: Example) -> int:
    """Numbers in its largest input."""
    return max((prod(s) for s in example.shapes), default=1)


def pictures(example: Example) -> bool:
    """Whether its inputs have rows and columns."""
    return any(len(s) == 4 for s in example.shapes)


def worked(kind: type[Layer]) -> str:
    """Inputs, parameters, output, and the arithmetic of one number forward and one back."""
    example, rng = drawn(kind), np.random.default_rng(0)
    layer, mode = example.layer, Mode(example.training, np.random.default_rng(0))
    xs = tuple(numbers(rng, s, example.domain) for s in example.shapes)
    fresh = layer.initial(rng, *example.shapes)
    params: Params = {k: tenths(a + rng.uniform(0.1, 0.5, a.shape)) for k, a in fresh.items()}
    y, saved = layer.forward(params, *xs, mode=mode)
    dy = np.ones_like(y)
    dxs, _ = layer.backward(params, xs, y, saved, dy)
    at = fullest(layer, params, xs, y, saved)
    lines = [repr(layer)]
    named = [*zip(["x"] if len(xs) == 1 else [f"x{k}" for k in range(len(xs))], xs, strict=True), *params.items()]
    lines += [f"{name:<6} {a.shape} {shown(a)}" for name, a in named]
    lines += [f"y      {y.shape} {shown(y)}", "", said(layer.explain(params, xs, y, saved, at), "y")]
    if xs:
        cell = tuple(n // 2 for n in xs[0].shape)
        back = layer.explain_input(params, xs, y, saved, dy, 0, cell, float(dxs[0][cell]))
        lines += ["", said(back, "dL/dx" if len(xs) == 1 else "dL/dx0")]
    return "\n".join(lines)


def numbers(rng: np.random.Generator, shape: Shape, domain: tuple[float, float]) -> Array:
    """Numbers with one digit behind the point, none twice while that is possible, spread over the domain."""
    low, high = domain
    found: Array = rng.permutation(tenths(np.linspace(low, high, prod(shape) + 2)[1:-1])).reshape(shape)
    return found


def tenths(a: Array) -> Array:
    """Rounded to one digit behind the point, without −0."""
    found: Array = np.round(np.asarray(a, np.float64), 1) + 0.0
    return found


def fullest(layer: Layer, params: Params, xs: tuple[Array, ...], y: Array, saved: Any) -> Index:
    """The cell of the output whose arithmetic has the most steps; the first of equals."""
    cells = list(np.ndindex(y.shape))[:40]
    return max(cells, key=lambda at: len(layer.explain(params, xs, y, saved, at).steps))


def shown(a: Array) -> str:
    """The numbers of an array on one line, the first of them where they are many."""
    flat = [NOTHING.sub("0", f"{float(v) + 0.0:.4g}") for v in a.ravel()[:LARGEST]]
    return " ".join(flat) + (" …" if a.size > LARGEST else "")


def said(e: Explanation, name: str) -> str:
    """An explanation as it prints, under the name of the array; rounding differs from machine to machine."""
    first, *rest = str(e).split("\n")
    kept = [NOTHING.sub("0", line) for line in rest if not line.lstrip().startswith("rounding")]
    return "\n".join([f"{name}[{', '.join(map(str, e.at))}] = {NOTHING.sub('0', first.partition(' = ')[2])}", *kept])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
