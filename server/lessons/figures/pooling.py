"""The figures of lesson 12."""

from functools import lru_cache, partial

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, on_stage, onward
from convoscope.server.lessons.model import Board, Item, Values

KINDS = {"max": "max_pool2d", "average": "average_pool2d"}
Rows = tuple[tuple[float, ...], ...]
X: Rows = ((1.0, 1.0, 2.0, 4.0), (5.0, 6.0, 7.0, 8.0), (3.0, 2.0, 1.0, 0.0), (1.0, 2.0, 3.0, 4.0))
DY: Rows = ((1.0, -2.0), (0.5, 3.0))
TIES: Rows = ((2.0, 2.0, 1.0, 3.0), (2.0, 2.0, 3.0, 0.0), (0.0, 0.0, 5.0, 5.0), (0.0, 0.0, 5.0, 5.0))


@lru_cache(maxsize=128)
def passed(kind: str, x: Rows, dy: Rows) -> engine.Gradients:
    """2×2 windows with stride 2, and the backward pass of a given gradient."""
    trace = nets.one(nets.layer(KINDS[kind], kernel=(2, 2), stride=(2, 2)), np.array(x)[None, None])
    return trace.gradients(vjp=np.array(dy)[None])


def staged(kind: str, x: Rows, dy: Rows) -> on_stage.Small:
    """The same for the stage, with a layer more that gives dL/dy."""
    title = f"Pooling, lesson 12: {kind} of 2×2 windows"
    return on_stage.Small(f"lesson-pool-{kind}", title, passed(kind, x, dy).trace.network, np.array(x), np.array(dy))


def link(v: Values, words: str = "This window in the network view", kind: str = "max", **state: str) -> onward.Link:
    """On to the stage."""
    return on_stage.link(words, staged(kind, v["x"], v["dy"]), **state)


def back_to(
    v: Values, cell: tuple[int, ...], words: str = "This gradient in the network view", kind: str = "max"
) -> onward.Link:
    """On to the stage, at the gradient of a cell of x."""
    return link(v, words, kind, at=f"input@0,{cell[0]},{cell[1]}", objective="unit:L@0", show="gradient")


def winners(g: engine.Gradients) -> list[tuple[int, ...]]:
    """The cell that won each window, in reading order."""
    return [g.trace.explain("y", (0, r, c)).marks["winner"][2:] for r in range(2) for c in range(2)]


def at(v: Values) -> tuple[int, int]:
    """The window that is looked at."""
    return min(v["spot"][0], 1), min(v["spot"][1], 1)


def under(r: int, c: int) -> Item:
    """The outline of a window."""
    return items.window(range(2 * r, 2 * r + 2), range(2 * c, 2 * c + 2))


def forward(v: Values) -> Board:
    """x and its maxima."""
    g, (r, c) = passed("max", v["x"], v["dy"]), at(v)
    won = winners(g)
    where = won[2 * r + c]
    row = [
        items.grid(v["x"], "x, 4×4", marks=[under(r, c), items.mark("winner", [where])]),
        items.op("→"),
        items.grid(
            g.trace.output[0, 0],
            "2×2 windows, stride 2",
            name="spot",
            pick="spot",
            note="choose one",
            marks=[items.mark("pick", [(r, c)])],
            span=8,
        ),
    ]
    return Board(
        [row, onward.links(link(v, view="window", at=f"y@0,{r},{c}"))],
        f"The largest of window {r}, {c} is {g.trace.output[0, 0, r, c]:g}, at row {where[0]}, column {where[1]}.",
    )


def backward(v: Values) -> Board:
    """The index that took the max gets the gradient."""
    g, (r, c) = passed("max", v["x"], v["dy"]), at(v)
    won = winners(g)
    losers = [(a, b) for a in range(4) for b in range(4) if (a, b) not in won]
    rows = [
        [
            items.grid(
                v["x"],
                "x; the maxima are kept",
                marks=[items.mark("dim", losers), *(items.mark("winner", [w]) for w in won)],
            ),
            items.op("→"),
            items.grid(g.trace.output[0, 0], "y", span=8),
        ],
        [
            items.grid(
                g.by_activation["x"][0, 0],
                "$\\frac{\\partial L}{\\partial x}$",
                role="gradient",
                marks=[under(r, c)],
                decimals=1,
            ),
            items.op("←"),
            items.grid(v["dy"], "$\\frac{\\partial L}{\\partial y}$, given", role="gradient", edit="dy"),
        ],
        onward.links(back_to(v, won[2 * r + c])),
    ]
    kept = ", ".join(f"({a}, {b})" for a, b in won)
    return Board(rows, f"The kept indices are {kept}; the other 12 cells get 0.")


def edited(v: Values) -> Board:
    """The same with x to type."""
    rows = list(backward(v).rows)
    g = passed("max", v["x"], v["dy"])
    rows[0] = [
        items.grid(v["x"], "x", edit="x", marks=[items.mark("pick", [w]) for w in winners(g)]),
        items.op("→"),
        items.grid(g.trace.output[0, 0], "y", span=8),
    ]
    return Board(rows, backward(v).say)


def covered(v: Values) -> Board:
    """The given gradient, not where it goes."""
    return Board(
        [
            [
                items.grid(v["x"], "x", name="x", marks=[under(0, 1)]),
                items.op("←"),
                items.grid(
                    v["dy"],
                    "$\\frac{\\partial L}{\\partial y}$, given",
                    role="gradient",
                    decimals=1,
                    marks=[items.mark("pick", [(0, 1)])],
                ),
            ]
        ],
        "The top right window was given −2.",
        stage=link(v, view="window", at="y@0,0,1")[0],
    )


def tie(v: Values) -> Board:
    """A window of equal numbers, before it is said who is kept."""
    row = [items.grid(v["x"], "x", marks=[under(0, 0)]), items.grid(v["dy"], "given", role="gradient", decimals=1)]
    return Board([row], "Four equal numbers in the top left window.", stage=link(v, view="window", at="y@0,0,0")[0])


def both(v: Values) -> Board:
    """Max beside average."""
    rows = []
    for kind in KINDS:
        g = passed(kind, v["x"], v["dy"])
        rows.append(
            [
                items.grid(v["x"], "x") if kind == "max" else items.grid(v["x"], "x", edit="x"),
                items.op("→"),
                items.grid(g.trace.output[0, 0], kind, decimals=2, span=8),
                items.op("|"),
                items.grid(
                    g.by_activation["x"][0, 0],
                    f"$\\frac{{\\partial L}}{{\\partial x}}$, {kind}",
                    role="gradient",
                    decimals=2,
                    span=3,
                ),
            ]
        )
    again = onward.sandbox(
        "The average as a convolution, in the sandbox", [v["x"]], np.full((1, 1, 2, 2), 0.25), stride=2
    )
    rows.append(onward.links(*(back_to(v, (1, 1), f"{kind} in the network view", kind) for kind in KINDS), again))
    return Board(
        rows,
        (
            "Max keeps the strongest number of a window and sends the gradient there; average blurs it "
            "and gives everybody a quarter."
        ),
    )


def picture(v: Values) -> Board:
    """A real map pooled by max and by average."""
    a = nets.LOOKED.trace(v["image"].picture).activations["relu2"][0]
    k = max(range(len(a)), key=lambda c: float(a[c].std()))
    span = float(np.percentile(a[k], 99.5))
    made = {
        kind: nets.one(nets.layer(layer, kernel=(2, 2), stride=(2, 2)), a[None, k : k + 1]).output[0]
        for kind, layer in KINDS.items()
    }
    row = [
        items.volume(a[k : k + 1], f"relu2, map {k}, 32×32", span=span),
        items.volume(made["max"], "max, 16×16", span=span),
        items.volume(made["average"], "average, 16×16", span=span),
    ]
    best = made["max"][0]
    r, c = divmod(int(best.argmax()), best.shape[1])
    strongest = onward.stage(
        "The strongest window in the network view", v["image"], view="window", at=f"pool1@{k},{r},{c}"
    )
    tops = ", ".join(f"{kind} {float(m.max()):.2f}" for kind, m in made.items())
    return Board(
        [row, onward.links(strongest)],
        f"The strongest number of the map is {float(a[k].max()):.2f}; after pooling it is: {tops}.",
    )


def route(v: Values) -> tuple[int, ...]:
    """Where the top right window's gradient goes."""
    return winners(passed("max", v["x"], v["dy"]))[1]


ON_STAGE = {f"lesson-pool-{kind}": partial(staged, kind, X, DY) for kind in KINDS}
