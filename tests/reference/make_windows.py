"""Write tests/front/windows.json: what engine/geometry.py says of many windows, for the browser's twin to repeat.

Run by hand after a change of the geometry: `python -m tests.reference.make_windows`. A test holds the file to the
engine.
"""

import json
import random
from pathlib import Path
from typing import Any

from convoscope.engine.geometry import Axis, Table, Window

FILE = Path(__file__).parents[1] / "front" / "windows.json"
SEED, CASES = 20, 120
KINDS = ("slide", "whole", "groups", "repeat", "inverse", "table")


def vectors() -> list[dict[str, Any]]:
    """Random windows of rank 1 to 3, each with a few cells, what they read and who reads them."""
    draw = random.Random(SEED)
    return [_case(draw) for _ in range(CASES)]


def as_json() -> str:
    """The file's text: a case a line, so that a difference is a line."""
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in vectors())
    return f"[\n{lines}\n]\n"


def _axis(draw: random.Random) -> tuple[Axis | Table, int, int]:
    """An axis with an input length and an output length that go together."""
    kind, n, out = draw.choice(KINDS), draw.randint(1, 9), draw.randint(1, 6)
    if kind == "slide":
        return Axis(draw.randint(1, 4), draw.randint(1, 3), -draw.randint(0, 3), draw.randint(1, 3)), n, out
    if kind == "whole":
        return Axis(n, 0), n, out
    if kind == "groups":
        size, every = draw.randint(1, 3), draw.randint(1, 3)
        return Axis(size, size, every=every), size * 3, every * 3
    if kind == "repeat":
        return Axis(every=(every := draw.randint(1, 3))), n, n * every
    if kind == "inverse":
        return Axis(draw.randint(1, 3), draw.randint(1, 3), -draw.randint(0, 1), 1, inverse=True), n, out
    rows = tuple(tuple(sorted(draw.sample(range(n), draw.randint(0, n)))) for _ in range(out))
    return Table(rows), n, out


def _case(draw: random.Random) -> dict[str, Any]:
    drawn = [_axis(draw) for _ in range(draw.randint(1, 3))]
    axes, x_shape, y_shape = (tuple(part) for part in zip(*drawn, strict=True))
    window = Window(axes, x_shape, y_shape)
    outputs = [[draw.randrange(n) for n in y_shape] for _ in range(3)]
    inputs = [[draw.randrange(n) for n in x_shape] for _ in range(3)]
    return {
        "axes": [_wire(a) for a in axes],
        "from": x_shape,
        "to": y_shape,
        "cells": [{"at": at, "cells": window.cells(tuple(at))} for at in outputs],
        "reach": [{"cell": cell, "readers": window.reach(tuple(cell))} for cell in inputs],
    }


def _wire(axis: Axis | Table) -> dict[str, Any]:
    return axis._asdict() if isinstance(axis, Axis) else {"rows": axis.rows, "follows": axis.follows}


if __name__ == "__main__":
    FILE.write_text(as_json(), encoding="utf-8")
    print(f"{FILE}: {CASES} windows")
