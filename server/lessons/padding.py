"""Lesson 11: padding, and how big the output is."""

from convoscope.server.lessons.figures.padding import BOUNDS, ask, formula, same, size, slide
from convoscope.server.lessons.model import Beat, Lesson, Number, Question, Try

LESSON = Lesson(
    slug="padding",
    title="Padding and the size of the output",
    summary="Zeros around the input, and the formula ⌊(w_in + 2p − k)/s⌋ + 1 with every symbol to drag.",
    covers=("Convolution: Padding", "Convolution: How big is the output?"),
    controls=(
        Number("t", "window", 0, 0, 120, plays=True, first=1),
        Number("w", "input width", 7, *BOUNDS["w"]),
        Number("p", "padding p", 1, *BOUNDS["p"]),
        Number("k", "kernel k", 3, *BOUNDS["k"]),
        Number("s", "stride s", 2, *BOUNDS["s"]),
    ),
    beats=(
        Beat(
            "zeros",
            "say",
            "We can also pad the input with zeros",
            """
Here, **pad = 1**, **stride = 2**, on a 7×7 input. The dashed cells are not part of the input: they count as 0.
""",
            slide,
            ("t",),
            start={"p": 1, "s": 2, "t": 5},
        ),
        Beat(
            "window",
            "show",
            "The window may start outside",
            "The first window reads five zeros and four numbers of the input. Play it.",
            slide,
            ("t",),
            start={"p": 1, "s": 2, "t": 0},
        ),
        Beat(
            "formula",
            "show",
            "How big is the output?",
            """
In general, the output has size

$$w_{\\text{out}} = \\left\\lfloor \\frac{w_{\\text{in}} + 2p - k}{s} \\right\\rfloor + 1$$

The window can start at 0, $s$, $2s$, … as long as it ends inside the padded input.
""",
            formula,
            ("w", "p", "k", "s"),
            start={"w": 7, "p": 1, "k": 3, "s": 2},
        ),
        Beat(
            "predict",
            "predict",
            "AlexNet's first layer",
            "The input is 227 wide, the kernel 11, the stride 4, no padding.",
            ask,
            question=Question(
                "How wide is the output?",
                "number",
                lambda v: size(227, 11, 4, 0)[0],
                lambda v: "⌊(227 − 11)/4⌋ + 1 = 54 + 1 = **55**.",
            ),
        ),
        Beat(
            "same",
            "show",
            "k = 3, s = 1, p = 1",
            """
$$w_{\\text{out}} = w_{\\text{in}}$$

The size stays. VGGNet [Simonyan 2014] uses filters of this shape.
""",
            same,
        ),
        Beat(
            "keep",
            "predict",
            "Which padding keeps the size?",
            "The stride is 1 and the kernel 5.",
            ask,
            question=Question(
                "Which $p$ makes $w_{\\text{out}} = w_{\\text{in}}$?",
                "number",
                lambda v: next(p for p in range(9) if size(32, 5, 1, p)[0] == 32),
                lambda v: (
                    "2p − k + 1 must be 0, so p = (k − 1)/2 = **2**. For an even k there is none, unless the two "
                    "ends differ."
                ),
            ),
        ),
        Beat(
            "play",
            "play",
            "Drag every symbol",
            "Drag any number of the formula, or use the arrow keys on it. Below, it is worked out, window by window.",
            formula,
            ("w", "p", "k", "s"),
        ),
        Beat("grid", "play", "Padding in 2D", "Padding and stride on the 7×7 input.", slide, ("t", "p", "s")),
        Beat(
            "try",
            "try",
            "The floor, and no room",
            "",
            formula,
            ("w", "p", "k", "s"),
            tries=(
                Try(
                    "A window that is larger than the input: what does the engine say?",
                    {"w": 3, "p": 0, "k": 5, "s": 1},
                ),
                Try("Stride 2 with k = 2, p = 0: every cell is read once.", {"w": 8, "p": 0, "k": 2, "s": 2}),
                Try(
                    "Two inputs, 7 and 8, one output size: which information does the floor lose?",
                    {"w": 8, "p": 1, "k": 3, "s": 2},
                ),
            ),
        ),
    ),
)
