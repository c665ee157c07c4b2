"""Lesson 5: softmax and cross-entropy for N inputs, p − t, and why the naive code gives NaN."""

from convoscope.server.lessons.figures.softmax import (
    LABELS,
    F,
    asked,
    backward,
    broken,
    covered,
    forward,
    one,
    passed,
    seed_why,
    sliders,
    stable,
)
from convoscope.server.lessons.model import Beat, Cells, Choice, Lesson, Number, Question, Try

LOGITS = tuple(Number(f"f{k}", f"logit of {name}", F[0][k], -8.0, 8.0, 0.1) for k, name in enumerate(LABELS))
NAMES = tuple((name, name) for name in LABELS)
BIG = Choice("big", "the logits", "1000", (("1", "1, 2, 3"), ("1000", "1000, 2, 3"), ("-1000", "−1000, −1001, −1002")))

LESSON = Lesson(
    slug="softmax",
    title="Softmax and cross-entropy, for N inputs",
    summary="From logits to probabilities to a loss; its gradient is (p − t)/N; and why the naive code says NaN.",
    covers=("Example: Softmax (for N inputs)",),
    controls=(
        Cells("f", "the logits", F, -2000, 2000),
        Choice("y0", "right answer of example 0", "dog", NAMES),
        Choice("y1", "right answer of example 1", "ship", NAMES),
        *LOGITS,
        BIG,
    ),
    beats=(
        Beat(
            "softmax",
            "say",
            "Softmax loss",
            """
Let's assume we are using **Softmax** and **Cross-entropy** loss (together this is often called "Softmax loss"). Here
$\\ix{i}$ are different examples, $y_{\\ix{i}}$ their ground truth labels.

$$p_{\\ix{i},\\ix{j}} = \\frac{e^{f_{\\ix{i},\\ix{j}}}}{\\sum_{\\ix{k}} e^{f_{\\ix{i},\\ix{k}}}}$$

$$L_{\\ix{i}} = -\\log p_{\\ix{i},y_{\\ix{i}}} \\qquad L = \\frac{1}{N} \\sum_{\\ix{i}} L_{\\ix{i}}$$
""",
            forward,
            ("f", "y0", "y1"),
        ),
        Beat(
            "predict",
            "predict",
            "Where do we start going back?",
            """
Backprop starts with $\\frac{\\partial L}{\\partial f}$. For one example ($N = 1$) look at the logit of the **right**
class.
""",
            asked,
            question=Question(
                "What is $\\frac{\\partial L}{\\partial f}$ for the logit of dog? (two decimals)",
                "number",
                lambda v: round(float(passed(one(v), (1,)).by_activation["x"][0, 1]), 3),
                seed_why,
                near=0.006,
            ),
        ),
        Beat(
            "derivative",
            "show",
            "The derivative is p − t",
            """
$$\\frac{\\partial L}{\\partial f_{\\ix{i},\\ix{j}}} = \\frac{p_{\\ix{i},\\ix{j}} - t_{\\ix{i},\\ix{j}}}{N}$$

where $t_{\\ix{i}} = [0 \\dots 1 \\dots 0]$ (entry $y_{\\ix{i}}$ set to 1).

Try deriving this: it's tricky but not too hard. Now we can continue backpropagating to the layer before $f$.
""",
            backward,
            ("f", "y0", "y1"),
        ),
        Beat(
            "play",
            "play",
            "Three logits",
            """
Move the logits of one example. The probabilities always sum to 1, the gradients always sum to 0.
""",
            sliders,
            ("f0", "f1", "f2", "y0"),
        ),
        Beat(
            "code",
            "show",
            "Let's code this up in NumPy",
            """
The formula, word for word. For many logits it works; for some it doesn't: what's the problem this time?
""",
            covered,
        ),
        Beat(
            "thousand",
            "predict",
            "What if 1000 appears in f?",
            """
$e^{1000}$ is larger than any number that a float can hold.
""",
            covered,
            question=Question(
                "What does `softmax` print for 1000?",
                "choice",
                lambda v: "nan",
                lambda v: (
                    "Overflow: `exp(1000)` is `inf`, and `inf / inf` is **NaN**. The other two are `x / inf = 0`."
                ),
                options=("1", "nan", "inf", "0"),
            ),
        ),
        Beat(
            "nan",
            "show",
            "Overflow, and underflow",
            """
- 1000 appears in $f$. Overflow: we get inf/inf = **NaN**.
- The largest value is −1000. Underflow: we get 0/0 = **NaN**.

This expression is **numerically unstable**.
""",
            broken,
            ("big",),
        ),
        Beat(
            "subtract",
            "say",
            "Subtracting a constant does not change p",
            """
$$p_{\\ix{i},\\ix{j}} = \\frac{e^{f_{\\ix{i},\\ix{j}} - C}}{\\sum_{\\ix{k}} e^{f_{\\ix{i},\\ix{k}} - C}}$$

$$= \\frac{e^{-C} e^{f_{\\ix{i},\\ix{j}}}}{\\sum_{\\ix{k}} e^{-C} e^{f_{\\ix{i},\\ix{k}}}} =
\\frac{e^{f_{\\ix{i},\\ix{j}}}}{\\sum_{\\ix{k}} e^{f_{\\ix{i},\\ix{k}}}}$$

If we choose $C$ to be the **max**, then it works:

- If a large value appears in $f$, then that value will become 1 and all others will be 0 (avoiding overflow).
- If all values in $f$ are large negative, then they will be shifted up towards 0 (avoiding underflow).
""",
            stable,
            ("big",),
        ),
        Beat(
            "stable",
            "show",
            "The stable code",
            "Same function, one subtraction more. This is how the engine computes it, too.",
            stable,
            ("big",),
        ),
        Beat(
            "try",
            "try",
            "Sure, unsure, wrong",
            "",
            sliders,
            ("f0", "f1", "f2", "y0"),
            tries=(
                Try("All logits equal: the loss is log 3 = 1.0986. Why?", {"f0": 0.0, "f1": 0.0, "f2": 0.0}),
                Try(
                    "A confident wrong answer: what is the largest that |p − t| can be?",
                    {"f0": 8.0, "f1": -8.0, "f2": -8.0, "y0": "dog"},
                ),
                Try(
                    "A confident right answer: there is almost nothing left to learn.",
                    {"f0": -8.0, "f1": 8.0, "f2": -8.0, "y0": "dog"},
                ),
            ),
        ),
    ),
)
