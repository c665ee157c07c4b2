"""The figures of lesson 4."""

from functools import lru_cache

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, on_stage, onward
from convoscope.server.lessons.model import Board, Item, Values
from convoscope.server.lessons.snippets import Run, run

D = 4
NAME = "lesson-mean"
X = ((5.0, 1.0, -2.0, 4.0),)
DH = ((1.0, 0.0, -1.0, 2.0),)
SHAPES = "X = np.array([[1., 2., 3., 6.], [4., 0., 2., 2.], [9., 1., 5., 1.]])\n"
FORWARD = "def forward(X):\n    return X - np.mean(X, axis=1, keepdims=True)\n"
NEWAXIS = "def forward(X):\n    return X - np.mean(X, axis=1)[:, np.newaxis]\n"
WRONG = "def forward(X):\n    return X - np.mean(X, axis=1)\n"

DERIVATION = (
    (
        r"\frac{\partial L}{\partial x_{\ix{j}}} = \sum_{\ix{i}} \frac{\partial L}{\partial "
        r"h_{\ix{i}}} \frac{\partial h_{\ix{i}}}{\partial x_{\ix{j}}}"
    ),
    r"= \sum_{\ix{i}} \frac{\partial L}{\partial h_{\ix{i}}} \left( \delta_{\ix{i}\ix{j}} - \frac{1}{D} \right)",
    (
        r"= \sum_{\ix{i}} \frac{\partial L}{\partial h_{\ix{i}}} \delta_{\ix{i}\ix{j}} - \frac{1}{D} "
        r"\sum_{\ix{i}} \frac{\partial L}{\partial h_{\ix{i}}}"
    ),
    r"= \frac{\partial L}{\partial h_{\ix{j}}} - \frac{1}{D} \sum_{\ix{i}} \frac{\partial L}{\partial h_{\ix{i}}}",
)
REASONS = (
    "backprop, also known as the chain rule",
    "the layer's local derivative put in",
    "multiplied out",
    "δ picks the one term with i = j. Done!",
)


@lru_cache(maxsize=64)
def trace(x: tuple[tuple[float, ...], ...]) -> engine.Trace:
    """h = x − mean(x)."""
    return nets.one(nets.layer("mean_subtraction"), np.array(x))


def jacobian(x: tuple[tuple[float, ...], ...]) -> nets.Array:
    """dh_i/dx_j, a row per output: one backward pass each."""
    found = trace(x)
    rows = [found.gradients(engine.unit("y", (i,))).by_activation["x"][0] for i in range(len(x[0]))]
    return np.array(rows)


def back(v: Values) -> nets.Array:
    """dL/dx for the gradient that is given."""
    return trace(v["x"]).gradients(vjp=np.array(v["dh"])).by_activation["x"]


def staged(v: Values) -> on_stage.Small:
    """The same for the stage, with a layer more that gives dL/dh."""
    found, dh = trace(v["x"]), np.array(v["dh"][0])
    return on_stage.Small(NAME, "Mean subtraction, lesson 4", found.network, found.activations["x"][0], dh)


def link(v: Values, **state: str) -> onward.Link:
    """On to the stage."""
    return on_stage.link("These numbers in the network view", staged(v), **state)


def led(v: Values, **state: str) -> list[Item]:
    """The same as a row of the figure."""
    return onward.links(link(v, **state))


def names(letter: str) -> list[str]:
    """Column titles."""
    return [f"{letter} = {k}" for k in range(D)]


def forward(v: Values) -> Board:
    """x, its mean, h."""
    t = trace(v["x"])
    mean = t.explain("y", (0,)).steps[1].value
    row = [
        items.grid(v["x"], "x", edit="x", columns=names("k")),
        items.op("−"),
        items.number("mean", mean, decimals=2),
        items.op("="),
        items.grid(t.output, "h", columns=names("i"), decimals=2),
    ]
    return Board(
        [row, [items.math(r"h_{\ix{i}} = x_{\ix{i}} - \frac{1}{D} \sum_{\ix{k}} x_{\ix{k}}")], led(v, at="y@0")],
        f"The mean is {mean:.2f}.",
    )


def local(v: Values) -> Board:
    """The Jacobian."""
    j = items.grid(
        jacobian(v["x"]),
        "$\\frac{\\partial h_{\\ix{i}}}{\\partial x_{\\ix{j}}} = \\delta_{\\ix{i}\\ix{j}} - \\frac{1}{D}$",
        rows=names("i"),
        columns=names("j"),
        decimals=2,
        role="weight",
        span=1,
        marks=[items.mark("pick", [(k, k)]) for k in range(D)],
    )
    delta = items.grid(np.eye(D), "$\\delta_{\\ix{i}\\ix{j}}$", columns=names("j"), role="weight", span=1)
    lead = led(v, at="x@0", objective="unit:y@0", show="gradient")
    return Board([[delta, items.op("− ¼ ="), j], lead], "On the diagonal 1 minus a quarter, elsewhere minus a quarter.")


def blank_local(v: Values) -> Board:
    """Before the Jacobian is shown."""
    t = trace(v["x"])
    return Board(
        [
            [
                items.grid(v["x"], "x", columns=names("j")),
                items.op("→"),
                items.grid(t.output, "h", columns=names("i"), decimals=2),
            ],
            [items.math(r"h_{\ix{i}} = x_{\ix{i}} - \frac{1}{D} \sum_{\ix{k}} x_{\ix{k}}, \quad D = 4")],
        ],
        "Four numbers in, four out.",
        stage=link(v, at="y@0")[0],
    )


def derivation(v: Values) -> Board:
    """The derivation, down to the line that has been reached."""
    n = v["line"]
    rows = [[items.math(DERIVATION[k], REASONS[k])] for k in range(n)]
    say = f"Line {n} of {len(DERIVATION)}: {REASONS[n - 1].removesuffix('!')}."
    return Board(rows, say, stage=link(v, at="x@0", objective="unit:L@0", show="gradient")[0])


def same(v: Values) -> Board:
    """Backward is forward."""
    dx = back(v)
    again = trace(tuple(tuple(r) for r in v["dh"])).output
    rows = [
        [
            items.grid(v["dh"], "$\\frac{\\partial L}{\\partial h}$, given", role="gradient", edit="dh"),
            items.op("→"),
            items.grid(dx, "$\\frac{\\partial L}{\\partial x}$, by the backward pass", role="gradient", decimals=2),
        ],
        [items.grid(again, "forward($\\frac{\\partial L}{\\partial h}$)", role="gradient", decimals=2)],
        [
            items.math(
                r"\frac{\partial L}{\partial x_{\ix{i}}} = \frac{\partial L}{\partial h_{\ix{i}}} - "
                r"\frac{1}{D} \sum_{\ix{k}} \frac{\partial L}{\partial h_{\ix{k}}}"
            )
        ],
    ]
    rows.append(led(v, at="x@0", objective="unit:L@0", show="gradient"))
    return Board(rows, "The backward pass and the forward pass of the gradient give the same numbers.")


def both(v: Values) -> Board:
    """Forward above, backward below, with both rows to type."""
    found = trace(v["x"])
    forth = [
        items.grid(v["x"], "x", edit="x", columns=names("k")),
        items.op("→"),
        items.grid(found.output, "h = forward(x)", decimals=2),
    ]
    back_ = [
        items.grid(back(v), "$\\frac{\\partial L}{\\partial x}$ = backward(dh)", role="gradient", decimals=2),
        items.op("←"),
        items.grid(v["dh"], "$\\frac{\\partial L}{\\partial h}$, given", role="gradient", edit="dh"),
    ]
    lead = led(v, at="x@0", objective="unit:L@0", show="gradient")
    said = ", ".join(f"{float(a):.2f}" for a in back(v)[0])
    return Board([forth, back_, lead], f"To the left go {said}: the given gradient less its mean.")


def checked(v: Values) -> Board:
    """The gradient by formula against measured slopes."""
    t = trace(v["x"])
    checks = [engine.check_gradient(t, engine.unit("y", (v["out"],)), "x", (0, j), step=1e-3) for j in range(D)]
    rows = [(f"{j}", f"{c.analytic:.9f}", f"{c.numeric:.9f}", f"{c.relative_error:.0e}") for j, c in enumerate(checks)]
    head = ("j", f"$\\frac{{\\partial h_{v['out']}}}{{\\partial x_{{\\ix{{j}}}}}}$ derived", "measured", "difference")
    lead = led(v, at="x@0", objective=f"unit:y@{v['out']}", show="gradient")
    return Board([[items.table(head, rows)], lead], "The derived and the measured slopes agree.")


def shape_line(code: str, array: str = SHAPES) -> Run:
    """A forward pass, tried."""
    return run(code + "\nprint(forward(X))", array)


def fails(v: Values) -> Board:
    """What NumPy says."""
    return Board(
        [[items.code(shape_line(WRONG), "X has shape (3, 4)")]], "NumPy raises a ValueError: the shapes do not fit."
    )


def works(v: Values) -> Board:
    """Both right ways."""
    return Board(
        [[items.code(shape_line(NEWAXIS))], [items.code(shape_line(FORWARD), "this also works")]],
        "Both give rows of mean 0.",
    )


def backward_code(v: Values) -> Board:
    """The backward pass in code."""
    text = FORWARD + "\ndef backward(dh):\n    return forward(dh)\n\nprint(backward(np.array([[1., 0., -1., 2.]])))"
    return Board([[items.code(run(text))]], "backward is forward.")


def square(v: Values) -> Board:
    """The wrong code on a square array: no error, wrong numbers."""
    before = "X = np.array([[1., 2., 3.], [4., 0., 2.], [9., 1., 5.]])\n"
    return Board(
        [
            [
                items.code(
                    run(WRONG + "\nprint(forward(X).mean(axis=1))  # should be zeros", before), "X has shape (3, 3)"
                )
            ],
            [items.code(run(FORWARD + "\nprint(forward(X).mean(axis=1))", before))],
        ],
        "On a square array the wrong code raises nothing.",
    )


ON_STAGE = {NAME: lambda: staged({"x": X, "dh": DH})}
