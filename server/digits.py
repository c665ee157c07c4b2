"""Ten handwritten digits, drawn by the code below: something for a network of digits to read.

Each is one or two strokes through a few points, white on black as MNIST has them. Another seed is another hand.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

SIDE = 112
SCALE = 4
WIDTH = 0.095
"""Of the pen, against the picture's side."""
SHAKE, SLANT = 0.006, 0.12
"""How far a point strays, and how far the top leans to the right, against the picture's side."""
SMOOTH = 24
"""Pieces of a curve between two points."""

STROKES = (
    "50,20 35,33 32,55 40,77 52,80 65,68 68,45 60,24 50,20",
    "50,20 50,40 50,60 50,80",
    "33,33 42,21 57,21 66,33 60,48 46,62 33,78 / 33,78 50,78 69,78",
    "34,26 50,20 64,28 62,41 47,48 / 47,48 63,54 66,68 52,80 33,75",
    "40,20 34,40 31,54 / 31,54 50,54 70,54 / 61,24 60,50 59,81",
    "66,21 52,21 39,21 / 39,21 37,34 36,46 / 36,46 52,44 66,55 63,73 48,81 33,74",
    "60,20 44,33 35,53 38,73 52,81 64,71 62,56 49,51 37,60",
    "32,23 50,23 68,23 / 68,23 58,42 49,62 44,81",
    "62,30 50,20 38,29 42,42 57,53 65,67 52,80 37,70 43,55 58,42 62,30",
    "63,34 52,21 38,27 36,41 48,49 62,40 63,32 / 63,32 62,55 55,80",
)
"""For each digit its strokes, / between them: points, right and down from the upper left, in hundredths of a side."""


def names() -> tuple[str, ...]:
    """What there is, in order."""
    return tuple(map(str, range(10)))


def draw(name: str, seed: int = 7) -> Image.Image:
    """The digit of this name, SIDE × SIDE."""
    rng = np.random.default_rng((seed, int(name)))
    image = Image.new("L", (SIDE * SCALE, SIDE * SCALE))
    pen = ImageDraw.Draw(image)
    lean = SLANT * rng.uniform(0.3, 1)
    for stroke in STROKES[int(name)].split("/"):
        points = np.array([[int(n) / 100 for n in point.split(",")] for point in stroke.split()])
        points += rng.normal(0, SHAKE, points.shape)
        points[:, 0] += lean * (0.5 - points[:, 1])
        for x, y in curve(points) * SIDE * SCALE:
            r = WIDTH / 2 * SIDE * SCALE
            pen.ellipse([x - r, y - r, x + r, y + r], fill=255)
    return image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def curve(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) → a smooth line through all of them. Source: Catmull and Rom 1974, with uniform knots."""
    ends = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    t = np.linspace(0, 1, SMOOTH)[:, None]
    pieces = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate(pieces)
