"""Lesson 10: stride: the window moves by more than one."""

from functools import lru_cache

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, onward
from convoscope.server.lessons.model import Beat, Board, Lesson, Number, Question, Try, Values

KERNEL = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
FULL = np.random.default_rng(10).integers(0, 6, (11, 11)).astype(float)
MOST = 11


@lru_cache(maxsize=64)
def passed(side: int, stride: int) -> engine.Trace:
    """The window with this stride over the first `side` rows and columns."""
    return nets.conv(FULL[:side, :side][None], KERNEL[None, None], stride=stride)


def window(t: engine.Trace) -> engine.Window:
    """Where the window goes."""
    found = t.network.nodes[0].layer.windows(t.activations["x"].shape)[0]
    assert isinstance(found, engine.Window)
    return found


def never(t: engine.Trace) -> list[tuple[int, int]]:
    """The input cells that no output reads."""
    w, side = window(t), t.activations["x"].shape[-1]
    return [(r, c) for r in range(side) for c in range(side) if not all(w.reach((0, 0, r, c)))]


def slide(v: Values, *, hidden: bool = True) -> Board:
    """The window at step t, the output as far as it is made."""
    t = passed(v["side"], v["stride"])
    n = t.output.shape[-1]
    step = min(v["t"], n * n - 1)
    r, c = divmod(step, n)
    _, _, rows, columns = window(t).cells((0, 0, r, c))
    todo = [divmod(k, n) for k in range(step + 1, n * n)]
    left = never(t)
    e = t.explain("y", (0, r, c))
    marks = [items.window(rows, columns), items.mark("never", left)]
    row = [
        items.grid(t.activations["x"][0, 0], f"input {v['side']}×{v['side']}", marks=marks),
        items.grid(KERNEL, "weights", role="weight"),
        items.grid(
            t.output[0, 0],
            f"output {n}×{n}",
            name="output",
            pick="t",
            first=0,
            marks=[items.mark("blank", todo if hidden else []), items.mark("pick", [(r, c)])],
        ),
    ]
    said = (
        f"Window {step + 1} of {n * n}: rows {rows[0]} to {rows[-1]}, columns {columns[0]} to "
        f"{columns[-1]}, gives {e.value:g}."
    )
    if left:
        said += f" {len(left)} cells of the input are never read (crossed out)."
    words = items.words(f"out[{r}, {c}] = **{e.value:g}**")
    link = onward.sandbox(
        "This window in the sandbox", t.activations["x"][0], KERNEL[None, None], stride=v["stride"], t=step
    )
    return Board([row, [words, items.links([link])]], said, {"t": (0, n * n - 1)})


def covered(v: Values) -> Board:
    """Without the output, for a prediction."""
    t = passed(v["side"], v["stride"])
    _, _, rows, columns = window(t).cells((0, 0, 0, 0))
    return Board(
        [
            [
                items.grid(
                    t.activations["x"][0, 0],
                    f"input {v['side']}×{v['side']}",
                    name="input",
                    marks=[items.window(rows, columns)],
                ),
                items.grid(KERNEL, "weights", role="weight"),
            ]
        ],
        f"The first window, stride {v['stride']}.",
    )


def table(v: Values) -> Board:
    """Sizes for strides 1, 2, 3."""
    rows = []
    for s in (1, 2, 3):
        t = passed(v["side"], s)
        rows.append((str(s), "×".join(map(str, t.output.shape[2:])), f"{len(never(t))}"))
    return Board(
        [
            [
                items.table(
                    ("stride", "output", "input cells never read"),
                    rows,
                    f"a 3×3 window over {v['side']}×{v['side']}",
                    v["stride"] - 1,
                )
            ]
        ],
        "The larger the stride, the smaller the output.",
    )


def width(v: Values) -> int:
    """How wide the output is."""
    return int(passed(v["side"], v["stride"]).output.shape[-1])


STEPS = ("t", "stride", "side")
LESSON = Lesson(
    slug="stride",
    title="Stride",
    summary="Window by window: the weights slide along the input, by one, by two, by three.",
    covers=("Convolution: Stride",),
    controls=(
        Number("t", "window", 0, 0, 80, plays=True),
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
- The output is also half the size of the input.
""",
            table,
            ("side", "stride"),
            start={"stride": 2, "side": 8},
        ),
        Beat("play", "play", "Free play", "Any side, any stride, any window.", slide, STEPS),
        Beat(
            "try",
            "try",
            "What to try",
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
    stage="/?view=window&at=conv2@5,19,23",
)
