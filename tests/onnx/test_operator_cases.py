"""Every case that ONNX itself tests its operators with, for the operators that we have.

What does not pass is listed in `skipped.txt` with a reason, and the list is held to the truth in both directions. It is
written for the version of onnx that pyproject.toml asks for.
"""

from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.onnx.cases import FIRST_ONLY, OPERATORS, Case, collected, problem

SKIPPED = Path(__file__).parent / "skipped.txt"
FIRST_OUTPUT = {
    "BatchNormalization": "running statistics, which are no activations",
    "Dropout": "the mask, which the layer keeps to itself",
    "LayerNormalization": "mean and deviation, which the explanation shows",
    "MaxPool": "indices of the maxima, which the explanation marks",
}
"""Operators with further outputs that have no layer, and what these are. Their cases are compared in the first."""


@pytest.fixture(scope="module")
def problems() -> Mapping[Case, str]:
    """What goes wrong with each case."""
    return {case: problem(case) for case in collected()}


def reasons() -> dict[str, str]:
    """The reason of each pattern of the list."""
    found, reason = {}, ""
    for line in SKIPPED.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            reason = line.removeprefix("#").strip()
        elif line.strip():
            found[line.strip()] = reason
    return found


def failing(problems: Mapping[Case, str]) -> dict[str, str]:
    return {case.name: said for case, said in problems.items() if said not in ("", FIRST_ONLY)}


def test_every_case_passes_or_is_listed_with_a_reason(problems: Mapping[Case, str]) -> None:
    listed = reasons()
    unlisted = {
        name: said for name, said in failing(problems).items() if not any(fnmatch(name, pattern) for pattern in listed)
    }
    assert not unlisted, "\n".join(f"{name}: {said}" for name, said in unlisted.items())
    assert all(listed.values())


def test_every_line_of_the_list_names_only_cases_that_fail(problems: Mapping[Case, str]) -> None:
    bad = failing(problems)
    stale = [p for p in reasons() if not any(fnmatch(name, p) for name in bad)]
    assert not stale, f"nothing fails any more of {stale}"
    passing = [c.name for c in problems if c.name not in bad and any(fnmatch(c.name, p) for p in reasons())]
    assert not passing, f"these pass, but are listed: {passing}"


def test_only_known_second_outputs_are_left_out(problems: Mapping[Case, str]) -> None:
    assert {case.op for case, said in problems.items() if said == FIRST_ONLY} == set(FIRST_OUTPUT)


def test_the_cases_are_many_and_cover_the_operators(problems: Mapping[Case, str]) -> None:
    passing = [case for case, said in problems.items() if said in ("", FIRST_ONLY)]
    assert len(passing) > 1000
    alone = {case.op for case in passing}
    assert {"Conv", "ConvTranspose", "MaxPool", "BatchNormalization", "Resize", "Gemm", "Softmax"} <= alone
    assert alone - {"functions"} <= OPERATORS


if __name__ == "__main__":  # the figures, for a person
    results = {case: problem(case) for case in collected()}
    bad = failing(results)
    print(f"{len(results) - len(bad)} of {len(results)} cases pass, {len(bad)} are listed:")
    for pattern, reason in reasons().items():
        print(f"  {sum(fnmatch(name, pattern) for name in bad):4} {pattern}: {reason}")
