"""The figures of lesson 2."""

from functools import lru_cache

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, on_stage, onward
from convoscope.server.lessons.model import Board, Item, Values

LAYERS = (
    ("h1", "dense", "$h^{(1)} = \\theta^{(1)} x$"),
    ("h2", "tanh", "$h^{(2)} = \\tanh h^{(1)}$"),
    ("h3", "dense", "$h^{(3)} = \\theta^{(3)} h^{(2)}$"),
    ("f", "sigmoid", "$f = \\sigma(h^{(3)})$"),
    ("h5", "log", "$h^{(5)} = \\log f$"),
    ("L", "neg", "$L = -h^{(5)}$"),
)
DOES = ("", "$\\theta^{(1)} \\cdot$", "tanh", "$\\theta^{(3)} \\cdot$", "$\\sigma$", "log", "$-1 \\cdot$")
NAMES = ("x", "$h^{(1)}$", "$h^{(2)}$", "$h^{(3)}$", "$f$", "$h^{(5)}$", "$L$")
NODES = ("x", *(name for name, _, _ in LAYERS))
SAID = ("x", *(f"h({n})" for n in range(1, len(LAYERS))), "the loss")
LAST = len(LAYERS)
NAME = "lesson-chain"
DEFAULTS = {"x": 1.5, "theta1": 0.6, "theta3": -1.2}


@lru_cache(maxsize=256)
def passed(x: float, first: float, third: float) -> tuple[engine.Trace, engine.Gradients]:
    """Both passes of the chain."""
    layers = [(n, nets.layer(k, units=1, bias=False) if k == "dense" else nets.layer(k)) for n, k, _ in LAYERS]
    params = {"h1": {"weight": [[first]]}, "h3": {"weight": [[third]]}}
    trace = nets.chain((1,), layers, params).trace(np.array([[x]]))
    return trace, trace.gradients(engine.unit("L", (0, 0)))


def both(v: Values) -> tuple[engine.Trace, engine.Gradients]:
    """Both passes for the values."""
    return passed(v["x"], v["theta1"], v["theta3"])


def staged(v: Values) -> on_stage.Small:
    """The same chain for the stage."""
    trace = both(v)[0]
    return on_stage.Small(NAME, "The chain rule, lesson 2", trace.network, trace.activations["x"][0])


def link(v: Values, n: int, done: int = LAST, *, back: bool = True) -> onward.Link:
    """On to the stage, at h(n): its gradient, or its value when the layers up to `done` have run."""
    passed_back = {"objective": f"unit:{NODES[LAST]}@0", "show": "gradient"}
    moment = {"t": str(done + 1)} if done < LAST else {}  # the picture's one pixel becomes x first
    state = {"at": f"{NODES[n]}@0", **(passed_back if back else moment)}
    return on_stage.link("This chain in the network view", staged(v), **state)


def led(v: Values, n: int, done: int = LAST, *, back: bool = True) -> list[Item]:
    """The same as a row of the figure."""
    return onward.links(link(v, n, done, back=back))


def value(v: Values, n: int) -> float:
    """h(n), n = 0 the input."""
    return float(both(v)[0].activations[NODES[n]][0, 0])


def gradient(v: Values, n: int) -> float:
    """dL/dh(n)."""
    return float(both(v)[1].by_activation[NODES[n]][0, 0])


def local(v: Values, n: int) -> float:
    """dh(n)/dh(n−1), the local gradient of layer n."""
    return float(both(v)[1].explain(NODES[n - 1], (0, 0)).operands[1].values[0])


def theta(v: Values, n: int) -> tuple[float, float]:
    """dh(n)/dθ(n) and dL/dθ(n)."""
    e = both(v)[1].explain_param(NODES[n], "weight", (0, 0))
    return float(e.operands[1].values[0]), e.value


def row(
    v: Values, forward: int = LAST, backward: int = 0, pick: int = -1, blank: int = -1, locals_: bool = True
) -> Item:
    """The chain: values up to `forward`, gradients down to `backward`."""
    nodes = []
    for n in range(LAST + 1):
        shown = n >= backward and n != blank
        own = f"θ = {both(v)[0].network.params[NODES[n]]['weight'][0, 0]:.2f}" if n in (1, 3) else ""
        nodes.append(
            {
                "name": NAMES[n],
                "formula": LAYERS[n - 1][2] if n else "",
                "theta": own,
                "value": value(v, n) if n <= forward else None,
                "gradient": gradient(v, n) if shown else None,
                "does": DOES[n],
                "local": local(v, n) if locals_ and n > 0 and backward <= n else None,
                "pick": n == pick,
            }
        )
    return items.chain(nodes)


def forward(v: Values) -> Board:
    """The forward pass as far as it has come."""
    t = v["t"]
    return Board(
        [[row(v, t, LAST + 1, t, locals_=False)], led(v, t, t, back=False)],
        f"Forward, step {t}: {SAID[t]} is {value(v, t):.4f}.",
        {"t": (0, LAST)},
    )


def backward(v: Values) -> Board:
    """The backward pass as far as it has come: t counts from the loss."""
    n = LAST - v["t"]
    if n == LAST:
        sentence = "The backward pass starts at the loss: $\\frac{\\partial L}{\\partial L} = 1$."
    else:
        sentence = f"given {gradient(v, n + 1):.4f} × local {local(v, n + 1):.4f} = **{gradient(v, n):.4f}**"
    return Board(
        [[row(v, LAST, n, n)], [items.words(sentence)], led(v, n)],
        f"Backward, step {v['t']}: gradient {gradient(v, n):.4f}.",
        {"t": (0, LAST)},
    )


def layer_of(v: Values) -> int:
    """The layer that is looked at."""
    return int(v["n"])


def product(v: Values) -> Board:
    """given × local = wanted, to the left and for the weights."""
    n = layer_of(v)
    left = [
        items.number("given to us $\\frac{\\partial L}{\\partial h^{(n)}}$", gradient(v, n), role="gradient"),
        items.op("·"),
        items.number("local $\\frac{\\partial h^{(n)}}{\\partial h^{(n-1)}}$", local(v, n), role="plain"),
        items.op("="),
        items.number("to the left $\\frac{\\partial L}{\\partial h^{(n-1)}}$", gradient(v, n - 1), role="gradient"),
    ]
    rows = [[row(v, pick=n)], left]
    if n in (1, 3):
        own, wanted = theta(v, n)
        rows.append(
            [
                items.number("given to us $\\frac{\\partial L}{\\partial h^{(n)}}$", gradient(v, n), role="gradient"),
                items.op("·"),
                items.number("local $\\frac{\\partial h^{(n)}}{\\partial \\theta^{(n)}}$", own, role="plain"),
                items.op("="),
                items.number("what we want $\\frac{\\partial L}{\\partial \\theta^{(n)}}$", wanted, role="gradient"),
            ]
        )
    else:
        rows.append([items.words("This layer has no parameters: it only hands the gradient on.")])
    rows.append(led(v, n - 1))
    return Board(
        rows, f"Layer {n}: given {gradient(v, n):.4f} times local {local(v, n):.4f} is {gradient(v, n - 1):.4f}."
    )


def blanks(v: Values) -> Board:
    """The same with the product left out."""
    n = layer_of(v)
    left = [
        items.number("given to us", gradient(v, n), role="gradient"),
        items.op("·"),
        items.number("local gradient", local(v, n), role="plain"),
        items.op("="),
        items.words("**?**"),
    ]
    say = f"Layer {n}: {gradient(v, n):.4f} times {local(v, n):.4f} is what?"
    return Board([[row(v, LAST, n, n)], left], say, stage=link(v, n)[0])


def answered(v: Values) -> Board:
    """The same once the product is known."""
    board = product(v)
    return board._replace(rows=[[row(v, LAST, layer_of(v) - 1, layer_of(v))], *board.rows[1:]])


def why(v: Values) -> str:
    """given × local, in numbers."""
    n = layer_of(v)
    return (
        f"Given {gradient(v, n):.4f} × local {local(v, n):.4f} = **{gradient(v, n - 1):.4f}**. The "
        "layer needs to know nothing of the layers to its right: "
        "all they have to say is in the one number that is given."
    )


ON_STAGE = {NAME: lambda: staged(DEFAULTS)}
