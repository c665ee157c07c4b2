"""The words of a lesson: paragraphs and lists with `code`, **weight**, *stress* and $formulas$, as safe HTML."""

import re
from functools import lru_cache
from html import escape

from convoscope.server.mathml import mathml

PIECE = re.compile(r"(`[^`]+`|\$\$?[^$]+\$\$?|\*\*[^*]+\*\*|\*[^*]+\*|\[[^\]]+\]\((?:/|#)[^)]*\))")
INDEX = re.compile(r"\\ix\{(\w)\}")
MINUS = re.compile(r"(?<![\w.)−-])-(?=\d)")
CLOSED = re.compile(r"(<math(?:(?!</math>).)*</math>)([,.;:?!)]+)")
"""A formula in a sentence and what must not begin the next line."""
COLOURED = re.compile(r'<mstyle mathcolor="ix(\w)">(.*?)</mstyle>')


RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def chance(p: float) -> str:
    """A probability in thousandths; a smaller one by its size, as its logarithm has it: 0.443, 2.32×10⁻⁵."""
    if p >= 5e-4 or p == 0:
        return f"{p:.3f}"
    mantissa, exponent = f"{p:.2e}".split("e")
    return f"{mantissa}×10{str(int(exponent)).translate(RAISED)}"


@lru_cache(maxsize=4096)
def formula(latex: str) -> str:
    r"""A formula on a line of its own. `\ix{i}` is the index i in its colour."""
    return COLOURED.sub(r'<mrow class="ix ix-\1">\2</mrow>', mathml(INDEX.sub(r"\\textcolor{ix\1}{\1}", latex)))


def small(latex: str) -> str:
    """A formula inside a sentence."""
    return formula(latex).replace('display="block"', 'display="inline"', 1)


@lru_cache(maxsize=4096)
def inline(text: str) -> str:
    """One line of words."""
    return CLOSED.sub(r'<span class="kept">\1\2</span>', "".join(_piece(part) for part in PIECE.split(text)))


def _piece(part: str) -> str:
    if part.startswith("`"):
        return f"<code>{escape(part[1:-1])}</code>"
    if part.startswith("$$"):
        return formula(part[2:-2])
    if part.startswith("$"):
        return small(part[1:-1])
    if part.startswith("**"):
        return f"<strong>{inline(part[2:-2])}</strong>"
    if part.startswith("*") and len(part) > 1:
        return f"<em>{inline(part[1:-1])}</em>"
    if part.startswith("[") and part.endswith(")"):
        label, _, address = part[1:-1].partition("](")
        return f'<a href="{escape(address)}">{inline(label)}</a>'
    return escape(MINUS.sub("−", part))


@lru_cache(maxsize=1024)
def html(text: str) -> str:
    """Paragraphs, split at empty lines; lines that start with `- ` make a list."""
    return "".join(_block(block.strip()) for block in re.split(r"\n\s*\n", text.strip()))


def _block(block: str) -> str:
    lines = [line.strip() for line in block.splitlines()]
    if all(line.startswith("- ") for line in lines):
        return f"<ul>{''.join(f'<li>{inline(line[2:])}</li>' for line in lines)}</ul>"
    whole = " ".join(lines)
    if whole.startswith("$$") and whole.endswith("$$") and whole.count("$$") == 2:
        return f'<div class="formula">{formula(whole[2:-2])}</div>'
    return f"<p>{inline(whole)}</p>"
