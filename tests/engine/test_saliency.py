"""A map over the picture says what a small change of each place would do to the objective."""

import numpy as np
import pytest

from convoscope.engine import errors, logit, saliency, zoo
from convoscope.engine.types import Array

NET = zoo.load("example-cnn").astype(np.float64)
X = np.random.default_rng(3).standard_normal((1, 3, 32, 32))
GRADIENTS = NET.trace(X).gradients(logit(4))
STEP = 1e-6


def slope(direction: Array) -> float:
    """d logit / d one way through the pictures, measured."""
    up, down = (NET.trace(X + side * STEP * direction) for side in (1, -1))
    return (logit(4).value(up) - logit(4).value(down)) / (2 * STEP)


@pytest.mark.parametrize("at", [(3, 4), (16, 20), (31, 0)])
def test_saliency_is_the_steepest_measured_slope_of_the_channels(at: tuple[int, int]) -> None:
    slopes = []
    for channel in range(3):
        one = np.zeros_like(X)
        one[(0, channel, *at)] = 1
        slopes.append(slope(one))
    assert saliency(GRADIENTS)[at] == pytest.approx(max(map(abs, slopes)), rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("at", [(3, 4), (16, 20)])
def test_gradient_times_input_is_the_measured_slope_towards_a_brighter_place(at: tuple[int, int]) -> None:
    brighter = np.zeros_like(X)
    brighter[0, :, at[0], at[1]] = X[0, :, at[0], at[1]]
    assert saliency(GRADIENTS, "product")[at] == pytest.approx(slope(brighter), rel=1e-4, abs=1e-7)


def test_a_map_needs_a_picture() -> None:
    lessons = zoo.load("lenet5")
    rows = lessons.trace(np.zeros((1, *lessons.input_shape), np.float32)).gradients(logit(1))
    assert saliency(rows).shape == lessons.input_shape[1:]
    flat = NET.trace(X)
    broken = type(GRADIENTS)(flat, logit(4), 0.0, {"input": np.zeros((1, 5))}, {}, {})
    with pytest.raises(errors.ShapeError, match=r"input has shape \(1, 5\); a map over the picture needs an input"):
        saliency(broken)
