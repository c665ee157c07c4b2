"""The figures of lesson 10."""

from functools import lru_cache, partial

import numpy as np

from convoscope import engine
from convoscope.server.lessons import items, nets, on_stage, onward
from convoscope.server.lessons.model import Board, Values

KERNEL = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
LEAST, MOST, STRIDES = 5, 11, (1, 2, 3)
FULL = np.random.default_rng(10).integers(0, 6, (MOST, MOST)).astype(float)


@lru_cache(maxsize=64)
def passed(side: int, stride: int) -> engine.Trace:
    """The window with this stride over the first `side` rows and columns."""
    return nets.conv(FULL[:side, :side][None], KERNEL[None, None], stride=stride)


def staged(side: int, stride: int) -> on_stage.Small:
    """The same for the stage."""
    title = f"Stride, lesson 10: stride {stride} on {side}×{side}"
    return on_stage.Small(f"lesson-stride-{side}-{stride}", title, passed(side, stride).network, FULL[:side, :side])


def link(v: Values, r: int = 0, c: int = 0) -> onward.Link:
    """On to the stage, at a window."""
    return on_stage.link(
        "This window in the network view", staged(v["side"], v["stride"]), view="window", at=f"y@0,{r},{c}"
    )


def window(t: engine.Trace) -> engine.Window:
    """Where the window goes."""
    found = t.network.nodes[0].layer.windows(t.activations["x"].shape)[0]
    assert isinstance(found, engine.Window)
    return found


def never(t: engine.Trace) -> list[tuple[int, int]]:
    """The input cells that no output reads."""
    w, side = window(t), t.activations["x"].shape[-1]
    return [(r, c) for r in range(side) for c in range(side) if not all(w.reach((0, 0, r, c)))]


def slide(v: Values) -> Board:
    """The window at step t, the output as far as it is made."""
    t = passed(v["side"], v["stride"])
    n = t.output.shape[-1]
    step = min(v["t"], n * n - 1)
    r, c = divmod(step, n)
    _, _, rows, columns = window(t).cells((0, 0, r, c))
    left = never(t)
    e = t.explain("y", (0, r, c))
    marks = [items.window(rows, columns), items.mark("never", left)]
    row = [
        items.grid(t.activations["x"][0, 0], f"input {v['side']}×{v['side']}", marks=marks),
        items.grid(KERNEL, "weights", role="weight"),
        items.made(t.output[0, 0], step),
    ]
    said = (
        f"Window {step + 1} of {n * n}: rows {rows[0]} to {rows[-1]}, columns {columns[0]} to "
        f"{columns[-1]}, gives {e.value:g}."
    )
    if left:
        said += f" {len(left)} cells of the input are never read (crossed out)."
    words = items.words(f"out[{r}, {c}] = **{e.value:g}**")
    again = onward.sandbox(
        "This window in the sandbox", t.activations["x"][0], KERNEL[None, None], stride=v["stride"], t=step
    )
    return Board([row, [words, items.links([again, link(v, r, c)])]], said, {"t": (0, n * n - 1)})


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
        stage=link(v)[0],
    )


def table(v: Values) -> Board:
    """Sizes for strides 1, 2, 3."""
    rows = []
    for s in STRIDES:
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
        stage=link(v)[0],
    )


def width(v: Values) -> int:
    """How wide the output is."""
    return int(passed(v["side"], v["stride"]).output.shape[-1])


ON_STAGE = {
    f"lesson-stride-{side}-{stride}": partial(staged, side, stride)
    for side in range(LEAST, MOST + 1)
    for stride in STRIDES
}
