"""Lesson 9: unravel the cube: a volume opens into its slices."""

from convoscope.server.lessons.figures.unravel import alive, cube, filters, pair
from convoscope.server.lessons.model import Beat, Choice, Image, Lesson, Number, Question, Try

NODES = ("input", "conv1", "relu1", "conv2", "pool1", "conv3", "pool2", "conv5", "pool3")

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
            "What is left at the end",
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
)
