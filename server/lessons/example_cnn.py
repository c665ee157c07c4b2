"""Lesson 13: the example CNN, the whole pass forward and backward, told in beats that open on the stage."""

import numpy as np

from convoscope.server.lessons.figures.example_cnn import (
    architecture,
    back,
    decision,
    free,
    guess,
    guessed,
    learnt,
    network,
    one,
    seed,
    start,
    three,
    two,
)
from convoscope.server.lessons.model import Beat, Choice, Image, Lesson, Question, Try

LABELS = tuple(
    (name, name) for name in ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
)
LESSON = Lesson(
    slug="example-cnn",
    title="The example CNN",
    summary="CONV ReLU CONV ReLU POOL, three times: the whole pass forward and backward on your picture.",
    covers=("Example CNN",),
    controls=(Image("image", "picture"), Choice("label", "right answer", "cat", LABELS)),
    beats=(
        Beat(
            "network",
            "say",
            "CONV ReLU CONV ReLU POOL, three times",
            """
The example CNN: ten 3×3 filters in each convolution, stride 1, pad 1, and 2×2 pool windows, stride 2. Then one dense
layer for the ten classes. Everything in it you have seen in the lessons before.
""",
            architecture,
        ),
        Beat(
            "picture",
            "show",
            "Your picture goes in",
            "Choose a picture, or send your own. The network sees 3×32×32 numbers of it.",
            start,
            ("image",),
        ),
        Beat(
            "block1",
            "show",
            "Block 1",
            "Edges and colours. Padding 1 keeps 32×32; the pool halves it.",
            one,
            ("image",),
        ),
        Beat(
            "predict",
            "predict",
            "How small does it get?",
            "Each block ends in a pool with 2×2 windows and stride 2. The convolutions keep the size.",
            guess,
            question=Question(
                "How many numbers does pool3 hand to the dense layer?",
                "number",
                lambda v: int(np.prod(network().shapes["pool3"])),
                lambda v: "32 → 16 → 8 → 4: ten maps of 4×4 are **160** numbers. The picture had 3,072.",
                shown=guessed,
            ),
        ),
        Beat(
            "block2",
            "show",
            "Block 2",
            "The same operations on 10×16×16: each number now sees more of the picture.",
            two,
            ("image",),
        ),
        Beat("block3", "show", "Block 3", "10×8×8, then 10×4×4: what is left decides.", three, ("image",)),
        Beat(
            "decision",
            "show",
            "The decision",
            "160 numbers times a 10×160 matrix: ten logits, and softmax makes probabilities of them.",
            decision,
            ("image",),
        ),
        Beat(
            "loss",
            "show",
            "The loss, and p − t",
            "Say what it is. The backward pass starts with the difference between what it says and what you say.",
            seed,
            ("label", "image"),
        ),
        Beat(
            "backward",
            "show",
            "Back to the picture",
            (
                "Pools send each gradient to the winner, ReLUs stop it where they were off, convolutions "
                "send it through the turned filters."
            ),
            back,
            ("label", "image"),
        ),
        Beat(
            "weights",
            "show",
            "What it would learn from this",
            "At every convolution, given × input, summed over all places: a gradient for each weight.",
            learnt,
            ("label", "image"),
        ),
        Beat(
            "play",
            "play",
            "In the network view",
            "Every number of this pass, with its arithmetic, is in the network view; this lesson is told there, too.",
            free,
            ("image",),
        ),
        Beat(
            "try",
            "try",
            "Right, wrong, neither",
            "",
            seed,
            ("label", "image"),
            tries=(
                Try("Say the wrong answer on purpose: which gradients flip?", {"label": "truck"}),
                Try("Say what the network says: how much is left to learn?"),
                Try("Send a picture that is none of the ten classes."),
            ),
        ),
    ),
)
