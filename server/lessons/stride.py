"""Lesson 10: stride: the window moves by more than one."""

from convoscope.server.lessons.figures.stride import MOST, covered, slide, table, width
from convoscope.server.lessons.model import Beat, Lesson, Number, Question, Try

STEPS = ("t", "stride", "side")
LESSON = Lesson(
    slug="stride",
    title="Stride",
    summary="Window by window: the weights slide along the input, by one, by two, by three.",
    covers=("Convolution: Stride",),
    controls=(
        Number("t", "window", 0, 0, 80, plays=True, first=1),
        Number("stride", "stride", 1, 1, 3),
        Number("side", "side of the input", 8, 5, MOST),
    ),
    beats=(
        Beat(
            "slide",
            "say",
            "The weights slide along the input",
            """
During convolution, the weights "slide" along the input to generate each output. Press play, or step by step.

Recall that at each position, we are doing a **3D** sum over (channel, row, column); here there is one channel:

$$h^r = \\sum_{\\ix{i}\\ix{j}\\ix{k}} x^r_{\\ix{i}\\ix{j}\\ix{k}} W_{\\ix{i}\\ix{j}\\ix{k}} + b$$
""",
            slide,
            ("t",),
            start={"stride": 1, "side": 7, "t": 0},
        ),
        Beat(
            "two",
            "show",
            "Stride = 2",
            """
But we can also convolve with a **stride**, e.g. stride = 2: the window moves by two.
""",
            slide,
            ("t",),
            start={"stride": 2, "side": 8, "t": 1},
        ),
        Beat(
            "predict",
            "predict",
            "How wide is the output?",
            "The input is 9×9, the window 3×3, the stride 2.",
            covered,
            start={"stride": 2, "side": 9},
            question=Question(
                "How many columns does the output have?",
                "number",
                width,
                lambda v: "The window starts at columns 0, 2, 4 and 6 (at 8 it would hang over): **4**.",
                shown=slide,
            ),
        ),
        Beat(
            "never",
            "predict",
            "What is never read?",
            "Now 8×8. The window starts at 0, 2 and 4.",
            covered,
            start={"stride": 2, "side": 8, "t": 0},
            question=Question(
                "Which cell of row 0 does no window read? Choose it.",
                "cell",
                lambda v: (0, 7),
                lambda v: (
                    "The last window covers columns 4 to 6, so **column 7** (and row 7) are never read. With "
                    "certain strides, we may not be able to cover all of the input."
                ),
                grid="input",
            ),
        ),
        Beat(
            "half",
            "show",
            "Half the size",
            """
- Notice that with certain strides, we may not be able to cover all of the input.
- The output is also half the size of the input, or a little less: the window has to end inside.
""",
            table,
            ("side", "stride"),
            start={"stride": 2, "side": 8},
        ),
        Beat("play", "play", "Free play", "Any side, any stride, any window.", slide, STEPS),
        Beat(
            "try",
            "try",
            "Leave out nothing",
            "",
            slide,
            STEPS,
            tries=(
                Try(
                    "Stride 3 on 8×8: everything is read, nothing twice? Look at the crossed cells.",
                    {"stride": 3, "side": 8, "t": 0},
                ),
                Try("A side for which stride 2 leaves nothing out.", {"stride": 2, "side": 7, "t": 0}),
                Try("Stride 3 on 11×11.", {"stride": 3, "side": 11, "t": 0}),
            ),
        ),
    ),
)
