"""Formulas: the engine writes LaTeX, the page shows MathML."""

import re
from functools import lru_cache

REFERENCE = re.compile(r"&#x([0-9A-Fa-f]+);")
APPLIED = re.compile(r"(<mi>(?:log|exp|tanh|max|min)</mi>)(?=<m(?:i|n|sub|sup|frac|subsup)>)")
"""A function's name with what it is applied to right behind it: TeX sets a thin space between them."""


@lru_cache(maxsize=1024)
def mathml(latex: str) -> str:
    """The formula as a `<math>` element that stands on a line of its own."""
    from latex2mathml.converter import convert

    found = REFERENCE.sub(_character, convert(latex, display="block"))
    return APPLIED.sub(r'\1<mspace width="0.17em"/>', found)


def _character(found: re.Match[str]) -> str:
    """A character reference as the character, unless that would be markup."""
    character = chr(int(found[1], 16))
    return found[0] if character in "<>&" else character
