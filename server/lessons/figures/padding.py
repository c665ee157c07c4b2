"""The figures of lesson 11."""

from functools import lru_cache, partial

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, on_stage, onward
from convoscope.server.lessons.model import Board, Item, Values

SIDE, PADS, STRIDES = 7, range(4), range(1, 6)
X = np.random.default_rng(11).integers(1, 6, (SIDE, SIDE)).astype(float)
KERNEL = np.array([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]])
BOUNDS = {"w": (1, 32), "p": (0, 3), "k": (1, 11), "s": (1, 5)}
SIZE = r"w_{\text{out}} = \left\lfloor \frac{w_{\text{in}} + 2p - k}{s} \right\rfloor + 1"


@lru_cache(maxsize=64)
def passed(pad: int, stride: int) -> engine.Trace:
    """The window over the padded input."""
    return nets.conv(X[None], KERNEL[None, None], stride=stride, pad=pad)


def staged(pad: int, stride: int) -> on_stage.Small:
    """The same for the stage."""
    title = f"Padding, lesson 11: padding {pad}, stride {stride}"
    return on_stage.Small(f"lesson-padding-{pad}-{stride}", title, passed(pad, stride).network, X)


def link(v: Values, r: int = 0, c: int = 0) -> onward.Link:
    """On to the stage, at a window."""
    return on_stage.link("This window in the network view", staged(v["p"], v["s"]), view="window", at=f"y@0,{r},{c}")


def size(w: int, k: int, s: int, p: int) -> tuple[int | None, str]:
    """How wide the output is by the engine's own shape rule; or None, and why there is none."""
    layer = nets.layer("conv2d", filters=1, kernel=(k, k), stride=(s, s), padding=(p,) * 4)
    try:
        return layer.output_shape((1, 1, w, w))[-1], ""
    except engine.errors.ShapeError as error:
        return None, str(error)


def slide(v: Values) -> Board:
    """The window at step t over the input with its zeros drawn."""
    p, s = v["p"], v["s"]
    t = passed(p, s)
    n = t.output.shape[-1]
    step = min(v["t"], n * n - 1)
    r, c = divmod(step, n)
    found = t.network.nodes[0].layer.windows(t.activations["x"].shape)[0]
    _, _, rows, columns = found.cells((0, 0, r, c))
    padded = np.pad(X, p)
    side = len(padded)
    zeros = [(a, b) for a in range(side) for b in range(side) if not (p <= a < side - p and p <= b < side - p)]
    e = t.explain("y", (0, r, c))
    outside = sum(1 for a in rows for b in columns if not (0 <= a < SIDE and 0 <= b < SIDE))
    row = [
        items.grid(
            padded,
            f"input {SIDE}×{SIDE}, pad = {p}",
            marks=[items.mark("padding", zeros), items.window([a + p for a in rows], [b + p for b in columns])],
            span=5,
        ),
        items.grid(KERNEL, "weights", role="weight"),
        items.made(t.output[0, 0], step),
    ]
    said = f"Window {step + 1} of {n * n}: {outside} of its 9 cells are padding; it gives {e.value:g}."
    words = items.words(f"out[{r}, {c}] = **{e.value:g}**, with {outside} zeros of padding under the window")
    again = onward.sandbox("This window in the sandbox", X[None], KERNEL[None, None], stride=s, pad=p, t=step)
    return Board(
        [row, [words, items.links([again, link(v, r, c)])]],
        said,
        {"t": (0, n * n - 1)},
    )


def ruler(w: int, k: int, s: int, p: int, n: int) -> Item:
    """One row of the input with its padding, and where each window lies."""
    cells = w + 2 * p
    layer = nets.layer("conv2d", filters=1, kernel=(k, k), stride=(s, s), padding=(p,) * 4)
    window = layer.windows((1, 1, w, w))[0]
    assert isinstance(window, engine.Window)
    axis = window.axes[-1]
    rows = np.zeros((n, cells))
    marks = []
    for i in range(n):
        under = [c + p for c in axis.cells(i)]
        rows[i, under] = 1
        marks.append(items.mark("window", [(i, c) for c in under]))
    zeros = [(i, c) for i in range(n) for c in range(cells) if c < p or c >= cells - p]
    return items.grid(
        rows,
        "each row: where one window lies",
        small=True,
        marks=[items.mark("padding", zeros), *marks],
        span=3,
        note=f"{cells} cells with padding, {n} windows",
    )


def dragged(v: Values, n: int | None) -> Item:
    """The formula with its numbers, each to be dragged."""
    w, p, k, s = (
        items.dial(name, v[name], BOUNDS[name], label, letter=f"${letter}$")
        for name, label, letter in (
            ("w", "input width", r"w_{\text{in}}"),
            ("p", "padding", "p"),
            ("k", "kernel width", "k"),
            ("s", "stride", "s"),
        )
    )
    return items.size(
        r"$w_{\text{out}} =$", [w, "+ 2 ·", p, "−", k], [s], "$+ 1 =$", "no window fits" if n is None else str(n)
    )


def formula(v: Values) -> Board:
    """The size formula with its numbers."""
    w, k, s, p = v["w"], v["k"], v["s"], v["p"]
    n, why = size(w, k, s, p)
    if n is None:
        return Board([[dragged(v, n)], [items.words(why)]], "No window fits.")
    top = w + 2 * p - k
    live = (
        rf"w_{{\text{{out}}}} = \left\lfloor \frac{{{w} + 2 \cdot {p} - {k}}}{{{s}}} \right\rfloor + 1 "
        rf"= \left\lfloor \frac{{{top}}}{{{s}}} \right\rfloor + 1 = {n}"
    )
    left = "" if top % s == 0 else f"The last {top % s} of the {w + 2 * p} columns are not read."
    rows = [[dragged(v, n)], [items.math(live, left)], [ruler(w, k, s, p, n)]]
    return Board(rows, f"An input of {w} with padding {p}, a window of {k} and stride {s} give an output of {n}.")


def ask(v: Values) -> Board:
    """The formula alone."""
    return Board([[items.math(SIZE)]], "The size formula.")


def same(v: Values) -> Board:
    """k = 3, s = 1, p = 1."""
    steps = (SIZE, r"= \left\lfloor \frac{w_{\text{in}} + 2 - 3}{1} \right\rfloor + 1", r"= w_{\text{in}}")
    rows = [(f"{w}", f"{size(w, 3, 1, 1)[0]}") for w in (7, 28, 32, 224)]
    return Board(
        [
            [items.math(line) for line in steps],
            [items.table(("$w_{\\text{in}}$", "$w_{\\text{out}}$ by the engine"), rows)],
        ],
        "With k = 3, s = 1 and p = 1 the size stays.",
    )


ON_STAGE = {f"lesson-padding-{p}-{s}": partial(staged, p, s) for p in PADS for s in STRIDES}
