"""Numbers that a histogram in float32 cannot tell apart, or cannot span, are counted all the same."""

import numpy as np
import pytest

from convoscope.server.viewmodel.trace import BINS, histogram, statistics

ODD = [
    [5.0, 5.000001],
    [1.0, 1 + 2**-23],
    [1e30, 1e30],
    [-3e38, 3e38],
    [3.4e38, 3.4e38],
    [1e-45, 3e-45],
    [0.0, 0.0],
    [-7.0],
    [0.0, 1e-30],
]


@pytest.mark.parametrize("numbers", ODD, ids=str)
def test_every_finite_number_lies_in_a_class(numbers: list[float]) -> None:
    counts, edges = histogram(np.array(numbers, np.float32))
    assert counts.sum() == len(numbers)
    assert np.isfinite(edges).all()
    assert (np.diff(edges) > 0).all()
    assert edges[0] <= min(numbers) <= max(numbers) <= edges[-1] * (1 + 1e-7) + 1e-300


def test_usual_numbers_have_the_classes_that_numpy_gives_them() -> None:
    a = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    for ours, theirs in zip(histogram(a), np.histogram(a, BINS), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_numbers_that_are_none_are_not_counted() -> None:
    found = statistics("x", np.array([np.nan, np.inf, 1, 2], np.float32))
    assert (found.not_finite, sum(found.histogram.counts)) == (2, 2)
