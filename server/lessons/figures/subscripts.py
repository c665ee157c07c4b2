"""The figures of lesson 3."""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, on_stage, onward
from convoscope.server.lessons.model import Board, Item, Values

RNG = np.random.default_rng(4670)
Array = nets.Array


def whole(*shape: int) -> Array:
    """Small whole numbers, the same each time."""
    return RNG.integers(-2, 4, shape).astype(float)


W1D, X1D, G1D = np.array([[1.0, -1.0, 2.0], [0.0, 3.0, -2.0]]), np.array([2.0, 1.0, -1.0]), np.array([1.0, -2.0])
X2D, K2D, G2D = whole(4, 4), np.array([[1.0, 2.0], [0.0, -1.0]]), whole(3, 3)
X3D, K3D, G3D = whole(2, 3, 3), whole(2, 2, 2, 2), whole(2, 2, 2)
SIZES = ("scalar", "vector", "matrix", "volume")


@lru_cache(maxsize=4)
def passed(rank: int) -> engine.Gradients:
    """Both passes of a layer h(x) between arrays of this rank; the gradient of h is given."""
    if rank == 0:
        return nets.one(nets.layer("dense", units=1, bias=False), np.array([[2.0]]), {"weight": [[3.0]]}).gradients(
            vjp=np.array([-1.5])
        )
    if rank == 1:
        return nets.one(nets.layer("dense", units=2, bias=False), X1D[None], {"weight": W1D}).gradients(vjp=G1D)
    if rank == 2:
        return nets.conv(X2D[None], K2D[None, None]).gradients(vjp=G2D[None])
    return nets.conv(X3D, K3D).gradients(vjp=G3D)


def staged(rank: int) -> on_stage.Small:
    """The same layer for the stage, with one more that gives it the gradient."""
    found = passed(rank)
    x = found.trace.activations["x"][0]
    name, title = f"lesson-{SIZES[rank]}", f"More subscripts, lesson 3: a {SIZES[rank]}"
    given = found.by_activation["y"][0]
    return on_stage.Small(name, title, found.trace.network, x[0] if rank == 2 else x, given)


def led(v: Values, rank: int) -> list[Item]:
    """On to the stage, at the gradient of the cell."""
    place = ",".join(map(str, at(v, rank)))
    where = f"{'input' if rank == 2 else 'x'}@{place}"
    words = f"This {SIZES[rank]} in the network view" if rank else "These numbers in the network view"
    return onward.links(on_stage.link(words, staged(rank), at=where, objective="unit:L@0", show="gradient"))


def cell(v: Values, rank: int) -> tuple[int, ...]:
    """The cell of x that is looked at, kept inside x."""
    shape = passed(rank).trace.activations["x"].shape[1:]
    if rank < 2:
        return (0,) * (rank == 0) or (min(v["vector"][1], shape[0] - 1),)
    r, c = (min(i, n - 1) for i, n in zip(v["spot"], shape[-2:], strict=True))
    return (r, c) if rank == 2 else (0, r, c)


def at(v: Values, rank: int) -> tuple[int, ...]:
    """The same with the axes that the layer's array has."""
    place = cell(v, rank)
    return (0, *place) if rank == 2 else place


def counted(v: Values) -> Board:
    """A cell of a matrix, before its terms are counted."""
    row = [
        items.grid(X2D, "x", marks=[items.mark("pick", [(1, 1)])]),
        items.grid(K2D, "kernel", role="weight"),
        items.grid(G2D, "$\\frac{\\partial L}{\\partial h}$", role="gradient"),
    ]
    stage = on_stage.link("", staged(2), view="window", at="y@0,1,1")[0]
    return Board([row], "A 4 by 4 input, a 2 by 2 kernel, a 3 by 3 output.", stage=stage)


def terms(v: Values, rank: int) -> tuple[list[tuple[str, float]], float, list[tuple[int, ...]]]:
    """One term per output that reads the cell: label, product; their sum; and where they are."""
    e = passed(rank).explain("x", at(v, rank))
    given, local = e.operands
    assert given.at is not None
    assert e.products is not None
    where = [tuple(int(i) for i in o[1:]) for o in given.at]
    names = [("", "i", "ij", "ijk")[rank][k] for k in range(rank)]
    rows = []
    for o, dy, d, p in zip(where, given.values.ravel(), local.values.ravel(), e.products.ravel(), strict=True):
        place = o if rank != 2 else o[1:]
        index = ", ".join(f"$\\ix{{{n}}}$ = {i}" for n, i in zip(names, place, strict=False))
        rows.append((f"{index + ': ' if index else ''}{dy:g} × {d:g}", float(p)))
    return rows, e.value, where


def added(v: Values, rows: list[tuple[str, float]], indices: str, label: str, value: float) -> Item:
    """The terms that add up, one by one where the reader has asked for them, else as one sign."""
    signs = "".join(f"\\sum_{{\\ix{{{i}}}}} " for i in indices)
    count = f"{len(rows)} products" if len(rows) != 1 else "1 product"
    shown = rows if v["sums"] == "expanded" else [(f"${signs}$ of {count}", value)]
    return items.total(shown, label, value, role="gradient")


def scalar(v: Values) -> Board:
    """One number in, one out."""
    g = passed(0)
    rows, value, _ = terms(v, 0)
    row = [
        items.number("x", float(g.trace.activations["x"][0, 0]), decimals=1),
        items.op("→"),
        items.number("h = 3x", float(g.trace.output[0, 0]), decimals=1),
        items.op("→"),
        items.number("$\\frac{\\partial L}{\\partial h}$, given", -1.5, role="gradient", decimals=1),
    ]
    return Board(
        [row, [items.total(rows, "$\\frac{\\partial L}{\\partial x}$", value, role="gradient")], led(v, 0)],
        f"dL/dx = {value:g}.",
    )


def vector(v: Values) -> Board:
    """A sum over i; the Jacobian's column j."""
    (j,), (rows, value, _) = cell(v, 1), terms(v, 1)
    mark = [items.mark("pick", [(0, j)])]
    row = [
        items.grid(
            X1D, "x", name="vector", pick="vector", marks=mark, columns=[f"j = {k}" for k in range(3)], note="choose j"
        ),
        items.grid(
            W1D,
            "$\\frac{\\partial h_{\\ix{i}}}{\\partial x_{\\ix{j}}}$",
            role="weight",
            marks=[items.window(range(2), [j])],
            rows=["i = 0", "i = 1"],
            columns=[f"j = {k}" for k in range(3)],
        ),
        items.grid(
            G1D[:, None], "$\\frac{\\partial L}{\\partial h_{\\ix{i}}}$", role="gradient", rows=["i = 0", "i = 1"]
        ),
    ]
    total = added(v, rows, "i", f"$\\frac{{\\partial L}}{{\\partial x_{j}}}$", value)
    given = items.grid(
        passed(1).by_activation["x"], "$\\frac{\\partial L}{\\partial x}$, all j", role="gradient", marks=mark
    )
    return Board([row, [total, given], led(v, 1)], f"dL/dx[{j}] is a sum of {len(rows)} terms: {value:g}.")


def matrix(v: Values) -> Board:
    """A sum over i and j."""
    place, (rows, value, where) = cell(v, 2), terms(v, 2)
    g = passed(2)
    readers = [o[1:] for o in where]
    row = [
        items.grid(X2D, "x", name="spot", pick="spot", marks=[items.mark("pick", [place])], note="choose a, b"),
        items.grid(K2D, "kernel", role="weight"),
        items.grid(g.trace.output[0, 0], "h"),
        items.grid(
            G2D, "$\\frac{\\partial L}{\\partial h}$, given", role="gradient", marks=[items.mark("window", readers)]
        ),
    ]
    total = added(v, rows, "ij", f"$\\frac{{\\partial L}}{{\\partial x_{{{place[0]}{place[1]}}}}}$", value)
    return Board(
        [
            row,
            [
                total,
                items.grid(
                    g.by_activation["x"][0, 0],
                    "$\\frac{\\partial L}{\\partial x}$",
                    role="gradient",
                    marks=[items.mark("pick", [place])],
                ),
            ],
            led(v, 2),
        ],
        f"Of the 9 outputs, {len(rows)} read x[{place[0]}, {place[1]}]; their terms add up to {value:g}.",
    )


def volume(v: Values) -> Board:
    """A sum over i, j and k."""
    place, (rows, value, where) = cell(v, 3), terms(v, 3)
    g = passed(3)
    xs = [
        items.grid(
            X3D[c],
            f"x, channel {c}",
            name="spot" if c == 0 else f"x{c}",
            pick="spot" if c == 0 else "",
            marks=[items.mark("pick", [place[1:]])] if c == 0 else [],
        )
        for c in range(2)
    ]
    gs = [
        items.grid(
            G3D[k],
            f"$\\frac{{\\partial L}}{{\\partial h}}$, channel {k}",
            role="gradient",
            marks=[items.mark("window", [o[1:] for o in where if o[0] == k])],
        )
        for k in range(2)
    ]
    label = "$\\frac{\\partial L}{\\partial x_{0" + f"{place[1]}{place[2]}" + "}}$"
    total = added(v, rows, "ijk", label, value)
    return Board(
        [
            [*xs, *gs],
            [
                total,
                items.grid(
                    g.by_activation["x"][0, 0],
                    "$\\frac{\\partial L}{\\partial x}$, channel 0",
                    role="gradient",
                    marks=[items.mark("pick", [place[1:]])],
                ),
            ],
            led(v, 3),
        ],
        f"Of the 8 outputs, {len(rows)} read this cell, in both channels; together {value:g}.",
    )


def count_why(v: Values) -> str:
    """Who reads the middle cell."""
    return (
        "A 2×2 kernel lies over the cell in **4** ways: with each of its four numbers. Each way is "
        "one output that reads the cell, and one term of the sum. At a corner only one window reaches the cell."
    )


ON_STAGE: dict[str, Callable[[], on_stage.Small]] = {
    f"lesson-{size}": partial(staged, rank) for rank, size in enumerate(SIZES)
}
