"""The figures of the sandbox."""

from itertools import product
from typing import Any

import numpy as np

from convoscope import engine
from convoscope.server.convolution import Case, size_latex
from convoscope.server.convolution_code import numpy_code, torch_code
from convoscope.server.errors import Problem
from convoscope.server.lessons import items
from convoscope.server.lessons.asked import case, filled, kernel
from convoscope.server.lessons.model import Board, Item, Values
from convoscope.server.lessons.snippets import Run

SIZE = r"w_{\text{out}} = \left\lfloor \frac{w_{\text{in}} + 2p - d \cdot (k - 1) - 1}{s} \right\rfloor + 1"
TRANSPOSED = r"w_{\text{out}} = s \cdot (w_{\text{in}} - 1) - 2p + d \cdot (k - 1) + 1 + \text{output padding}"
WINDOW = r"\text{out}_{k, r, c} = \sum_{n, i, j} x_{n, y, z} \; w_{k, n, i, j} + b_k"
WHERE = r"y = s \cdot r + d \cdot i - p, \qquad z = s \cdot c + d \cdot j - p"
LISTED = 12  # products that are shown one by one; of more, their sums by channel


def board(v: Values) -> Board:
    """The figure, or why there is none."""
    try:
        made = case(v)
        return backward(v, made) if v["direction"] == "backward" else forward(v, made)
    except (engine.errors.ConvoscopeError, Problem) as error:
        why = str(error.detail) if isinstance(error, Problem) else str(error)
        return Board([[items.words(why)]], why)


def inputs(v: Values, made: Case, channels: list[int], marks: list[Any]) -> list[Item]:
    """The padded input, channel by channel, with its padding marked."""
    padded = made.trace.activations["padded"][0]
    top, left = (0, 0) if made.transposed else made.padding[:2]
    rows, columns = made.x.shape[1:]
    outside = [
        (r, c)
        for r in range(padded.shape[1])
        for c in range(padded.shape[2])
        if not (top <= r < top + rows and left <= c < left + columns)
    ]
    small = padded.shape[2] > 12
    return [
        items.grid(
            padded[c],
            f"input{f' {c}' if len(padded) > 1 else ''}",
            name=f"padded{c}",
            marks=[items.mark("padding", outside), *marks],
            small=small,
            span=float(np.abs(padded).max()),
        )
        for c in channels
    ]


def forward(v: Values, made: Case) -> Board:
    """One window: the input under it, the filter, their products' sums, the output as far as it is made."""
    cells = made.cells
    t = min(v["t"], len(cells) - 1)
    k, r, c = cells[t]
    e = made.trace.explain("y", (k, r, c))
    _, channels, rows, columns = e.operands[0].cells
    w = np.asarray(e.operands[1].values)
    under = [items.mark("window", [(i, j) for i in rows for j in columns])] if rows and columns else []
    y = made.trace.output[0]
    todo = [(i, j) for kk, i, j in cells[t + 1 :] if kk == k]
    weights = (
        [
            items.grid(
                w[n].reshape(len(rows), len(columns)),
                f"weights{f' {k}, {ch}' if made.w.size > made.w[0, 0].size else ''}",
                role="weight",
                span=float(np.abs(made.w).max()),
                name=f"w{n}",
            )
            for n, ch in enumerate(channels)
        ]
        if rows and columns
        else []
    )
    out = items.grid(
        y[k],
        f"output{f' {k}' if len(y) > 1 else ''}",
        name="output",
        pick="t",
        first=k * y.shape[1] * y.shape[2],
        marks=[items.mark("blank", todo), items.mark("pick", [(r, c)])],
        small=y.shape[2] > 12,
        span=float(np.abs(y).max()),
    )
    terms = [(s.label, s.value) for s in e.steps if s.label != "rounding"]
    assert e.products is not None
    if 0 < e.products.size <= LISTED:
        bias = [(s.label, s.value) for s in e.steps if s.label == "bias"] or [("bias", 0.0)]
        terms = named(made, e) + bias
    symbols = [] if made.transposed else [items.math(WINDOW, under=WHERE)]
    general = items.math(TRANSPOSED if made.transposed else SIZE)
    size = [general, items.math(size_latex(made, 0), under=size_latex(made, 1))]
    rows_ = [
        [*inputs(v, made, channels, under), *weights, out],
        [items.total(terms, f"out[{k}, {r}, {c}]", e.value), *symbols],
        size,
    ]
    return Board(
        [*rows_, *codes(v, made)],
        f"Window {t + 1} of {len(cells)}: out[{k}, {r}, {c}] = {e.value:g}.",
        {"t": (0, len(cells) - 1)},
    )


def named(made: Case, e: engine.Explanation) -> list[tuple[str, float]]:
    """Each product of a window: which number of the input, which weight, and what they are."""
    assert e.products is not None
    top, left = (0, 0) if made.transposed else made.padding[:2]
    rows, columns = made.x.shape[1:]
    deep = len(made.x) > 1
    found = []
    places = product(*e.operands[0].cells[1:])
    taps = product(*e.operands[1].cells[1:])
    numbers = zip(np.ravel(e.operands[0].values), np.ravel(e.operands[1].values), np.ravel(e.products), strict=True)
    for (c, i, j), (d, a, b), (x, u, p) in zip(places, taps, numbers, strict=True):
        inside = 0 <= i - top < rows and 0 <= j - left < columns
        at = ", ".join(map(str, ([c] if deep else []) + [i - top, j - left]))
        weight = ", ".join(map(str, ([d] if deep else []) + [a, b]))
        where = f"x[{at}]" if inside else "padding"
        found.append((f"{where} w[{weight}] = {x + 0.0:.4g} × {u + 0.0:.4g}", float(p)))
    return found


def backward(v: Values, made: Case) -> Board:
    """One input cell: who reads it, their gradients times the weights that they read it with."""
    padded = made.network.shapes["padded"][1:]
    count = int(np.prod(padded))
    t = min(v["t"], count - 1)
    at = tuple(int(i) for i in np.unravel_index(t, padded))
    g = made.gradients
    e = g.explain("padded", at)
    given = e.operands[0].at
    assert given is not None
    assert e.products is not None
    readers = [tuple(int(i) for i in o[1:]) for o in given]
    values = zip(e.operands[0].values.ravel(), e.operands[1].values.ravel(), strict=True)
    terms = [
        (f"out[{', '.join(map(str, o))}]: {dy:.3g} × {w:.3g}", float(p))
        for o, (dy, w), p in zip(readers, values, e.products.ravel(), strict=True)
    ]
    channels = sorted({o[0] for o in readers}) or [0]
    dys = [
        items.grid(
            made.given[k],
            f"∂out{f' {k}' if len(made.given) > 1 else ''}, given",
            role="gradient",
            marks=[items.mark("window", [o[1:] for o in readers if o[0] == k])],
        )
        for k in channels[:3]
    ]
    dx = g.by_activation["padded"][0]
    todo = [
        (i, j)
        for i in range(padded[1])
        for j in range(padded[2])
        if at[0] * padded[1] * padded[2] + i * padded[2] + j > t
    ]
    rows = [
        [
            *inputs(v, made, [at[0]], [items.mark("pick", [at[1:]])]),
            *dys,
            items.grid(
                dx[at[0]],
                f"∂input{f' {at[0]}' if padded[0] > 1 else ''}",
                role="gradient",
                name="dinput",
                pick="t",
                first=at[0] * padded[1] * padded[2],
                decimals=items.decimals_of(dx),
                marks=[items.mark("blank", todo), items.mark("pick", [at[1:]])],
                span=float(np.abs(dx).max()),
            ),
        ],
        [
            items.total(
                terms[:18],
                f"∂input[{', '.join(map(str, at))}]" + (f" ({len(terms) - 18} more terms)" if len(terms) > 18 else ""),
                e.value,
                role="gradient",
            )
        ]
        if terms
        else [items.words("No window reads this cell: its gradient is 0.")],
        [
            items.grid(g.by_param["y"]["weight"][k, 0], f"∂weights {k}, 0", role="gradient")
            for k in range(min(4, len(made.w)))
        ],
    ]
    return Board(
        [*rows, *codes(v, made)],
        f"Cell {t + 1} of {count}: {counted(len(terms))} it, its gradient is {e.value:g}.",
        {"t": (0, count - 1)},
    )


def counted(windows: int) -> str:
    """How many windows read a cell."""
    return "1 window reads" if windows == 1 else f"{windows} windows read"


def codes(v: Values, made: Case) -> list[list[Item]]:
    """The case as code, where it is asked for."""
    if v["code"] == "none":
        return []
    text = numpy_code(made) if v["code"] == "numpy" else torch_code(made)
    return [[items.code(Run(text, "", False))]]


def arrays(v: Values) -> Board:
    """Input and kernel to type into."""
    x, w = filled(v), kernel(v)
    to_x, to_w = {"fill": "typed", "input": x.tolist()}, {"kernel": "typed", "weights": w.tolist()}
    given = [items.grid(x[c], f"input {c}", edit="input", slot=(c,), also=to_x) for c in range(len(x))]
    weights = [
        [
            items.grid(w[k, c], f"weights {k}, {c}", role="weight", edit="weights", slot=(k, c), also=to_w)
            for c in range(w.shape[1])
        ]
        for k in range(len(w))
    ]
    return Board([given, *weights], "Input and kernel: click a number and type.")
