"""What weight sharing saves, counted: convolutions against locally connected layers. Part of lesson 7."""

from functools import lru_cache
from math import prod

from convoscope import engine
from convoscope.server.lessons import items, nets
from convoscope.server.lessons.model import Board, Values

KERNEL, SIDE = 5, 32
OUT = SIDE - KERNEL + 1
CIFAR = (1, 3, SIDE, SIDE)


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
    for name in both[0].params:
        a, b = (sum(p.size for p in net.params[name].values()) for net in both)
        rows.append((name, f"{a:,}", f"{b:,}"))
    totals = both[0].parameter_count, both[1].parameter_count
    return [*rows, ("**all**", f"**{totals[0]:,}**", f"**{totals[1]:,}**")], *totals


def whole(v: Values) -> Board:
    """Two whole networks for the same picture."""
    rows, shared_, apart = lenets()
    return Board(
        [[items.table(("layer", "LeNet-5", "LeNet-5, not shared"), rows)]],
        f"{shared_:,} parameters against {apart:,}, for the same picture and the same sizes.",
    )
