"""The figures of lesson 6."""

from functools import lru_cache

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, on_stage, onward
from convoscope.server.lessons.model import Board, Item, Values

W = np.array([[0.5, -1.0, 2.0], [1.5, 0.0, -0.5]])
B = np.array([0.5, -1.0])
X = ((2.0, -1.0, 3.0),)
DH = ((1.0, -2.0),)
NAME = "lesson-dense"
Rows = tuple[tuple[float, ...], ...]


@lru_cache(maxsize=128)
def passed(x: Rows, dh: Rows) -> engine.Gradients:
    """The layer's passes for a given gradient of h."""
    return nets.one(nets.layer("dense", units=2), np.array(x), {"weight": W, "bias": B}).gradients(vjp=np.array(dh[0]))


@lru_cache(maxsize=64)
def locals_of(x: Rows) -> list[engine.Gradients]:
    """d h_k / d everything, for each k."""
    trace = nets.one(nets.layer("dense", units=2), np.array(x), {"weight": W, "bias": B})
    return [trace.gradients(engine.unit("y", (k,))) for k in range(2)]


def staged(v: Values) -> on_stage.Small:
    """The same for the stage, with a layer more that gives dL/dh."""
    network = passed(v["x"], v["dh"]).trace.network
    return on_stage.Small(NAME, "A dense layer, lesson 6", network, np.array(v["x"][0]), np.array(v["dh"][0]))


def led(v: Values, **state: str) -> onward.Link:
    """On to the stage."""
    return on_stage.link("The same numbers in the network view", staged(v), **state)


def learnt(v: Values, param: str, *at: int) -> list[Item]:
    """On to the stage, at the gradient of a parameter."""
    weight = f"y.{param}@{','.join(map(str, at))}"
    return onward.links(led(v, objective="unit:L@0", weight=weight))


def place(v: Values) -> tuple[int, int]:
    """The weight that is looked at."""
    return min(v["spot"][0], 1), min(v["spot"][1], 2)


def forward(v: Values) -> Board:
    """W x + b = h."""
    h = passed(v["x"], v["dh"]).trace.output
    row = [
        items.grid(W, "W", role="weight", decimals=1),
        items.op("·"),
        items.grid(np.array(v["x"]).T, "x", decimals=1),
        items.op("+"),
        items.grid(B[:, None], "b", role="weight", decimals=1),
        items.op("="),
        items.grid(h.T, "h", decimals=1),
    ]
    as_pixel = np.reshape(v["x"], (3, 1, 1)), W.reshape(2, 3, 1, 1)
    link = onward.sandbox("The same numbers as a 1×1 convolution, in the sandbox", *as_pixel, b=B)
    return Board(
        [row, onward.links(led(v, at="y@0"), link)], "Two outputs, each a weighted sum of three inputs and a bias."
    )


def weight(v: Values) -> Board:
    """One weight's gradient as a sum over k, and all of them."""
    i, j = place(v)
    g = passed(v["x"], v["dh"])
    mine = [float(one.by_param["y"]["weight"][i, j]) for one in locals_of(v["x"])]
    terms = [
        (f"$\\ix{{k}}$ = {k}: {dy:g} × {d + 0.0:g}", dy * d)
        for k, (dy, d) in enumerate(zip(v["dh"][0], mine, strict=True))
    ]
    value = float(g.by_param["y"]["weight"][i, j])
    mark = [items.mark("pick", [(i, j)])]
    row = [
        items.grid(v["dh"], "$\\frac{\\partial L}{\\partial h_{\\ix{k}}}$, given", role="gradient", edit="dh"),
        items.grid(v["x"], "x", edit="x", marks=[items.mark("pick", [(0, j)])]),
        items.grid(W, "W", name="spot", pick="spot", role="weight", decimals=1, marks=mark, note="choose one"),
    ]
    second = [
        items.total(terms, f"$\\frac{{\\partial L}}{{\\partial W_{{{i}{j}}}}}$", value, role="gradient"),
        items.grid(
            g.by_param["y"]["weight"], "$\\frac{\\partial L}{\\partial W}$, all of them", role="gradient", marks=mark
        ),
    ]
    return Board(
        [row, second, learnt(v, "weight", i, j)],
        f"dL/dW[{i}, {j}] is {value:g}: only output {i} reads this weight, and it reads x[{j}] with it.",
    )


def outer(v: Values) -> Board:
    """dL/dW is dL/dh times x, each with each."""
    g = passed(v["x"], v["dh"])
    row = [
        items.grid(np.array(v["dh"]).T, "$\\frac{\\partial L}{\\partial h}$", role="gradient"),
        items.op("⊗"),
        items.grid(v["x"], "x"),
        items.op("="),
        items.grid(g.by_param["y"]["weight"], "$\\frac{\\partial L}{\\partial W}$", role="gradient"),
    ]
    return Board(
        [
            row,
            [
                items.grid(
                    g.by_param["y"]["bias"],
                    "$\\frac{\\partial L}{\\partial b} = \\frac{\\partial L}{\\partial h}$",
                    role="gradient",
                )
            ],
            learnt(v, "weight", 0, 0),
        ],
        "The gradient of the weights is the outer product.",
    )


def bias(v: Values) -> Board:
    """One bias's gradient as a sum over k."""
    i = v["i"]
    g = passed(v["x"], v["dh"])
    mine = [float(one.by_param["y"]["bias"][i]) for one in locals_of(v["x"])]
    terms = [
        (f"$\\ix{{k}}$ = {k}: {dy:g} × {d + 0.0:g}", dy * d)
        for k, (dy, d) in enumerate(zip(v["dh"][0], mine, strict=True))
    ]
    value = float(g.by_param["y"]["bias"][i])
    return Board(
        [
            [items.grid(v["dh"], "$\\frac{\\partial L}{\\partial h_{\\ix{k}}}$, given", role="gradient", edit="dh")],
            [items.total(terms, f"$\\frac{{\\partial L}}{{\\partial b_{i}}}$", value, role="gradient")],
            learnt(v, "bias", i),
        ],
        f"dL/db[{i}] is {value:g}.",
    )


def shapes(v: Values) -> Board:
    """What has which shape."""
    g = passed(v["x"], v["dh"])
    p, d = g.trace.network.params["y"], g.by_param["y"]
    rows = [
        ("x", "D", str(X[0].__len__()), str(g.by_activation["x"].shape[1])),
        ("h", "K", str(g.trace.output.shape[1]), str(g.by_activation["y"].shape[1])),
        ("W", "K × D", "×".join(map(str, p["weight"].shape)), "×".join(map(str, d["weight"].shape))),
        ("b", "K", str(p["bias"].shape[0]), str(d["bias"].shape[0])),
    ]
    return Board(
        [[items.table(("", "in general", "shape here", "shape of its gradient"), rows)]],
        "A gradient has the shape of what it belongs to.",
        stage=led(v, objective="unit:L@0", weight="y.weight@0,0")[0],
    )


def blank(v: Values) -> Board:
    """Before the gradient is shown."""
    return Board(
        [
            [
                items.grid(DH, "$\\frac{\\partial L}{\\partial h}$, given", role="gradient"),
                items.grid(X, "x"),
                items.grid(W, "W", role="weight", decimals=1, marks=[items.mark("pick", [(1, 2)])]),
            ]
        ],
        "The given gradient is 1 and −2, the input 2, −1 and 3.",
        stage=led({"x": X, "dh": DH}, at="y@1")[0],
    )


def zero(v: Values) -> Board:
    """Before the cell is chosen."""
    x = ((2.0, 0.0, 3.0),)
    return Board(
        [
            [
                items.grid(DH, "$\\frac{\\partial L}{\\partial h}$", role="gradient"),
                items.grid(x, "x"),
                items.grid(W, "W", name="W", role="weight", decimals=1),
            ]
        ],
        "The input is 2, 0 and 3.",
        stage=led({"x": x, "dh": DH}, at="y@0")[0],
    )


ON_STAGE = {NAME: lambda: staged({"x": X, "dh": DH})}
