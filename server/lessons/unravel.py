"""Lesson 9: unravel the cube: a volume opens into its slices."""

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, onward
from convoscope.server.lessons.model import Beat, Board, Choice, Image, Lesson, Number, Question, Try, Values

NODES = ("input", "conv1", "relu1", "conv2", "pool1", "conv3", "pool2", "conv5", "pool3")
COLOURS = ("red", "green", "blue")


def trace(v: Values) -> engine.Trace:
    """The trained example CNN on the picture."""
    return nets.LOOKED.trace(v["image"].picture)


def cube(v: Values) -> Board:
    """One layer's volume, closed or open."""
    a = trace(v).activations[v["node"]][0]
    place = "a stack" if v["open"] < 0.5 else "side by side"
    link = onward.stage("These maps on the stage", v["image"], view="maps", at=f"{v['node']}@0,0,0")
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
    )


def pair(v: Values) -> Board:
    """One filter and the map that it made."""
    k, t = v["channel"], trace(v)
    w, a = t.network.params["conv1"]["weight"][k], t.activations["conv1"][0, k]
    span = float(abs(t.network.params["conv1"]["weight"]).max())
    three = [items.grid(w[c], COLOURS[c], role="weight", decimals=2, span=span) for c in range(3)]
    scale = float(abs(t.activations["conv1"]).max()) * 0.6
    r, c = divmod(int(np.abs(a).argmax()), a.shape[1])
    link = onward.stage("Its strongest window on the stage", v["image"], view="window", at=f"conv1@{k},{r},{c}")
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


LESSON = Lesson(
    slug="unravel",
    title="Unravel the cube",
    summary=(
        "We can unravel the 3D cube and show each layer separately: filters and maps of a trained "
        "network on your picture."
    ),
    covers=("3D Activations",),
    controls=(
        Image("image", "picture"),
        Choice("node", "layer", "relu1", tuple((n, n) for n in NODES)),
        Number("open", "unravel", 0, 0, 1),
        Number("channel", "filter", 3, 0, 9, plays=True),
    ),
    beats=(
        Beat(
            "cube",
            "say",
            "A volume is a stack of maps",
            """
The output of a convolution is a cube of numbers: one slice for each filter. Here is the real one that a trained network
made of the picture.
""",
            cube,
            ("image",),
            start={"open": 0, "node": "relu1"},
        ),
        Beat(
            "unravel",
            "show",
            "We can unravel the 3D cube",
            """
…and show each layer separately. Nothing is computed here: the same slices, side by side.
""",
            cube,
            ("open", "node"),
            start={"open": 1, "node": "relu1"},
        ),
        Beat(
            "input",
            "show",
            "The input, unravelled",
            "Red, green and blue are the input's three slices.",
            cube,
            ("open", "image"),
            start={"open": 1, "node": "input"},
        ),
        Beat(
            "filters",
            "show",
            "The filters",
            """
Ten filters of $3 \\times 3 \\times 3$ weights, as training has left them. Some look for edges, some for a colour.
""",
            filters,
        ),
        Beat(
            "predict",
            "predict",
            "Who makes whom?",
            "conv1 has weights of shape (10, 3, 3, 3).",
            filters,
            question=Question(
                "How many maps does relu1 have?",
                "number",
                alive,
                lambda v: "One for each filter of conv1: **10**. ReLU changes numbers, never how many maps there are.",
            ),
        ),
        Beat(
            "pair",
            "show",
            "One filter, one map",
            "A filter and what it makes of your picture: blue is negative, orange positive; ReLU keeps the positive.",
            pair,
            ("channel", "image"),
        ),
        Beat(
            "play",
            "play",
            "Any layer",
            "Choose a layer and a picture; open and close the cube.",
            cube,
            ("node", "open", "image"),
            start={"open": 1, "node": "conv2"},
        ),
        Beat(
            "try",
            "try",
            "What to try",
            "",
            cube,
            ("node", "open", "image"),
            start={"node": "pool1", "open": 0},
            tries=(
                Try("pool3: 10 maps of 4×4 are all that is left for the decision.", {"node": "pool3", "open": 1}),
                Try("relu1 against conv1: which maps are almost empty?", {"node": "relu1", "open": 1}),
                Try("Send a picture of yours: does the same filter find the same thing?", {"node": "conv1", "open": 1}),
            ),
        ),
    ),
    stage="/?view=maps",
)
