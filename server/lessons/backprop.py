"""Lesson 2: backpropagation is the chain rule, a layer at a time."""

from convoscope.server.lessons.figures.backprop import (
    DEFAULTS,
    LAST,
    LAYERS,
    answered,
    backward,
    blanks,
    forward,
    gradient,
    layer_of,
    product,
    why,
)
from convoscope.server.lessons.model import Beat, Choice, Lesson, Number, Question, Try

OPTIONS = tuple((str(n), f"{n}: {k}") for n, (_, k, _) in enumerate(LAYERS, 1))


def sent_left(ask: str) -> Question:
    """Asks for the gradient that the chosen layer hands on."""
    return Question(ask, "number", lambda v: round(gradient(v, layer_of(v) - 1), 4), why, near=0.006, shown=answered)


LESSON = Lesson(
    slug="backprop",
    title="Backprop is the chain rule",
    summary="Values go right, gradients come back left: given × local = wanted, at every layer.",
    covers=("Backprop", "Recap"),
    controls=(
        Number("t", "step", LAST, 0, LAST, 1, plays=True),
        Choice("n", "layer n", "4", OPTIONS),
        Number("x", "x", DEFAULTS["x"], -3.0, 3.0, 0.1),
        Number("theta1", "θ(1)", DEFAULTS["theta1"], -3.0, 3.0, 0.1),
        Number("theta3", "θ(3)", DEFAULTS["theta3"], -3.0, 3.0, 0.1),
    ),
    beats=(
        Beat(
            "chain-rule",
            "say",
            "It's just the chain rule",
            """
A network is a chain of functions. The derivative of a chain is the product of the derivatives of its links:

$$\\frac{\\partial L}{\\partial x} = \\frac{\\partial L}{\\partial h} \\frac{\\partial h}{\\partial x}$$

That is all. Backpropagation does this product from the right, one layer at a time.
""",
            forward,
            ("t",),
            start={"t": 6},
        ),
        Beat(
            "forward",
            "show",
            "Forward propagation",
            """
Values go to the right. Each layer reads what the layer before it has made, and its own parameter $\\theta^{(n)}$, if it
has one. The last number is the loss.
""",
            forward,
            ("t",),
            start={"t": 0},
        ),
        Beat(
            "what-we-want",
            "say",
            "What we want for each layer",
            """
This is what we want for each layer, to update its parameters:

$$\\frac{\\partial L}{\\partial \\theta^{(n)}}$$

To compute it, we need to propagate this gradient:

$$\\frac{\\partial L}{\\partial h^{(n)}}$$
""",
            backward,
            ("t",),
            start={"t": 0},
        ),
        Beat(
            "each-layer",
            "show",
            "For each layer",
            """
$$\\underbrace{\\frac{\\partial L}{\\partial \\theta^{(n)}}}_{\\text{what we want}} = \\underbrace{\\frac{\\partial
L}{\\partial h^{(n)}}}_{\\text{given to us}} \\cdot \\underbrace{\\frac{\\partial h^{(n)}}{\\partial
\\theta^{(n)}}}_{\\text{local}}$$

$$\\frac{\\partial L}{\\partial h^{(n-1)}} = \\frac{\\partial L}{\\partial h^{(n)}} \\cdot \\frac{\\partial
h^{(n)}}{\\partial h^{(n-1)}}$$

Both use the same given gradient. The **local gradient** is just the derivative of layer $n$ by itself.
""",
            product,
            ("n",),
            start={"n": "3"},
        ),
        Beat(
            "boxes",
            "show",
            "Propagated = propagated × local",
            """
For each layer, we compute:

$$[\\text{propagated gradient to the left}] =$$

$$[\\text{propagated gradient from right}]$$

$$\\cdot \\; [\\text{local gradient}]$$

- From the right: received during backprop.
- Local: can be computed immediately, from what went in during the forward pass.
""",
            product,
            ("n",),
            start={"n": "2"},
        ),
        Beat(
            "predict",
            "predict",
            "The sigmoid's turn",
            """
The gradient has come back to layer 4, the sigmoid. Its local gradient is $f(1 - f)$.
""",
            blanks,
            start={"n": "4"},
            question=sent_left("What goes to the left, $\\frac{\\partial L}{\\partial h^{(3)}}$? (two decimals)"),
        ),
        Beat(
            "backward",
            "show",
            "Backward propagation",
            """
Gradients go to the left. It starts at the loss, $\\frac{\\partial L}{\\partial L} = 1$; the first steps make
$\\frac{\\partial L}{\\partial f} \\leftarrow L$, and each layer multiplies by its local gradient. One pass gives all of
them.
""",
            backward,
            ("t",),
            start={"t": 0},
        ),
        Beat(
            "blanks",
            "predict",
            "Fill in any layer",
            """
Choose a layer, change the numbers, and do its product yourself.
""",
            blanks,
            ("n", "x", "theta1", "theta3"),
            start={"n": "2"},
            question=sent_left("What does this layer send to the left? (two decimals)"),
        ),
        Beat(
            "play",
            "play",
            "The whole chain",
            """
Move the input and the parameters. Watch what happens to the gradients on the left when a local gradient gets small.
""",
            product,
            ("n", "x", "theta1", "theta3"),
        ),
        Beat(
            "try",
            "try",
            "Where gradients die",
            "",
            product,
            ("n", "x", "theta1", "theta3"),
            tries=(
                Try(
                    "x = 3 and θ(1) = 3: tanh is flat there. What is left of the gradient?",
                    {"x": 3.0, "theta1": 3.0, "n": "2"},
                ),
                Try("θ(3) = 0: why does nothing to the left of layer 3 learn?", {"theta3": 0.0, "n": "3"}),
                Try("Which sign of θ(3) makes dL/dx positive?", {"theta3": 1.2, "n": "1"}),
            ),
        ),
    ),
)
