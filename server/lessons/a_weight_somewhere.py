"""Lesson 1: a network, a loss, one weight; nudge it and watch the loss."""

from convoscope.server.lessons.figures.a_weight_somewhere import (
    LEAST,
    MOST,
    NUDGE,
    START,
    forecast,
    forecast_why,
    guess,
    measured,
    nudged,
    setup,
    updated,
)
from convoscope.server.lessons.model import Beat, Lesson, Number, Question, Try

LESSON = Lesson(
    slug="a-weight-somewhere",
    title="A weight somewhere",
    summary="One weight of a network, its loss, and the slope between them: the gradient.",
    covers=("Review: Setup",),
    controls=(
        Number("w", "the weight W₁₂", START, LEAST, MOST, 0.05),
        Number("eps", "the nudge ε", 0.01, 0.0001, 0.5, 0.0001),
        Number("rate", "learning rate", 0.5, 0.0, 4.0, 0.1),
    ),
    beats=(
        Beat(
            "setup",
            "say",
            "A network, a picture, a loss",
            """
A network is a chain of layers $h^{(1)}, h^{(2)}, \\dots$ with parameters $(\\theta^{(1)}, \\theta^{(2)}, \\dots)$. It
reads an input and gives probabilities; the **loss** $L$ says how wrong they are. Here the right answer is *cat*.

**Goal:** find values for the parameters so that the loss is small.
""",
            setup,
        ),
        Beat(
            "a-weight",
            "show",
            "A weight somewhere in the network",
            """
Take one weight, anywhere: $W^{(1)}_{12}$, the one between the second input and the first hidden unit. It is one of
the 14 numbers that this network may learn.

Everything else stays as it is. Then $L$ depends on this one number only, and we can draw it as a curve.
""",
            nudged,
        ),
        Beat(
            "predict",
            "predict",
            "Nudge it",
            """
The slope of the curve is the **gradient** $\\frac{\\partial L}{\\partial W^{(1)}_{12}}$: how much $L$ changes when the
weight changes a little.
""",
            guess,
            question=Question(
                f"The weight goes up by {NUDGE}. What will the loss be, by the slope? (three decimals)",
                "number",
                forecast,
                forecast_why,
                near=0.002,
            ),
        ),
        Beat(
            "play",
            "play",
            "Move the weight",
            """
Move the weight and watch $L$. Where the slope is positive, less weight means less loss. Where the ReLU behind it is
off, the curve is flat: there is no slope, and nothing to learn from.
""",
            nudged,
            ("w",),
        ),
        Beat(
            "measure",
            "show",
            "How do we get the gradient?",
            """
We could nudge every weight and measure. It works, and it is how we *check* gradients, but it takes two passes for
each of the weights: for a network with a million, two million passes.

**Backpropagation** gives all of them in one pass back. That is the next lesson.
""",
            measured,
            ("eps", "w"),
        ),
        Beat(
            "update",
            "show",
            "θ updated",
            """
With the gradient of every weight in hand, move each one a little downhill, by the learning rate $\\eta$:

$$\\theta \\leftarrow \\theta - \\eta \\, \\frac{\\partial L}{\\partial \\theta}$$

That is one training step. Repeat.
""",
            updated,
            ("rate",),
        ),
        Beat(
            "try",
            "try",
            "Overshoot, switch off, freeze",
            "Three things to do with these numbers.",
            updated,
            ("w", "rate"),
            tries=(
                Try("Learning rate 4: the step overshoots or not?", {"rate": 4.0}),
                Try("A weight of 1.5: which gradients are exactly 0 now, and why?", {"w": 1.5, "rate": 0.5}),
                Try("Find the least weight at which no learning rate changes the first row of $W^{(1)}$."),
            ),
        ),
    ),
)
