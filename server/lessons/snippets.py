"""Code of the lessons, run: what stands on the page as output is what NumPy really printed, errors included.

Only code that is written in this package runs; nothing that a reader types is ever code.
"""

import io
import warnings
from contextlib import redirect_stdout
from functools import cache
from textwrap import dedent
from typing import NamedTuple


class Run(NamedTuple):
    """A piece of code, what it printed, and whether it ended in an error. The last line's value is printed too."""

    source: str
    output: str
    failed: bool


@cache
def run(source: str, before: str = "") -> Run:
    """Runs the code. before: what must have run and is not shown. The output has the error's or a warning's words."""
    shown, out = dedent(source).strip(), io.StringIO()
    names: dict[str, object] = {}
    exec(compile("import numpy as np\n" + dedent(before), "before", "exec"), names)
    failed = False
    with warnings.catch_warnings(record=True) as said, redirect_stdout(out):
        warnings.simplefilter("always")
        try:
            exec(compile(shown, "snippet", "exec"), names)
        except Exception as error:  # whatever NumPy raises is what the lesson shows
            failed = True
            print(f"{type(error).__name__}: {error}")
    told = [f"{w.category.__name__}: {w.message}" for w in said]
    return Run(shown, "\n".join((*dict.fromkeys(told), *out.getvalue().rstrip().splitlines())), failed)
