"""Lesson 12: max pooling, the index that it keeps, and where the gradient goes."""

from convoscope.server.lessons.figures.pooling import (
    DY,
    TIES,
    X,
    backward,
    both,
    covered,
    edited,
    forward,
    passed,
    picture,
    route,
    tie,
    winners,
)
from convoscope.server.lessons.model import Beat, Cells, Image, Lesson, Question, Spot, Try

LESSON = Lesson(
    slug="max-pooling",
    title="Max pooling",
    summary="Keep the largest of each window, and its index: backward, the gradient goes there and nowhere else.",
    covers=("Max Pooling",),
    controls=(
        Cells("x", "x", X),
        Cells("dy", "the given gradient", DY),
        Spot("spot", "the window", (0, 1)),
        Image("image", "picture"),
    ),
    beats=(
        Beat(
            "pool",
            "say",
            "Convolution is often followed by pooling",
            """
For most CNNs, **convolution** is often followed by **pooling**:

- Creates a smaller representation while retaining the most important information.
- The "max" operation is the most common.
- Why might "avg" be a poor choice?
""",
            forward,
            ("spot",),
        ),
        Beat(
            "picture",
            "show",
            "On a real map",
            (
                "A feature map of the trained network, half as high and half as wide. Average pooling "
                "weakens the strong, lonely numbers."
            ),
            picture,
            ("image",),
        ),
        Beat(
            "predict",
            "predict",
            "What's the backprop rule for max pooling?",
            """
The window at the top right was given −2. Which cell of $x$ gets it?
""",
            covered,
            question=Question(
                "Choose the cell of x that the gradient −2 goes to.",
                "cell",
                route,
                lambda v: (
                    "The **8** won this window, so the whole gradient goes to it: nudging any other cell of the "
                    "window does not change the maximum."
                ),
                grid="x",
            ),
        ),
        Beat(
            "rule",
            "show",
            "The index that took the max",
            """
- In the forward pass, store the index that took the max.
- The backprop gradient is the input gradient at that index.
""",
            backward,
            ("spot",),
        ),
        Beat(
            "average",
            "show",
            "And avg?",
            """
The average gives every cell of the window a quarter of the gradient. Forward, it loses what max keeps: one strong
response among zeros becomes a weak one everywhere.
""",
            both,
            ("x",),
            start={"x": ((0.0, 0.0, 0.0, 0.0), (0.0, 8.0, 0.0, 1.0), (0.0, 0.0, 2.0, 2.0), (4.0, 0.0, 2.0, 2.0))},
        ),
        Beat(
            "ties",
            "predict",
            "Ties",
            "All four numbers of the top left window are 2. The engine has to send the gradient somewhere.",
            tie,
            start={"x": TIES},
            question=Question(
                "To which of the four?",
                "choice",
                lambda v: "the first" if winners(passed("max", TIES, DY))[0] == (0, 0) else "the last",
                lambda v: (
                    "The **first** in reading order, forward and backward. Splitting it would be allowed, too; "
                    "ONNX Runtime and PyTorch take the first as we do."
                ),
                options=("the first", "the last", "a quarter to each", "none"),
            ),
        ),
        Beat(
            "tied",
            "show",
            "Where the gradients of ties go",
            "The first of the equal maxima gets the whole gradient.",
            backward,
            start={"x": TIES},
        ),
        Beat(
            "play",
            "play",
            "Free play",
            "Type numbers into $x$ and into the given gradient.",
            edited,
            ("x", "dy"),
            start={"x": X},
        ),
        Beat(
            "try",
            "try",
            "Losers, zeros, negatives",
            "",
            edited,
            ("x", "dy"),
            tries=(
                Try(
                    "Raise a loser above the winner: the gradient jumps.",
                    {"x": [[1, 1, 2, 4], [5, 6, 9, 8], [3, 2, 1, 0], [1, 2, 3, 4]]},
                ),
                Try("All zeros: who wins?", {"x": [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]}),
                Try(
                    "Negative numbers only: the max is still a number of the window, never 0.",
                    {"x": [[-1, -2, -3, -4], [-5, -6, -7, -8], [-1, -1, -2, -2], [-3, -3, -4, -4]]},
                ),
            ),
        ),
    ),
)
