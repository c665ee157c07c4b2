"""The figures of lesson 9."""

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, onward
from convoscope.server.lessons.model import Board, Values

COLOURS = ("red", "green", "blue")


def trace(v: Values) -> engine.Trace:
    """The trained example CNN on the picture."""
    return nets.LOOKED.trace(v["image"].picture)


def cube(v: Values) -> Board:
    """One layer's volume, closed or open."""
    a = trace(v).activations[v["node"]][0]
    place = "a stack" if v["open"] < 0.5 else "side by side"
    link = onward.stage("These maps in the network view", v["image"], view="maps", at=f"{v['node']}@0,0,0")
    return Board(
        [
            [items.volume(a, f"{v['node']} {'×'.join(map(str, a.shape))}", open=v["open"], opens=True)],
            onward.links(link),
        ],
        f"{v['node']}: {a.shape[0]} maps of {a.shape[1]} by {a.shape[2]}, {place}.",
    )


def filters(v: Values) -> Board:
    """The ten learnt filters of conv1, each 3×3×3."""
    w = engine.zoo.load(nets.EXAMPLE).params["conv1"]["weight"]
    span = float(abs(w).max())
    rows = [
        [
            items.grid(
                w[k, c], f"{k}" if c == 0 else "", small=True, role="weight", span=span, name=f"filter {k} {COLOURS[c]}"
            )
            for k in range(len(w))
        ]
        for c in range(3)
    ]
    return Board(
        [[items.words("Ten filters (columns), three channels each: red, green, blue.")], *rows],
        "The ten filters of conv1 are 3 by 3 by 3 weights each.",
        stage=onward.stage("", v["image"], weight="conv1.weight@0,0,0,0")[0],
    )


def pair(v: Values) -> Board:
    """One filter and the map that it made."""
    k, t = v["channel"], trace(v)
    w, a = t.network.params["conv1"]["weight"][k], t.activations["conv1"][0, k]
    span = float(abs(t.network.params["conv1"]["weight"]).max())
    three = [items.grid(w[c], COLOURS[c], role="weight", decimals=2, span=span) for c in range(3)]
    scale = float(abs(t.activations["conv1"]).max()) * 0.6
    r, c = divmod(int(np.abs(a).argmax()), a.shape[1])
    link = onward.stage("Its strongest window in the network view", v["image"], view="window", at=f"conv1@{k},{r},{c}")
    return Board(
        [
            three,
            [
                items.volume(t.activations["input"][0], "input 3×32×32"),
                items.op("→"),
                items.volume(a[None], f"conv1, map {k}", span=scale),
                items.op("→"),
                items.volume(t.activations["relu1"][0, k : k + 1], f"relu1, map {k}", span=scale),
            ],
            onward.links(link),
        ],
        f"Filter {k} of conv1, and the map that it makes of the picture.",
    )


def alive(v: Values) -> int:
    """How many maps relu1 has."""
    return int(trace(v).activations["relu1"].shape[1])
