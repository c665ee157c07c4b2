"""The figures of lesson 5."""

from functools import lru_cache, partial
from itertools import product

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, on_stage, onward
from convoscope.server.lessons.model import Board, Item, Values
from convoscope.server.lessons.prose import chance
from convoscope.server.lessons.snippets import run

F = ((2.0, 1.0, -1.0), (0.5, 0.5, 3.0))
LABELS = ("cat", "dog", "ship")
NAME = "lesson-softmax"
NAIVE = "def softmax(f):\n    exp_f = np.exp(f)\n    return exp_f / np.sum(exp_f, axis=1, keepdims=True)\n"
STABLE = (
    "def softmax(f):\n    exp_f = np.exp(f - np.max(f, axis=1, keepdims=True))\n"
    "    return exp_f / np.sum(exp_f, axis=1, keepdims=True)\n"
)
Rows = tuple[tuple[float, ...], ...]


@lru_cache(maxsize=256)
def passed(f: Rows, y: tuple[int, ...]) -> engine.Gradients:
    """The softmax of N rows of logits, the loss against y, and the gradients."""
    trace = nets.chain((len(f[0]),), [("p", nets.layer("softmax"))]).trace(np.array(f))
    return trace.gradients(engine.loss(y))


def alone(f: Rows) -> on_stage.Small:
    """One example for the stage: the picture is its logits."""
    return on_stage.Small(
        NAME, "Softmax and cross-entropy, lesson 5", passed(f, (0,)).trace.network, np.array(f[0]), labels=LABELS
    )


def together(f: Rows, y: tuple[int, ...]) -> on_stage.Small:
    """All examples for the stage, a row each; its last layer is L, the mean of −log p of the right answers."""
    x = np.array(f)
    nodes = engine.Node("p", nets.layer("softmax"), ("x",)), engine.Node("log_p", nets.layer("log"), ("p",))
    network = engine.Network("lesson", (engine.Input("x", (None, 1, *x.shape)),), nodes, {})
    said = [LABELS[k] for k in y]
    title = f"Cross-entropy, lesson 5: {', '.join(said)}"
    return on_stage.Small("-".join((NAME, *said)), title, network, x, -np.eye(len(LABELS))[list(y)] / len(y))


def link(f: Rows, **state: str) -> onward.Link:
    """One example, on to the stage."""
    return on_stage.link("These logits in the network view", alone(f), **state)


def led(f: Rows, **state: str) -> list[Item]:
    """The same as a row of the figure."""
    return onward.links(link(f, **state))


def asked(v: Values) -> Board:
    """One example's probabilities, before its gradient."""
    p = passed(one(v), (1,)).trace.output[0]
    bars = items.bars(list(zip(LABELS, p, strict=True)), "p; the right answer is dog", span=1, pick=1)
    return Board([[bars]], "Three probabilities; the right answer is dog.", stage=link(one(v), at="p@1")[0])


@lru_cache(maxsize=64)
def naive(f: Rows) -> engine.Trace:
    """exp, sum, divide, as the formula says."""
    nodes = (
        engine.Node("e", nets.layer("exp"), ("x",)),
        engine.Node("s", nets.layer("dense", units=1, bias=False), ("e",)),
        engine.Node("p", nets.layer("div"), ("e", "s")),
    )
    d = len(f[0])
    net = engine.Network("naive", (engine.Input("x", (None, d)),), nodes, {"s": {"weight": np.ones((1, d))}})
    with np.errstate(all="ignore"):
        return net.trace(np.array(f))


def labels(v: Values) -> tuple[int, ...]:
    """The right classes."""
    return LABELS.index(v["y0"]), LABELS.index(v["y1"])


def one(v: Values) -> Rows:
    """The single example with sliders."""
    return ((v["f0"], v["f1"], v["f2"]),)


def losses(v: Values) -> list[float]:
    """L_i of each example."""
    return [passed((row,), (y,)).value for row, y in zip(v["f"], labels(v), strict=True)]


def grids(v: Values, *, gradient: bool = False) -> Board:
    """f, p, the losses; and p − t where asked."""
    g, y = passed(v["f"], labels(v)), labels(v)
    right = [items.mark("pick", [(i, k)]) for i, k in enumerate(y)]
    examples = ["i = 0", "i = 1"]
    row = [
        items.grid(v["f"], "f, the logits", edit="f", marks=right, rows=examples),
        items.op("→"),
        items.grid(g.trace.output, "p", marks=right, decimals=3, span=1, rows=examples, columns=LABELS),
    ]
    each = losses(v)
    second = [
        items.table(
            ("example", "right answer", "$L_{\\ix{i}} = -\\log p_{\\ix{i}, y_{\\ix{i}}}$"),
            [(f"{i}", LABELS[k], f"{each[i]:.4f}") for i, k in enumerate(y)],
        ),
        items.number("L, the average", g.value),
    ]
    rows = [row, second]
    if gradient:
        t = np.eye(3)[list(y)]
        rows = [
            row,
            [
                items.grid(g.trace.output, "p", decimals=3, span=1),
                items.op("−"),
                items.grid(t, "t", span=1, role="plain"),
                items.op("÷ 2 ="),
                items.grid(
                    g.by_activation["x"],
                    "$\\frac{\\partial L}{\\partial f_{\\ix{i},\\ix{j}}}$",
                    role="gradient",
                    decimals=3,
                    marks=right,
                ),
            ],
        ]
    state = {"at": "input@0,0,0", "show": "gradient"} if gradient else {"at": "p@0,0,0"}
    stage = on_stage.link("Both examples in the network view", together(v["f"], y), objective="unit:L@0", **state)
    rows.append(onward.links(stage))
    return Board(rows, f"The losses are {each[0]:.4f} and {each[1]:.4f}, their mean {g.value:.4f}.")


def forward(v: Values) -> Board:
    """p, L_i and L."""
    return grids(v)


def backward(v: Values) -> Board:
    """(p − t)/N."""
    return grids(v, gradient=True)


def seed_why(v: Values) -> str:
    """p − t of the right class, in numbers."""
    g = passed(one(v), (1,))
    p, d = float(g.trace.output[0, 1]), float(g.by_activation["x"][0, 1])
    made = f"{chance(p)} − 1 = **−{abs(d):.3f}**"
    return f"It is $p - t$ with $t = 1$: {made}. Negative: raising this logit lowers the loss."


def sliders(v: Values) -> Board:
    """One example: bars of p, and of p − t."""
    g = passed(one(v), (LABELS.index(v["y0"]),))
    p, d = g.trace.output[0], g.by_activation["x"][0]
    y = LABELS.index(v["y0"])
    return Board(
        [
            [
                items.bars(list(zip(LABELS, p, strict=True)), "p", span=1, pick=y),
                items.bars(
                    list(zip(LABELS, d, strict=True)),
                    "$\\frac{\\partial L}{\\partial f} = p - t$",
                    "gradient",
                    span=1,
                    pick=y,
                ),
            ],
            [items.number(f"$L = -\\log p_y$, $y$ = {LABELS[y]}", g.value)],
            led(one(v), at=f"x@{y}", objective=f"loss:{y}", show="gradient"),
        ],
        f"p of {LABELS[y]} is {chance(float(p[y]))}, the loss {g.value:.4f}.",
    )


def big(v: Values) -> Rows:
    """The logits that break the naive code."""
    return {"1": ((1.0, 2.0, 3.0),), "1000": ((1000.0, 2.0, 3.0),), "-1000": ((-1000.0, -1001.0, -1002.0),)}[v["big"]]


def literal(f: Rows) -> str:
    """The logits as code."""
    return "np.array([[" + ", ".join(f"{x:g}." for x in f[0]) + "]])"


def broken(v: Values) -> Board:
    """The naive code, run, and its parts."""
    f, t = big(v), naive(big(v))
    row = [
        items.grid(f, "f"),
        items.op("→"),
        items.grid(t.activations["e"], "exp f", decimals=2, span=30),
        items.op("÷"),
        items.grid(t.activations["s"], "Σ", decimals=2, span=30),
        items.op("="),
        items.grid(t.activations["p"], "p", decimals=3, span=1),
    ]
    said = {"1": "fine", "1000": "∞ / ∞ = NaN", "-1000": "0 / 0 = NaN"}[v["big"]]
    return Board([[items.code(run(NAIVE + f"\nprint(softmax({literal(f)}))"))], row], f"With these logits: {said}.")


def covered(v: Values) -> Board:
    """The naive code before it runs."""
    return Board(
        [
            [items.math(r"p_{\ix{i},\ix{j}} = \frac{e^{f_{\ix{i},\ix{j}}}}{\sum_{\ix{k}} e^{f_{\ix{i},\ix{k}}}}")],
            [items.code(run(NAIVE))],
        ],
        "The formula as code.",
    )


def stable(v: Values) -> Board:
    """The stable code on the same logits."""
    f = big(v)
    p = passed(f, (0,)).trace.output
    shifted = np.array(f) - max(f[0])
    return Board(
        [
            [items.code(run(STABLE + f"\nprint(softmax({literal(f)}))"))],
            [
                items.grid(f, "f"),
                items.op("→"),
                items.grid(shifted, f"f − C, C = {max(f[0]):g}".replace("-", "−")),
                items.op("→"),
                items.grid(p, "p", decimals=3, span=1),
            ],
            led(f, at="p@0"),
        ],
        f"With C = {max(f[0]):g} subtracted, p is finite.",
    )


ON_STAGE = {NAME: partial(alone, F[:1])} | {
    "-".join((NAME, LABELS[a], LABELS[b])): partial(together, F, (a, b)) for a, b in product(range(3), repeat=2)
}
