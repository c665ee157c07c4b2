"""The figures of lesson 1."""

from functools import lru_cache

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, on_stage, onward
from convoscope.server.lessons.model import Board, Item, Values

X = np.array([[1.0, -2.0, 0.5]])
W1 = np.array([[0.5, 0.3, 0.8], [-0.6, 0.4, 0.2]])
B1 = np.array([0.2, 1.5])
W2 = np.array([[1.0, -0.7], [-0.4, 0.9]])
B2 = np.array([0.0, 0.1])
LABELS = ("cat", "dog")
WHICH = (0, 1)  # W12 in the lecture's counting from 1: to unit 1 from input 2
START = float(W1[WHICH])
LEAST, MOST = -2.0, 2.0
NUDGE = 0.1
SUB = "₁₂₃"
NAME = "lesson-weight"


def network(w: float) -> engine.Network:
    """Three inputs, two ReLUs, two classes; the one weight is w."""
    weight = W1.copy()
    weight[WHICH] = w
    layers = [("h", nets.layer("dense", units=2)), ("relu", nets.layer("relu")), ("f", nets.layer("dense", units=2))]
    return nets.chain((3,), layers, {"h": {"weight": weight, "bias": B1}, "f": {"weight": W2, "bias": B2}})


@lru_cache(maxsize=512)
def at(w: float) -> tuple[engine.Trace, engine.Gradients]:
    """The pass with this weight, and its gradients; the right answer is cat."""
    trace = network(w).trace(X)
    return trace, trace.gradients(engine.loss(0))


def loss(w: float) -> float:
    """L with this weight."""
    return at(w)[1].value


def slope(w: float) -> float:
    """dL/dW12."""
    return float(at(w)[1].by_param["h"]["weight"][WHICH])


def staged(w: float) -> on_stage.Small:
    """The same for the stage, where it says the probabilities too."""
    return on_stage.Small(NAME, "A weight somewhere, lesson 1", network(w), X[0], labels=LABELS, classes=True)


def link(w: float) -> onward.Link:
    """On to the stage: the weight's gradient, as it is computed."""
    weight = "h.weight@" + ",".join(map(str, WHICH))
    return on_stage.link("This network in the network view", staged(w), objective="loss:0", weight=weight)


def led(w: float) -> list[Item]:
    """The same as a row of the figure."""
    return onward.links(link(w))


@lru_cache(maxsize=1)
def sweep() -> list[tuple[float, float]]:
    """L for every weight of the slider's range."""
    return [(float(w), loss(float(w))) for w in np.linspace(LEAST, MOST, 81)]


def picture(w: float) -> Item:
    """The network with its numbers; the weight stands out."""
    trace, _ = at(w)
    _, p = engine.logits_and_probabilities(trace)
    layers = [
        [{"name": f"x{SUB[k]}", "value": v} for k, v in enumerate(X[0])],
        [{"name": f"h{SUB[k]}", "value": float(v)} for k, v in enumerate(trace.activations["relu"][0])],
        [{"name": LABELS[k], "value": float(v)} for k, v in enumerate(p)],
    ]
    weights = trace.network.params["h"]["weight"], W2
    edges = [
        {"from": [layer, i], "to": [layer + 1, o], "value": float(v), "pick": layer == 0 and (o, i) == WHICH}
        for layer, matrix in enumerate(weights)
        for (o, i), v in np.ndenumerate(matrix)
    ]
    return items.net(layers, edges, "input, hidden layer (ReLU), probabilities")


def graph(w: float, *, line: bool = True, after: float | None = None) -> Item:
    """L over the weight, with the slope where it stands."""
    value, g, reach = loss(w), slope(w), 0.7
    tangent = [(w - reach, value - reach * g), (w + reach, value + reach * g)] if line else []
    dots = [] if after is None else [(after, loss(after))]
    return items.curve(sweep(), (w, value), tangent, x="the weight $W^{(1)}_{12}$", y="L", dots=dots)


def setup(v: Values) -> Board:
    """The network and its loss."""
    w = v["w"]
    loss_now = items.number("L", loss(w), "$-\\log p_{\\text{cat}}$: cat is the right answer")
    return Board(
        [[picture(w), loss_now], led(w)],
        f"A network of 3 inputs, 2 hidden units and 2 classes. Its loss is {loss(w):.4f}.",
    )


def nudged(v: Values) -> Board:
    """The network, the loss, and the curve."""
    w = v["w"]
    say = f"With the weight at {w:.2f} the loss is {loss(w):.4f} and its slope {slope(w):+.4f}."
    now = [
        items.number("$W^{(1)}_{12}$", w, decimals=2, role="weight"),
        items.number("L", loss(w)),
        items.number("slope $\\frac{\\partial L}{\\partial W^{(1)}_{12}}$", slope(w), role="gradient"),
    ]
    return Board([[picture(w), graph(w)], now, led(w)], say)


def guess(v: Values) -> Board:
    """The network before the nudge; the curve is not given away."""
    w = v["w"]
    return Board(
        [[picture(w), items.number("L", loss(w)), items.number("slope", slope(w), role="gradient")]],
        "Before the nudge.",
        stage=link(w)[0],
    )


def measured(v: Values) -> Board:
    """The slope measured on both sides, beside the one of the backward pass."""
    trace, _ = at(v["w"])
    check = engine.check_gradient(trace, engine.loss(0), "h.weight", WHICH, step=v["eps"])
    rows = [
        ("$L(W + \\epsilon)$", f"{check.above:.9f}"),
        ("$L(W - \\epsilon)$", f"{check.below:.9f}"),
        ("measured: $\\frac{L(W+\\epsilon) - L(W-\\epsilon)}{2\\epsilon}$", f"{check.numeric:.9f}"),
        ("from the backward pass", f"{check.analytic:.9f}"),
        ("relative difference", f"{check.relative_error:.1e}"),
    ]
    return Board(
        [[graph(v["w"]), items.table(("", "number"), rows, "the gradient, twice")], led(v["w"])],
        f"Measured {check.numeric:.6f}, computed {check.analytic:.6f}.",
    )


def updated(v: Values) -> Board:
    """One step downhill: every parameter moves against its gradient."""
    w, rate = v["w"], v["rate"]
    trace, gradients = at(w)
    stepped = {
        node: {k: a - rate * gradients.by_param[node][k] for k, a in p.items()}
        for node, p in trace.network.params.items()
    }
    after = trace.network.with_params(stepped).trace(X).gradients(engine.loss(0)).value
    old, new = trace.network.params["h"]["weight"], stepped["h"]["weight"]
    g = gradients.by_param["h"]["weight"]
    mark = [items.mark("pick", [WHICH])]
    row = [
        items.grid(old, "$W^{(1)}$", role="weight", marks=mark, decimals=3, span=1),
        items.op("−"),
        items.words(f"{rate:g} ×"),
        items.grid(g, "$\\frac{\\partial L}{\\partial W^{(1)}}$", role="gradient", marks=mark, decimals=3),
        items.op("="),
        items.grid(new, "$W^{(1)}$ after", role="weight", marks=mark, decimals=3, span=1),
    ]
    losses = [items.number("L before", gradients.value), items.op("→"), items.number("L after", after)]
    return Board(
        [row, losses, led(w)], f"One step of {rate:g} takes the loss from {gradients.value:.4f} to {after:.4f}."
    )


def forecast(v: Values) -> float:
    """What the slope says that L will be after the nudge."""
    return round(loss(v["w"]) + NUDGE * slope(v["w"]), 3)


def forecast_why(v: Values) -> str:
    """The reason, with the numbers."""
    w = v["w"]
    return (
        f"A nudge of {NUDGE} moves L by about {NUDGE} × slope = {NUDGE * slope(w):+.4f}, so from {loss(w):.4f} to "
        f"{forecast(v):.4f}. The network really gives **{loss(w + NUDGE):.4f}**: the curve bends a little, "
        "the slope does not know that."
    )


ON_STAGE = {NAME: lambda: staged(START)}
