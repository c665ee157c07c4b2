"""Docs that cannot go stale: the page of the layers is made from the layers."""

import inspect
import re
from functools import cache

import pytest

from convoscope.engine import REGISTRY
from docs.make_layers import PAGE, page

SECTIONS = ("Equation", "Shapes", "Source")


@cache
def made() -> str:
    """The page, made once for all tests."""
    return page()


def test_the_page_of_the_layers_is_what_the_layers_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == made(), "docs/layers.md is stale: run `python -m docs.make_layers`"


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_a_layer_says_its_equation_its_shapes_and_its_source(kind: str) -> None:
    said = inspect.cleandoc(REGISTRY[kind].__doc__ or "")
    missing = [name for name in SECTIONS if not re.search(rf"^{name} {{2,}}\S", said, re.MULTILINE)]
    assert not missing, f"{kind} does not say: {', '.join(missing)}"
    assert said.split("\n")[0][-1] in ".?"


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_the_page_shows_an_example_of_the_layer_with_its_numbers(kind: str) -> None:
    entry = made().partition(f"\n### {kind}\n")[2].partition("\n### ")[0]
    assert re.search(r"^y +\(.*\) \S", entry, re.MULTILINE)
    assert re.search(r"^y\[[\d, ]*\] = \S", entry, re.MULTILINE)
    assert kind == "constant" or re.search(r"^dL/dx0?\[[\d, ]*\] = \S", entry, re.MULTILINE)
