"""What weight sharing saves, counted: convolutions against locally connected layers. Part of lesson 7."""

from functools import lru_cache
from math import prod

from convoscope import engine
from convoscope.server.lessons import items, nets, onward
from convoscope.server.lessons.model import Board, Item, Values

KERNEL, SIDE = 5, 32
OUT = SIDE - KERNEL + 1
CIFAR = (1, 3, SIDE, SIDE)
PAIR = {"lenet5": "LeNet-5", "lenet5-local": "LeNet-5, not shared"}
"""The same network with convolutions and with locally connected layers, by its name in the zoo."""


def counts(kind: str, shape: tuple[int, ...], filters: int) -> tuple[int, int]:
    """Parameters of a layer with 5×5 filters on an input of this shape, weights and biases apart."""
    made = nets.layer(kind, filters=filters, kernel=(KERNEL, KERNEL))
    found = made.param_shapes(shape)
    return prod(found["weight"]), prod(found["bias"])


def shared(v: Values) -> Board:
    """Convolution against a locally connected layer, counted."""
    d = v["filters"]
    rows = []
    for name, kind in (
        ("convolution: weights shared", "conv2d"),
        ("locally connected: not shared", "locally_connected2d"),
    ):
        w, b = counts(kind, CIFAR, d)
        rows.append((name, f"{w:,}", f"{b:,}", f"**{w + b:,}**"))
    factor = sum(counts("locally_connected2d", CIFAR, d)) // sum(counts("conv2d", CIFAR, d))
    table = items.table((f"3×32×32 → {d}×{OUT}×{OUT}", "weights", "biases", "parameters"), rows)
    return Board(
        [[table], [items.words(f"{factor} times as many: a set for each of the {OUT} × {OUT} places.")]],
        f"Without sharing there are {factor} times as many parameters.",
        stage=onward.stage("", v["digit"], "lenet5-local", at="conv1@0,14,14")[0],
    )


def lenet(local: bool) -> engine.Network:
    """LeNet-5 for 1×28×28 pictures, with convolutions or with locally connected layers of the same sizes."""
    kind = "locally_connected2d" if local else "conv2d"
    pool = nets.layer("max_pool2d", kernel=(2, 2), stride=(2, 2))
    layers = [
        ("conv1", nets.layer(kind, filters=6, kernel=(5, 5), padding=(2, 2, 2, 2))),
        ("relu1", nets.layer("relu")),
        ("pool1", pool),
        ("conv2", nets.layer(kind, filters=16, kernel=(5, 5))),
        ("relu2", nets.layer("relu")),
        ("pool2", pool),
        ("flatten", nets.layer("flatten")),
        ("fc1", nets.layer("dense", units=120)),
        ("relu3", nets.layer("relu")),
        ("fc2", nets.layer("dense", units=84)),
        ("relu4", nets.layer("relu")),
        ("fc3", nets.layer("dense", units=10)),
    ]
    return nets.chain((1, 28, 28), layers)


@lru_cache(maxsize=1)
def lenets() -> tuple[list[tuple[str, str, str]], int, int]:
    """Parameters by layer of both, as rows, and their totals."""
    both = lenet(False), lenet(True)
    rows = []
    for names in (("conv1",), ("conv2",), ("fc1", "fc2", "fc3")):
        a, b = (sum(p.size for name in names for p in net.params[name].values()) for net in both)
        rows.append((", ".join(names), f"{a:,}", f"{b:,}"))
    totals = both[0].parameter_count, both[1].parameter_count
    return [*rows, ("**all**", f"**{totals[0]:,}**", f"**{totals[1]:,}**")], *totals


def first_layer(*, local: bool) -> int:
    """The parameters of LeNet-5's first layer, shared or not."""
    return sum(p.size for p in lenet(local).params["conv1"].values())


def first_of_lenet(v: Values) -> Board:
    """What LeNet-5's first layer reads and makes."""
    net = lenet(False)
    sizes = [("input", net.input_shape), ("conv1", net.shapes["conv1"][1:])]
    stage = onward.stage("", v["digit"], "lenet5", at="conv1@0,14,14")[0]
    return Board([[items.boxes(sizes)]], "1 by 28 by 28 in, 6 by 28 by 28 out.", stage=stage)


def accuracy(name: str) -> str:
    """How much of the test digits a network names right, as the card of its weights says."""
    if name not in engine.zoo.names():
        return "not trained here"
    card = engine.zoo.card(name)
    return f"{100 * card['accuracy']:.2f} % of {card['data']['test_pictures']:,}"


def maps(v: Values, name: str) -> Item:
    """What the first layer of a network makes of the digit."""
    a = nets.LOOKED.trace(v["digit"].picture, name).activations["relu1"][0]
    return items.volume(a, f"{PAIR[name]}: relu1 {'×'.join(map(str, a.shape))}")


def whole(v: Values) -> Board:
    """Two whole networks for the same picture: parameters, accuracy on the same digits, and what they make of one."""
    rows, shared_, apart = lenets()
    trained = [name for name in PAIR if name in engine.zoo.names()]
    right = ("test digits named right", *map(accuracy, PAIR))
    links = [
        onward.stage(f"{PAIR[name]} in the network view", v["digit"], name, view="maps", at="relu1@0,14,14")
        for name in trained
    ]
    return Board(
        [
            [items.photo(v["digit"].name, "the picture", 84), *(maps(v, name) for name in trained)],
            [items.table(("parameters", *PAIR.values()), [*rows, right])],
            onward.links(*links),
        ],
        f"{shared_:,} parameters against {apart:,}, for the same picture and the same sizes.",
    )
