"""The figures of lesson 7."""

from functools import lru_cache
from math import prod

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, on_stage, onward
from convoscope.server.lessons.figures.sharing import CIFAR, KERNEL, OUT, SIDE
from convoscope.server.lessons.model import Board, Item, Values

DEPTH = 5
FILTERS = (np.random.default_rng(5).standard_normal((DEPTH, 3, KERNEL, KERNEL)) * 0.2).round(2)
BIAS = np.array([0.1, -0.2, 0.0, 0.3, -0.1])
NAME = "lesson-filters"


@lru_cache(maxsize=6)
def _passed(content: bytes) -> engine.Trace:
    x = np.frombuffer(content, np.float64).reshape(3, SIDE, SIDE)
    return nets.conv(x, FILTERS, BIAS.tolist())


def passed(v: Values) -> engine.Trace:
    """Five 3×5×5 filters over the picture."""
    picture = nets.LOOKED.trace(v["image"].picture).activations["input"][0]
    return _passed(picture.astype(np.float64).tobytes())


def staged() -> on_stage.Seeing:
    """The same filters for the stage, on any picture."""
    blank_picture = np.zeros((3, SIDE, SIDE))
    return on_stage.Seeing(NAME, "Five filters, lesson 7", nets.conv(blank_picture, FILTERS, BIAS.tolist()).network)


def link(
    v: Values, words: str = "These filters in the network view", filter_: int = 0, view: str = "window"
) -> onward.Link:
    """The same picture under the same filters on the stage, at the chunk."""
    return onward.stage(words, v["image"], NAME, view=view, at=f"y@{filter_},{v['r']},{v['c']}")


def block(v: Values) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """The chunk that is looked at."""
    return (0, 3), (v["r"], v["r"] + KERNEL), (v["c"], v["c"] + KERNEL)


def source(v: Values, *, chunk: bool = True) -> Item:
    """The input volume with the chunk."""
    return items.volume(passed(v).activations["x"][0], "input 3×32×32", block=block(v) if chunk else ())


def shape(v: Values) -> Board:
    """The picture as a volume, and flattened."""
    x = passed(v).activations["x"][0]
    flat = items.grid(
        x.ravel()[:24], f"the first 24 of the {x.size} numbers of the same picture as a 1D vector", small=True, span=2.2
    )
    return Board(
        [[items.photo(v["image"].name, "the picture"), items.op("→"), items.volume(x, "input 3×32×32")], [flat]],
        "A picture is 3 by 32 by 32 numbers; flattened, its neighbours are gone.",
        stage=onward.stage("", v["image"], NAME, view="maps", at="input@0,0,0")[0],
    )


def before_and_now(v: Values) -> Board:
    """1D and 3D networks by their sizes."""
    net = engine.zoo.architecture(nets.EXAMPLE)
    now = [(n, net.shapes[n][1:]) for n in ("input", "conv1", "pool1", "pool2", "pool3")]
    before = [("input", (prod(net.input_shape),)), ("hidden", (100,)), ("output", (len(net.labels),))]
    return Board(
        [
            [items.boxes(before, "before: 1D vectors")],
            [items.boxes(now, "now: 3D arrays")],
            onward.links(onward.stage("These volumes in the network view", view="overview")),
        ],
        "Before, activations were vectors; now they are volumes.",
    )


def neuron(v: Values, filters: int = 1) -> Board:
    """One or two neurons: chunk, weights, sum."""
    t = passed(v)
    rows: list[list[Item]] = [[source(v)]]
    parts = []
    for k in range(filters):
        e = t.explain("y", (k, v["r"], v["c"]))
        terms = [(s.label, s.value) for s in e.steps if s.label != "rounding"]
        parts.append(
            items.total(terms, f"$h^r_{k + 1}$", e.value, f"neuron {k + 1}: $x^r$ × $W_{k + 1}$, channel by channel")
        )
    rows[0] += parts
    if filters == 1:
        e = t.explain("y", (0, v["r"], v["c"]))
        chunk, w = e.operands[0].values, e.operands[1].values
        names = ("red", "green", "blue")
        rows.append([items.grid(chunk[c], f"$x^r$, {name}", small=True, span=2) for c, name in enumerate(names)])
        rows.append(
            [items.grid(w[c], f"× W, {name}", small=True, role="weight", span=0.5) for c, name in enumerate(names)]
        )
    values = [t.explain("y", (k, v["r"], v["c"])).value for k in range(filters)]
    chunk = t.explain("y", (0, v["r"], v["c"])).operands[0].values
    which = "This neuron" if filters == 1 else "Both neurons"
    again = onward.sandbox(f"{which} in the sandbox", chunk, FILTERS[:filters], b=BIAS[:filters])
    rows.append(onward.links(again, link(v, filter_=filters - 1)))
    return Board(
        rows,
        ("The neuron's value is " if filters == 1 else "The two neurons say ")
        + " and ".join(f"{x:.4f}" for x in values)
        + ".",
        {"r": (0, OUT - 1), "c": (0, OUT - 1)},
    )


def two(v: Values) -> Board:
    """Two output neurons."""
    return neuron(v, 2)


def column(v: Values) -> Board:
    """A column [depth × 1 × 1]."""
    t, d = passed(v), v["depth"]
    out = t.output[0, :d, v["r"], v["c"]]
    names = [f"$h^r_{k + 1}$" for k in range(d)]
    return Board(
        [
            [
                source(v),
                items.op("→"),
                items.grid(
                    out[:, None], f"column [{d} × 1 × 1]", rows=[f"h{k + 1}" for k in range(d)], decimals=3, span=3
                ),
            ],
            onward.links(link(v, view="overview")),
        ],
        f"{len(names)} neurons look at the same chunk and make a column of {d} numbers.",
    )


def repeated(v: Values) -> Board:
    """The same across the whole input: a volume."""
    y = passed(v).output[0]
    at = (0, DEPTH), (v["r"], v["r"] + 1), (v["c"], v["c"] + 1)
    return Board(
        [
            [source(v), items.op("→"), items.volume(y, f"output {DEPTH}×{OUT}×{OUT}", block=at)],
            onward.links(link(v, view="overview")),
        ],
        f"The window at row {v['r']}, column {v['c']} makes one column of the output volume.",
    )


def four(v: Values) -> Board:
    """The weights have four axes."""
    w = nets.layer("conv2d", filters=DEPTH, kernel=(KERNEL, KERNEL)).param_shapes(CIFAR)["weight"]
    slices = [
        [items.grid(FILTERS[k, c], f"W[{k}, {c}]", small=True, role="weight", span=0.5) for k in range(DEPTH)]
        for c in range(3)
    ]
    return Board(
        [
            *slices,
            [items.table(("output depth", "input depth", "kernel height", "kernel width"), [tuple(str(n) for n in w)])],
        ],
        f"The weights have shape {w}: four axes.",
        stage=onward.stage("", v["image"], NAME, weight="y.weight@0,0,0,0")[0],
    )


def blank(v: Values) -> Board:
    """The picture with a chunk."""
    return Board([[source(v)]], "A chunk of 3 by 5 by 5 of the input of 3 by 32 by 32.", stage=link(v)[0])


ON_STAGE = {NAME: staged}
