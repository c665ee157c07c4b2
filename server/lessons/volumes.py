"""Lesson 7: activations are volumes; a neuron, a column, weight sharing."""

from convoscope.server.lessons.figures.sharing import CIFAR, OUT, counts, first_layer, first_of_lenet, shared, whole
from convoscope.server.lessons.figures.volumes import (
    DEPTH,
    before_and_now,
    blank,
    column,
    four,
    neuron,
    repeated,
    shape,
    two,
)
from convoscope.server.lessons.model import Beat, Image, Lesson, Number, Question, Try

WHERE = ("r", "c")
LESSON = Lesson(
    slug="volumes",
    title="Activations are volumes",
    summary=(
        "It's just neural networks with 3D activations: a neuron, a column of neurons, and weights that are shared."
    ),
    covers=("CNNs", "What shape should the activations have?", "3D Activations"),
    controls=(
        Image("image", "picture"),
        Number("r", "row of the chunk", 9, 0, OUT - 1, plays=True),
        Number("c", "column of the chunk", 8, 0, OUT - 1, plays=True),
        Number("depth", "depth", 5, 1, DEPTH, plays=True),
        Number("filters", "filters", 10, 1, 64),
        Image("digit", "digit", "digit-4", digits=True),
    ),
    beats=(
        Beat(
            "shape",
            "say",
            "What shape should the activations have?",
            """
CNNs: it's just neural networks with 3D activations.

- The input is an image, which is 3D (RGB channel, height, width).
- We could flatten it to a 1D vector, but then we lose structure.
- What about keeping everything in 3D?
""",
            shape,
            ("image",),
        ),
        Beat(
            "three-d",
            "show",
            "Before: 1D vectors. Now: 3D arrays",
            """
All neural net activations arranged in **3 dimensions**.

For example, a CIFAR-10 image is a $3 \\times 32 \\times 32$ volume (3 depth: RGB channels, 32 height, 32 width).
""",
            before_and_now,
        ),
        Beat(
            "neuron",
            "show",
            "One neuron",
            """
The input is $3 \\times 32 \\times 32$. This neuron depends on a $3 \\times 5 \\times 5$ chunk of the input, the
region $x^r$.
It also has a $3 \\times 5 \\times 5$ set of weights and a bias (scalar):

$$h^r = \\sum_{\\ix{i}\\ix{j}\\ix{k}} x^r_{\\ix{i}\\ix{j}\\ix{k}} W_{\\ix{i}\\ix{j}\\ix{k}} + b$$

A sum over 3 axes.
""",
            neuron,
            (*WHERE, "image"),
        ),
        Beat(
            "predict",
            "predict",
            "How many parameters?",
            "The chunk is $3 \\times 5 \\times 5$.",
            blank,
            question=Question(
                "How many parameters does this one neuron have, its bias included?",
                "number",
                lambda v: sum(counts("conv2d", CIFAR, 1)),
                lambda v: "3 × 5 × 5 = 75 weights and 1 bias: **76**. The size of the picture does not matter.",
            ),
        ),
        Beat(
            "two",
            "show",
            "With 2 output neurons",
            """
$$h^r_1 = \\sum_{\\ix{i}\\ix{j}\\ix{k}} x^r_{\\ix{i}\\ix{j}\\ix{k}} W_{1\\ix{i}\\ix{j}\\ix{k}} + b_1$$

$$h^r_2 = \\sum_{\\ix{i}\\ix{j}\\ix{k}} x^r_{\\ix{i}\\ix{j}\\ix{k}} W_{2\\ix{i}\\ix{j}\\ix{k}} + b_2$$

The same chunk, other weights: each neuron has its own 3D filter and own (scalar) bias.
""",
            two,
            WHERE,
        ),
        Beat(
            "column",
            "show",
            "We can keep adding more outputs",
            """
These form a **column** in the output volume: [depth × 1 × 1].
""",
            column,
            ("depth", *WHERE),
        ),
        Beat(
            "repeat",
            "show",
            "Now repeat this across the input",
            """
**Weight sharing**: each filter shares the same weights across the input (but each depth index has its own set of
weights).

One set of weights gives one slice in the output. To get a 3D output of depth $D$, use $D$ different filters. In
practice,
CNNs use many filters (~64 to 1024).
""",
            repeated,
            (*WHERE, "image"),
        ),
        Beat(
            "sharing",
            "show",
            "Convolution, or locally connected",
            """
With weight sharing, this is called **convolution**. Without weight sharing, this is called a **locally connected
layer**.
""",
            shared,
            ("filters",),
        ),
        Beat(
            "predict-local",
            "predict",
            "What sharing saves",
            """
LeNet-5 reads $1 \\times 28 \\times 28$ pictures. Its first layer has 6 filters of $1 \\times 5 \\times 5$ and keeps
the size:
the output is $6 \\times 28 \\times 28$.
""",
            first_of_lenet,
            question=Question(
                "As a convolution it has 156 parameters. How many has it as a locally connected layer?",
                "number",
                lambda v: first_layer(local=True),
                lambda v: (
                    "Every one of the 28 × 28 × 6 outputs has its own 25 weights and a bias: "
                    f"**{first_layer(local=True):,}**, "
                    f"{first_layer(local=True) // first_layer(local=False)} times as many."
                ),
            ),
        ),
        Beat(
            "lenet",
            "show",
            "Counted in whole networks",
            (
                "The same network twice, with the same sizes of activations; only sharing differs. Both learnt from "
                "the same digits, in the same way. One filter looks the same wherever it looks; without sharing, "
                "each place has found its own."
            ),
            whole,
            ("digit",),
        ),
        Beat(
            "four-d",
            "show",
            "The weights are 4 dimensional",
            """
All together, the weights are **4** dimensional: (output depth, input depth, kernel height, kernel width).
""",
            four,
        ),
        Beat("play", "play", "Free play", "Move the chunk over your own picture.", repeated, (*WHERE, "image")),
        Beat(
            "try",
            "try",
            "Elsewhere in the picture",
            "",
            neuron,
            (*WHERE, "image"),
            tries=(
                Try("A flat part of the picture: what does the neuron say there?", {"r": 0, "c": 0}),
                Try("Move by one column: how much does the sum change?", {"r": 9, "c": 9}),
                Try("The last place that fits: 27. Why not 31?", {"r": 27, "c": 27}),
            ),
        ),
    ),
)
