"""The figures of lesson 13."""

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, onward
from convoscope.server.lessons.model import Board, Item, Values
from convoscope.server.lessons.prose import chance

BLOCKS = {n: (f"conv{2 * n - 1}", f"relu{2 * n - 1}", f"conv{2 * n}", f"relu{2 * n}", f"pool{n}") for n in (1, 2, 3)}
ORDER = ("input", *(name for block in BLOCKS.values() for name in block), "flatten", "fc", "softmax")


def network() -> engine.Network:
    """The trained network."""
    return engine.zoo.load(nets.EXAMPLE)


def trace(v: Values) -> engine.Trace:
    """Its trace on the picture."""
    return nets.LOOKED.trace(v["image"].picture)


def gradients(v: Values) -> engine.Gradients:
    """The backward pass from the loss against the label."""
    return trace(v).gradients(engine.loss(network().labels.index(v["label"])))


def stage(v: Values, words: str, beat: str, **state: str) -> Item:
    """A link that opens the same picture on the stage, where the lesson goes on from this beat."""
    return items.links([onward.stage(words, v["image"], **state, lesson=f"example-cnn/{beat}")])


def objective(v: Values) -> str:
    """What the stage differentiates: the loss against the label."""
    return f"loss:{network().labels.index(v['label'])}"


def t_of(name: str) -> str:
    """The time at which a layer is done, as the stage counts: layers, input not counted."""
    return str(ORDER.index(name))


def volume(v: Values, name: str, a: nets.Array, role: items.Role = "value") -> Item:
    """One activation or gradient as a stack."""
    sign = "∂L/∂" if role == "gradient" else ""
    return items.volume(a[:3] if name == "input" else a, f"{sign}{name} {'×'.join(map(str, a.shape))}", role=role)


def architecture(v: Values) -> Board:
    """The whole network by its sizes, block by block."""
    net = network()
    drawn: list[tuple[str, tuple[int, ...]]] = [("input", net.input_shape)]
    rows = []
    for n in (1, 2, 3):
        convs, pool = (f"conv{2 * n - 1}", f"conv{2 * n}"), f"pool{n}"
        made, left = (net.shapes[name][1:] for name in (convs[1], pool))
        drawn += [(", ".join(convs), made), (pool, left)]
        sizes = f"{'×'.join(map(str, made))}, then {'×'.join(map(str, left))}"
        rows.append((f"{n}", f"{convs[0]}, ReLU, {convs[1]}, ReLU, {pool}", sizes, " + ".join(map(learnt_in, convs))))
    drawn.append(("fc", net.shapes["fc"][1:]))
    rows.append(("", "fc, softmax", f"{net.shapes['fc'][1]}", learnt_in("fc")))
    table = items.table(("block", "layers", "sizes", "parameters"), rows)
    led = stage(v, "The lesson, told in the network view", "network", view="overview")
    say = f"Six convolutions, three pools and a dense layer: {net.parameter_count:,} parameters."
    return Board([[items.boxes(drawn)], [table], [led]], say)


def free(v: Values) -> Board:
    """The whole network once more, to go where one likes."""
    rows = architecture(v).rows[:-1]
    return Board([*rows, [stage(v, "The stage, on this picture", "play", view="overview")]], "Click any number of it.")


def learnt_in(node: str) -> str:
    """How many parameters a layer has."""
    return f"{sum(p.size for p in network().params_of(node).values()):,}"


def start(v: Values) -> Board:
    """The picture as the network sees it."""
    x = trace(v).activations["input"][0]
    return Board(
        [
            [items.photo(v["image"].name, "the picture", 120), items.op("→"), items.volume(x, "input 3×32×32", open=1)],
            [stage(v, "Start the pass in the network view", "picture", view="overview", t="0")],
        ],
        "The picture, 3 by 32 by 32 numbers.",
    )


def block(n: int, v: Values) -> Board:
    """CONV ReLU CONV ReLU POOL."""
    t, names = trace(v), BLOCKS[n]
    rows = [[volume(v, name, t.activations[name][0]) for name in part] for part in (names[:2], names[2:])]
    dead = float((t.activations[names[1]] == 0).mean())
    rows.append(
        [
            stage(v, f"Block {n} in the network view", f"block{n}", view="overview", t=t_of(names[-1])),
            stage(v, f"One window of {names[2]}", f"block{n}", view="window", at=f"{names[2]}@5,3,3"),
        ]
    )
    return Board(
        rows,
        (
            f"Block {n}: {'×'.join(map(str, t.activations[names[-1]].shape[1:]))} numbers go on. ReLU set "
            f"{100 * dead:.0f} % of {names[1]} to zero."
        ),
    )


def one(v: Values) -> Board:
    """Block 1."""
    return block(1, v)


def two(v: Values) -> Board:
    """Block 2."""
    return block(2, v)


def three(v: Values) -> Board:
    """Block 3."""
    return block(3, v)


def decision(v: Values) -> Board:
    """Logits and probabilities."""
    t = trace(v)
    f, p = engine.logits_and_probabilities(t)
    labels = network().labels
    best = int(np.argmax(p))
    return Board(
        [
            [
                items.bars(list(zip(labels, f.tolist(), strict=True)), "logits, fc", "value", pick=best),
                items.bars(list(zip(labels, p.tolist(), strict=True)), "probabilities, softmax", span=1, pick=best),
            ],
            [stage(v, "The decision in the network view", "decision", view="overview")],
        ],
        f"It says {labels[best]}, {chance(float(p[best]))}.",
    )


def seed(v: Values) -> Board:
    """p − t."""
    g = gradients(v)
    labels = network().labels
    d = g.by_activation["fc"][0]
    return Board(
        [
            [
                items.bars(
                    list(zip(labels, d.tolist(), strict=True)),
                    "$\\frac{\\partial L}{\\partial f} = p - t$",
                    "gradient",
                    span=1,
                    pick=labels.index(v["label"]),
                )
            ],
            [items.number("L", g.value)],
            [
                stage(
                    v,
                    "The loss in the network view",
                    "loss",
                    objective=objective(v),
                    show="gradient",
                    t=str(len(ORDER)),
                )
            ],
        ],
        f"The loss against {v['label']} is {g.value:.4f}.",
    )


def back(v: Values) -> Board:
    """Gradients at each block's end, from the loss to the input."""
    g = gradients(v)
    names = ("pool3", "pool2", "pool1", "conv1", "input")
    rows = [
        [volume(v, name, g.by_activation[name][0], "gradient") for name in names[:3]],
        [volume(v, name, g.by_activation[name][0], "gradient") for name in names[3:]],
    ]
    end = str(2 * len(ORDER) - 1)  # a unit of time for each layer forward, one for the loss, one for each backward
    link = stage(
        v,
        "The backward pass in the network view",
        "backward",
        objective=objective(v),
        show="gradient",
        view="maps",
        t=end,
    )
    return Board([*rows, [link]], "Gradients of the loss, from the last pool back to the picture.")


def learnt(v: Values) -> Board:
    """The gradient of conv1's weights."""
    g = gradients(v)
    w, d = network().params["conv1"]["weight"], g.by_param["conv1"]["weight"]
    spans = float(abs(w).max()), float(abs(d).max())
    rows = [
        [items.grid(w[k, 0], f"W[{k}, 0]", small=True, role="weight", span=spans[0]) for k in range(10)],
        [items.grid(d[k, 0], f"∂W[{k}, 0]", small=True, role="gradient", span=spans[1]) for k in range(10)],
    ]
    return Board(
        [
            [items.words("conv1's filters (channel red), and the gradient of the loss for each of their weights.")],
            *rows,
            [
                stage(
                    v,
                    "One of these weights in the network view",
                    "weights",
                    objective=objective(v),
                    weight="conv1.weight@0,0,1,1",
                )
            ],
        ],
        "Ten filters and their gradients.",
    )


def guess(v: Values) -> Board:
    """The sizes, the last one left out."""
    return sizes(v, ("input", "pool1", "pool2"), "32, 16, 8, and then?")


def guessed(v: Values) -> Board:
    """All sizes."""
    return sizes(v, ("input", "pool1", "pool2", "pool3"), "32, 16, 8, 4.")


def sizes(v: Values, nodes: tuple[str, ...], say: str) -> Board:
    """The volumes of some layers as boxes."""
    boxes = items.boxes([(n, network().shapes[n][1:]) for n in nodes])
    return Board([[boxes]], say, stage=onward.stage("", v["image"], at=f"{nodes[-1]}@0,0,0")[0])
