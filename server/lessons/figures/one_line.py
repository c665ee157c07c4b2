"""The figures of lesson 8."""

from functools import lru_cache, partial

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, on_stage, onward
from convoscope.server.lessons.model import Board, Item, Values
from convoscope.server.lessons.snippets import run

RNG = np.random.default_rng(231)
X = RNG.integers(0, 4, (2, 3, 6, 6)).astype(float)
W = RNG.integers(-1, 3, (2, 3, 3, 3)).astype(float)
B = np.array([1.0, -2.0])
SIDE = 4
SETUP = f"X = np.array({X.tolist()})\nW = np.array({W.tolist()})\nb = np.array({B.tolist()})\n"

MEANS = {
    "": "Point at any part of the line.",
    "n": "`n` is the example: which picture of the batch.",
    "f": "the filter: each one makes its own slice of the output.",
    "rc": "`r, c` is the output position.",
    "channels": "`:` takes all input channels: the sum runs over them, too.",
    "region": "`r0:r1, c0:c1` is the input region under the window.",
    "wchannels": "all channels of the filter: as many as the input has.",
    "wplaces": "all positions of the filter.",
    "times": "`*` multiplies each input number with the weight that lies on it.",
    "sum": "`np.sum` adds up all 3 × 3 × 3 = 27 products.",
    "bias": "`b[f]` is the filter's bias, one number.",
}


@lru_cache(maxsize=1)
def trace() -> engine.Trace:
    """Both filters over both examples."""
    layer = nets.layer("conv2d", filters=2, kernel=(3, 3))
    return nets.one(layer, X, {"weight": W, "bias": B})


def staged(n: int) -> on_stage.Small:
    """The same for the stage, of one example."""
    return on_stage.Small(f"lesson-line-{n}", f"One line of NumPy, lesson 8: example {n}", trace().network, X[n])


def link(v: Values) -> onward.Link:
    """On to the stage, at the same number."""
    n, f, r, c = place(v)
    return on_stage.link("This window in the network view", staged(n), view="window", at=f"y@{f},{r},{c}")


def place(v: Values) -> tuple[int, int, int, int]:
    """(n, filter, r, c)."""
    return v["n"], v["f"], v["r"], v["c"]


def line(v: Values, pick: str = "") -> Item:
    """The line with its numbers."""
    n, f, r, c = place(v)
    parts: list[tuple[str, str] | Item] = [
        ("out[", ""),
        items.dial("n", n, (0, 1), "n, the example", part="n"),
        (", ", ""),
        items.dial("f", f, (0, 1), "the filter", part="f"),
        (", ", ""),
        items.dial("r", r, (0, SIDE - 1), "r, the output row", part="rc"),
        (", ", ""),
        items.dial("c", c, (0, SIDE - 1), "c, the output column", part="rc"),
        ("] = ", ""),
        ("np.sum", "sum"),
        ("(X[", ""),
        (str(n), "n"),
        (", ", ""),
        (":", "channels"),
        (", ", ""),
        (f"{r}:{r + 3}, {c}:{c + 3}", "region"),
        ("] ", ""),
        ("*", "times"),
        (" W[", ""),
        (str(f), "f"),
        (", ", ""),
        (":", "wchannels"),
        (", ", ""),
        (":, :", "wplaces"),
        ("]) + ", ""),
        (f"b[{f}]", "bias"),
    ]
    return items.line(parts, pick)


def show(v: Values) -> Board:
    """The line, and what the part that is pointed at means in the arrays."""
    n, f, r, c = place(v)
    e, pick = trace().explain("y", (n, f, r, c)), v["part"]
    window = [items.window(range(r, r + 3), range(c, c + 3))]
    everywhere = [items.window(range(6), range(6))]
    on_x = {
        "region": window,
        "times": window,
        "sum": window,
        "rc": window,
        "": window,
        "n": everywhere,
        "channels": window,
    }.get(pick, [])
    on_w = [items.window(range(3), range(3))] if pick in ("f", "wchannels", "wplaces", "times", "sum", "") else []
    xs = [items.grid(X[n, k], f"X[{n}, {k}]", name=f"X{k}", marks=on_x, span=4) for k in range(3)]
    ws = [items.grid(W[f, k], f"W[{f}, {k}]", role="weight", marks=on_w, span=3) for k in range(3)]
    out = items.grid(
        trace().output[n, f],
        f"out[{n}, {f}]",
        name="out",
        pick="spot",
        marks=[items.mark("pick", [(r, c)])] if pick in ("rc", "", "sum", "f", "n") else [],
    )
    rows = [[line(v, pick)], [items.words(MEANS[pick])], xs, [*ws, out]]
    terms = [(s.label, s.value) for s in e.steps]
    again = onward.sandbox("This window in the sandbox", X[n], W[f : f + 1], b=B[f : f + 1], t=r * SIDE + c)
    rows.append([items.total(terms, f"out[{n}, {f}, {r}, {c}]", e.value), items.links([again, link(v)])])
    return Board(rows, f"{MEANS[pick]} Here out[{n}, {f}, {r}, {c}] = {e.value:g}.".replace("`", ""))


def result(v: Values) -> Board:
    """The line, run by NumPy."""
    n, f, r, c = place(v)
    code = f"""
n, r, c = {n}, {r}, {c}
r0, r1, c0, c1 = r, r + 3, c, c + 3
out = np.zeros((2, 2, 4, 4))
out[n, {f}, r, c] = np.sum(X[n, :, r0:r1, c0:c1] * W[{f}, :, :, :]) + b[{f}]
print(out[n, {f}, r, c])
"""
    engine_says = trace().explain("y", (n, f, r, c)).value
    return Board(
        [[line(v)], [items.code(run(code, SETUP))], [items.number("the engine says", engine_says, decimals=1)]],
        f"NumPy and the engine both say {engine_says:g}.",
        stage=link(v)[0],
    )


def loops(v: Values) -> Board:
    """The line inside its loops, run over everything."""
    code = """
out = np.zeros((2, 2, 4, 4))
for n in range(2):                  # examples
    for f in range(2):              # filters
        for r in range(4):          # output rows
            for c in range(4):      # output columns
                r0, r1, c0, c1 = r, r + 3, c, c + 3
                out[n, f, r, c] = np.sum(X[n, :, r0:r1, c0:c1] * W[f, :, :, :]) + b[f]
print(out[0, 0])
"""
    return Board(
        [[items.code(run(code, SETUP))], [items.grid(trace().output[0, 0], "the engine's out[0, 0]")]],
        "The loops make the same numbers as the engine.",
        stage=link({"n": 0, "f": 0, "r": 0, "c": 0})[0],
    )


def shapes(v: Values) -> Board:
    """The four shapes."""
    t = trace()
    p = t.network.params["y"]
    rows = [
        ("X", "example, channel, row, column", str(t.activations["x"].shape)),
        ("W", "output depth, input depth, kernel height, kernel width", str(p["weight"].shape)),
        ("b", "output depth", str(p["bias"].shape)),
        ("out", "example, filter, row, column", str(t.output.shape)),
    ]
    return Board(
        [[line(v)], [items.table(("array", "axes", "shape here"), rows)]],
        "X, W and out have four axes, b has one.",
        stage=link(v)[0],
    )


def blank(v: Values) -> Board:
    """The arrays under one window, without the answer."""
    xs = [items.grid(X[0, k, 0:3, 0:3], f"X[0, {k}, 0:3, 0:3]", span=4) for k in range(1)]
    return Board(
        [
            [items.words("One channel of the three:")],
            [*xs, items.op("×"), items.grid(W[0, 0], "W[0, 0]", role="weight", span=3)],
        ],
        "A window of 3 by 3 numbers, and the weights that lie on it.",
        stage=link({"n": 0, "f": 0, "r": 0, "c": 0})[0],
    )


def one_channel(v: Values) -> float:
    """The first channel's part of out[0, 0, 0, 0]."""
    return float(trace().explain("y", (0, 0, 0, 0)).steps[0].value)


ON_STAGE = {f"lesson-line-{n}": partial(staged, n) for n in range(len(X))}
