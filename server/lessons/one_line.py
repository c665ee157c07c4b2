"""Lesson 8: a convolution as one line of NumPy; point at any part of it."""

from convoscope.server.lessons.figures.one_line import (
    MEANS,
    SIDE,
    blank,
    loops,
    one_channel,
    result,
    shapes,
    show,
    trace,
)
from convoscope.server.lessons.model import Beat, Choice, Lesson, Number, Question, Try

PARTS = tuple((k, k or "nothing") for k in MEANS)

INDICES = ("n", "f", "r", "c")
LESSON = Lesson(
    slug="one-line",
    title="One line of NumPy",
    summary="out[n, 0, r, c] = np.sum(X[n, :, r0:r1, c0:c1] * W[0, :, :, :]) + b[0]: point at any part of it.",
    covers=("3D Activations",),
    controls=(
        Choice("part", "part of the line", "", PARTS),
        Number("n", "n, the example", 0, 0, 1),
        Number("f", "the filter", 0, 0, 1),
        Number("r", "r, output row", 1, 0, SIDE - 1, plays=True),
        Number("c", "c, output column", 2, 0, SIDE - 1, plays=True),
    ),
    beats=(
        Beat(
            "output",
            "say",
            "Let's code this up in NumPy",
            """
`out[n, 0, r, c] =` one number of the output: the n-th example, the first filter, the output position.
""",
            show,
            start={"part": "rc", "f": 0},
        ),
        Beat(
            "region",
            "show",
            "The input region",
            """
`np.sum(X[n, :, r0:r1, c0:c1]` … the n-th example, all input channels, the input region.
""",
            show,
            start={"part": "region", "f": 0},
        ),
        Beat(
            "filter",
            "show",
            "The filter, and its bias",
            """
… ` * W[0, :, :, :]) + b[0]`: the first filter, all channels, all positions, and one bias.
""",
            show,
            start={"part": "wplaces", "f": 0},
        ),
        Beat(
            "predict",
            "predict",
            "One channel by hand",
            "Multiply what lies on each other, and add up.",
            blank,
            question=Question(
                "What does channel 0 add to `out[0, 0, 0, 0]`?",
                "number",
                one_channel,
                lambda v: (
                    f"The nine products add up to **{one_channel(v):g}**. Two more channels and the bias make "
                    f"{trace().output[0, 0, 0, 0]:g}."
                ),
            ),
        ),
        Beat(
            "point",
            "play",
            "Point at the line",
            (
                "Press any underlined part of the line: the arrays show what it takes. The four boxed indices can be "
                "changed: drag, type, or use the arrow keys on them."
            ),
            show,
            INDICES,
            start={"part": ""},
        ),
        Beat(
            "run",
            "show",
            "Run it",
            "Change an index in the line: NumPy runs it as it stands, and below it is the engine's number.",
            result,
            INDICES,
        ),
        Beat(
            "shapes",
            "show",
            "The 4D weights",
            """
The weights are **4** dimensional: (output depth, input depth, kernel height, kernel width).
""",
            shapes,
        ),
        Beat(
            "loops",
            "show",
            "All of it",
            "Four loops around the line are a whole convolution. (Fast code does the same sums in another order.)",
            loops,
        ),
        Beat(
            "try",
            "try",
            "Other indices",
            "",
            show,
            INDICES,
            start={"part": ""},
            tries=(
                Try("The other filter: what of the input changes?", {"f": 1, "part": "f"}),
                Try("The other example: what of the weights changes?", {"n": 1, "part": "n"}),
                Try(
                    "The last window: why is r at most 3 when the input has 6 rows?", {"r": 3, "c": 3, "part": "region"}
                ),
            ),
        ),
    ),
)
