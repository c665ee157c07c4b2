"""Lesson 4: mean subtraction, forward, its Jacobian, its backward pass, and the NumPy that fails."""

from convoscope.server.lessons.figures.mean_subtraction import (
    DH,
    D,
    X,
    backward_code,
    blank_local,
    both,
    checked,
    derivation,
    fails,
    forward,
    jacobian,
    local,
    same,
    square,
    works,
)
from convoscope.server.lessons.model import Beat, Cells, Lesson, Number, Question, Try

LESSON = Lesson(
    slug="mean-subtraction",
    title="Mean subtraction",
    summary="A whole layer derived by hand: forward, the Jacobian δij − 1/D, backward, and the NumPy that fails.",
    covers=("Example: Mean Subtraction (for a single input)",),
    controls=(
        Cells("x", "x", X),
        Cells("dh", "the given gradient", DH),
        Number("line", "line of the derivation", 4, 1, 4, 1, plays=True),
        Number("out", "output i", 0, 0, D - 1),
    ),
    beats=(
        Beat(
            "layer",
            "say",
            "So how do we derive the backwards pass?",
            """
Let's walk through an example together. Example layer: **mean subtraction**, for a single input.

$$h_{\\ix{i}} = x_{\\ix{i}} - \\frac{1}{D} \\sum_{\\ix{k}} x_{\\ix{k}}$$

Here $\\ix{i}$ and $\\ix{k}$ are channels. For backprop, we just need the local derivative.
""",
            forward,
            ("x",),
        ),
        Beat(
            "predict",
            "predict",
            "The local derivative",
            """
Nudge $x_0$ by a little, leave the others. $h_0$ changes because $x_0$ is in it, and because the mean moves. The
other $h$
change only because the mean moves.
""",
            blank_local,
            question=Question(
                "With D = 4: what is $\\frac{\\partial h_1}{\\partial x_0}$?",
                "number",
                lambda v: float(jacobian(v["x"])[1, 0]),
                lambda v: (
                    "$x_0$ stands in $h_1$ only inside the mean, which is subtracted: **−1/D = −0.25**. On the "
                    "diagonal it is 1 − 1/D = 0.75."
                ),
            ),
        ),
        Beat(
            "jacobian",
            "show",
            "Taking the derivative of the layer",
            """
$$\\frac{\\partial h_{\\ix{i}}}{\\partial x_{\\ix{j}}} = \\delta_{\\ix{i}\\ix{j}} - \\frac{1}{D}$$

$$\\delta_{\\ix{i}\\ix{j}} = \\begin{cases} 1 & \\ix{i} = \\ix{j} \\\\ 0 & \\text{else} \\end{cases}$$

As a picture: one backward pass per row of it.
""",
            local,
        ),
        Beat(
            "derivation",
            "show",
            "Line by line",
            """
Put the local derivative into the chain rule and tidy up. Move the slider, or play it.
""",
            derivation,
            ("line",),
            start={"line": 4},
        ),
        Beat(
            "identical",
            "show",
            "They're identical operations!",
            """
Forward and backward do the same: subtract the mean. In this case, they're identical operations.

Usually the forwards pass and backwards pass are similar **but not the same**.
""",
            same,
            ("dh",),
        ),
        Beat(
            "check",
            "show",
            "Check it numerically",
            """
Derive it by hand, and check it numerically: the slope measured on both sides of $x_{\\ix{j}}$ against the formula.
""",
            checked,
            ("out",),
        ),
        Beat(
            "fails",
            "show",
            "Let's code this up in NumPy",
            """
Forward, for a whole batch `X` of shape (N, D):

$$h_{\\ix{i}} = x_{\\ix{i}} - \\frac{1}{D} \\sum_{\\ix{k}} x_{\\ix{k}}$$

**Dimension mismatch.** `np.mean(X, axis=1)` has shape (3,), and NumPy lines shapes up from the right: 4 against 3.
""",
            fails,
        ),
        Beat(
            "works",
            "show",
            "You need to broadcast properly",
            """
Keep the axis that the mean took away: `[:, np.newaxis]`, or `keepdims=True`. Then (3, 4) meets (3, 1).
""",
            works,
        ),
        Beat(
            "backward-code",
            "show",
            "The backward pass is easy",
            "(Remember they're usually not the same.)",
            backward_code,
        ),
        Beat(
            "square",
            "show",
            "A trap",
            "On a *square* array the wrong code raises no error at all: it subtracts each mean from the wrong numbers.",
            square,
        ),
        Beat(
            "play",
            "play",
            "Forward and backward by hand",
            "Type numbers into $x$ or into the given gradient: the same is done to both.",
            both,
            ("x", "dh"),
        ),
        Beat(
            "try",
            "try",
            "Gradients that vanish",
            "",
            both,
            ("x", "dh"),
            tries=(
                Try("A gradient of equal numbers: what goes to the left?", {"dh": [[1, 1, 1, 1]]}),
                Try("A gradient whose mean is 0 already: what changes?", {"dh": [[3, -1, -4, 2]]}),
                Try("An input moved by 4: which numbers of the figure move?", {"x": [[9, 5, 2, 8]]}),
            ),
        ),
    ),
)
