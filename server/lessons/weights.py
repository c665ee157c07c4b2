"""Lesson 6: the derivative of the weights, for a dense layer."""

from convoscope.server.lessons.figures.weights import (
    DH,
    X,
    bias,
    blank,
    forward,
    outer,
    passed,
    shapes,
    weight,
    zero,
)
from convoscope.server.lessons.model import Beat, Cells, Lesson, Number, Question, Spot, Try

LESSON = Lesson(
    slug="weights",
    title="What about the weights?",
    summary="Use the chain rule again: dL/dW is the outer product of the given gradient and the input.",
    covers=("What about the weights?",),
    controls=(
        Cells("x", "x", X),
        Cells("dh", "the given gradient", DH),
        Spot("spot", "a weight of W", (1, 2)),
        Number("i", "bias i", 0, 0, 1),
    ),
    beats=(
        Beat(
            "again",
            "say",
            "Use the chain rule again!",
            """
To get the derivative of the weights, use the chain rule again! Example: 2D weights, 1D bias, 1D hidden activations:

$$h_{\\ix{k}} = b_{\\ix{k}} + \\sum_{\\ix{j}} W_{\\ix{k}\\ix{j}} x_{\\ix{j}}$$
""",
            forward,
        ),
        Beat(
            "sum",
            "show",
            "One weight",
            """
$$\\frac{\\partial L}{\\partial W_{\\ix{i}\\ix{j}}} = \\sum_{\\ix{k}} \\frac{\\partial L}{\\partial h_{\\ix{k}}}
\\frac{\\partial h_{\\ix{k}}}{\\partial W_{\\ix{i}\\ix{j}}}$$

Only the term $\\ix{k} = \\ix{i}$ is not zero: no other output reads this weight. There $\\frac{\\partial
h_{\\ix{i}}}{\\partial W_{\\ix{i}\\ix{j}}} = x_{\\ix{j}}$.
""",
            weight,
            ("spot",),
            start={"spot": (0, 1)},
        ),
        Beat(
            "predict",
            "predict",
            "A number",
            "The given gradient and the input are in the figure.",
            blank,
            question=Question(
                "What is $\\frac{\\partial L}{\\partial W_{12}}$ (row 1, column 2, counted from 0)?",
                "number",
                lambda v: float(passed(X, DH).by_param["y"]["weight"][1, 2]),
                lambda v: (
                    "Output 1 was given −2, and it reads $x_2 = 3$ with this weight: −2 × 3 = **−6**. The "
                    "weight's own value does not matter."
                ),
            ),
        ),
        Beat(
            "outer",
            "show",
            "All of them at once",
            """
Each given gradient times each input: the **outer product**. In NumPy, `np.outer(dh, x)`, or `dh.T @ x` for a batch.
""",
            outer,
        ),
        Beat(
            "bias",
            "show",
            "The bias",
            """
$$\\frac{\\partial L}{\\partial b_{\\ix{i}}} = \\sum_{\\ix{k}} \\frac{\\partial L}{\\partial h_{\\ix{k}}}
\\frac{\\partial h_{\\ix{k}}}{\\partial b_{\\ix{i}}}$$

A bias is added as it is, so its local gradient is 1 for its own output and 0 for the others.
""",
            bias,
            ("i",),
        ),
        Beat(
            "shapes",
            "show",
            "The shapes",
            """
The number of subscripts and summations changes depending on your layer and parameter sizes. But a gradient always
has the
shape of what it is the gradient of.
""",
            shapes,
        ),
        Beat(
            "zero",
            "predict",
            "Which weight learns nothing?",
            "The input has changed: look at $x$.",
            zero,
            question=Question(
                "Which weights of $W$ have a gradient of 0?",
                "choice",
                lambda v: "column 1",
                lambda v: (
                    "$x_1 = 0$, so both weights that multiply it, **column 1**, get dL/dh × 0 = 0. What was not "
                    "there teaches nothing."
                ),
                options=("row 0", "row 1", "column 0", "column 1", "column 2"),
            ),
        ),
        Beat("play", "play", "Free play", "Type a gradient or an input; choose any weight.", weight, ("spot",)),
        Beat(
            "try",
            "try",
            "Rows and columns that learn nothing",
            "",
            weight,
            ("spot",),
            tries=(
                Try("Which x makes the whole first column of dL/dW zero?", {"x": [[0, -1, 3]], "spot": [0, 0]}),
                Try("Twice the gradient: what happens to dL/dW?", {"dh": [[2, -4]]}),
                Try("A gradient for one output only: which row learns?", {"dh": [[0, 1]], "spot": [1, 1]}),
            ),
        ),
    ),
)
