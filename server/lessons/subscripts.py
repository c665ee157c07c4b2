"""Lesson 3: the chain rule with more subscripts and more summations."""

from convoscope.server.lessons.figures.subscripts import count_why, counted, matrix, scalar, terms, vector, volume
from convoscope.server.lessons.model import Beat, Choice, Lesson, Question, Spot, Try

LESSON = Lesson(
    slug="subscripts",
    title="More subscripts, more sums",
    summary="The same rule for scalars, vectors, matrices and 3D arrays: a sum over everything that reads the number.",
    covers=("Backprop",),
    controls=(
        Spot("vector", "the index j", (0, 1)),
        Spot("spot", "the cell of x", (1, 1)),
        Choice("sums", "the sum", "folded", (("folded", "as one sign"), ("expanded", "term by term"))),
    ),
    beats=(
        Beat(
            "easy",
            "say",
            "Just add more subscripts",
            """
It's easy to write down the chain rule for higher dimensions: just add more subscripts and more summations.

$$\\frac{\\partial L}{\\partial x} = \\frac{\\partial L}{\\partial h} \\frac{\\partial h}{\\partial x}$$

$x$, $h$ scalars. ($L$ is always scalar.)
""",
            scalar,
        ),
        Beat(
            "vectors",
            "show",
            "x, h 1D arrays (vectors)",
            """
$$\\frac{\\partial L}{\\partial x_{\\ix{j}}} = \\sum_{\\ix{i}} \\frac{\\partial L}{\\partial h_{\\ix{i}}}
\\frac{\\partial h_{\\ix{i}}}{\\partial x_{\\ix{j}}}$$

$x_{\\ix{j}}$ may change every $h_{\\ix{i}}$; each of them changes $L$. All the ways add up: a sum over $\\ix{i}$.
""",
            vector,
            ("vector", "sums"),
        ),
        Beat(
            "matrices",
            "show",
            "x, h 2D arrays",
            """
$$\\frac{\\partial L}{\\partial x_{\\ix{a}\\ix{b}}} = \\sum_{\\ix{i}} \\sum_{\\ix{j}} \\frac{\\partial L}{\\partial
h_{\\ix{i}\\ix{j}}} \\frac{\\partial h_{\\ix{i}\\ix{j}}}{\\partial x_{\\ix{a}\\ix{b}}}$$

Here $h$ is a small convolution of $x$. Where $h_{\\ix{i}\\ix{j}}$ does not read $x_{\\ix{a}\\ix{b}}$ the term is 0
and is not listed.
""",
            matrix,
            ("spot", "sums"),
        ),
        Beat(
            "predict",
            "predict",
            "How many terms?",
            """
The kernel is 2×2 and moves by one. Look at a cell in the middle of $x$.
""",
            counted,
            question=Question(
                "How many of the nine outputs $h_{\\ix{i}\\ix{j}}$ read the cell $x_{11}$?",
                "number",
                lambda v: len(terms({"spot": (1, 1)}, 2)[0]),
                count_why,
            ),
        ),
        Beat(
            "volumes",
            "show",
            "x, h 3D arrays",
            """
$$\\frac{\\partial L}{\\partial x_{\\ix{a}\\ix{b}\\ix{c}}} = \\sum_{\\ix{i}} \\sum_{\\ix{j}} \\sum_{\\ix{k}}
\\frac{\\partial L}{\\partial h_{\\ix{i}\\ix{j}\\ix{k}}} \\frac{\\partial h_{\\ix{i}\\ix{j}\\ix{k}}}{\\partial
x_{\\ix{a}\\ix{b}\\ix{c}}}$$

A third index, a third sum. Nothing else is new: every channel of $h$ reads the cell.
""",
            volume,
            ("spot", "sums"),
        ),
        Beat(
            "play",
            "play",
            "Any cell",
            "Choose any cell of $x$ and see its sum expanded, term by term.",
            matrix,
            ("spot", "sums"),
            start={"sums": "expanded"},
        ),
        Beat(
            "try",
            "try",
            "Corner, edge, middle",
            "",
            matrix,
            ("spot", "sums"),
            start={"sums": "expanded"},
            tries=(
                Try("A corner: one term.", {"spot": [0, 0]}),
                Try("An edge: two terms.", {"spot": [0, 2]}),
                Try(
                    "The terms read the kernel backwards: compare their second factors with the kernel.",
                    {"spot": [2, 2]},
                ),
            ),
        ),
    ),
)
