"""Indices as NumPy source, for the line of code that makes one number."""

import re
from collections.abc import Sequence

from convoscope.engine.types import Index


def place(at: Index) -> str:
    """`0, 5, 7`; `()` for the one cell of an array without axes."""
    return ", ".join(map(str, at)) or "()"


def literal(value: object) -> str:
    """A number as Python source: `0.01`, `-np.inf`, `np.nan`."""
    return repr(value).replace("inf", "np.inf").replace("nan", "np.nan")


def times(left: str, right: str) -> str:
    """A product: `dout[0] * X[0]`, `dout[0] * (1 / 4)`, and `dout[0]` when the right side is 1."""
    alone = re.fullmatch(r"[\w.]+(\[[^\]]*\])?", right)
    return left if right == "1" else f"{left} * {right}" if alone else f"{left} * ({right})"


def span(cells: Sequence[int], whole: int | None = None) -> str:
    """The slice that takes `cells`, an arithmetic progression: `4:7`, `2::-1`, `1:6:2`; `:` for all of `whole`."""
    if whole is not None and list(cells) == list(range(whole)):
        return ":"
    if len(cells) == 0:
        return "0:0"
    first, step = cells[0], cells[1] - cells[0] if len(cells) > 1 else 1
    stop = cells[-1] + (1 if step > 0 else -1)
    if step == 1:
        return f"{first}:{stop}"
    return f"{first}:{'' if stop < 0 else stop}:{step}"


def spans(cells: Sequence[Sequence[int]], wholes: Sequence[int | None] = ()) -> str:
    """`span` of each axis: `4:7, :, 2:5`."""
    given = [*wholes] + [None] * (len(cells) - len(wholes))
    return ", ".join(span(c, whole) for c, whole in zip(cells, given, strict=True))
