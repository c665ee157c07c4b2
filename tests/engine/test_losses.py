"""Softmax and cross-entropy: the lecture's numbers, and the two logits that break the naive code."""

import numpy as np
import pytest

from convoscope.engine import softmax_cross_entropy
from convoscope.engine.errors import ShapeError
from convoscope.engine.losses import mean_squared_error, multiclass_hinge, one_hot
from convoscope.engine.stable import log_softmax, softmax


def test_softmax_of_three_equal_logits_is_a_third_each() -> None:
    assert softmax(np.array([4.0, 4.0, 4.0])) == pytest.approx([1 / 3] * 3)


def test_the_naive_softmax_of_1000_is_nan_and_ours_is_not() -> None:
    f = np.array([1000.0, -1000.0])
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isnan((np.exp(f) / np.exp(f).sum())[0])
    assert softmax(f).tolist() == [1.0, 0.0]
    assert log_softmax(f).tolist() == [0.0, -2000.0]


def test_the_loss_of_two_examples_is_the_mean_and_its_gradient_p_minus_t_over_n() -> None:
    logits = np.log(np.array([[1.0, 3.0], [1.0, 1.0]]))  # p = (¼, ¾) and (½, ½)
    value, gradient = softmax_cross_entropy(logits, [1, 0])
    assert value == pytest.approx((-np.log(0.75) - np.log(0.5)) / 2)
    assert gradient == pytest.approx(np.array([[0.25, -0.25], [-0.5, 0.5]]) / 2)


def test_the_gradient_is_the_slope_of_the_loss() -> None:
    rng = np.random.default_rng(0)
    logits, target, eps = rng.standard_normal((4, 5)), [0, 2, 4, 2], 1e-6
    _, gradient = softmax_cross_entropy(logits, target)
    for at in np.ndindex(logits.shape):
        step = np.zeros_like(logits)
        step[at] = eps
        slope = softmax_cross_entropy(logits + step, target)[0] - softmax_cross_entropy(logits - step, target)[0]
        assert gradient[at] == pytest.approx(slope / (2 * eps), abs=1e-9)


def test_a_probability_that_underflows_still_has_a_finite_loss() -> None:
    value, gradient = softmax_cross_entropy(np.array([[0.0, 800.0]], np.float32), [0])
    assert value == 800.0
    assert gradient.tolist() == [[-1.0, 1.0]]


def test_labels_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"needs logits \(N, K\) and N labels, but got \(2, 3\) and 1 labels"):
        softmax_cross_entropy(np.zeros((2, 3)), [0])
    with pytest.raises(ShapeError, match="Label 3 is no class: the network has classes 0 to 2"):
        one_hot([0, 3], 3)


def test_the_hinge_loss_counts_every_class_within_the_margin_of_the_right_one() -> None:
    """Scores (3.2, 5.1, −1.7), class 0: max(0, 5.1 − 3.2 + 1) + max(0, −1.7 − 3.2 + 1) = 2.9."""
    value, gradient = multiclass_hinge(np.array([[3.2, 5.1, -1.7], [2.0, 2.0, 9.0]]), [0, 2])
    assert value == pytest.approx(2.9 / 2)
    assert gradient.tolist() == [[-0.5, 0.5, 0], [0, 0, 0]]


def test_a_class_exactly_at_the_margin_adds_nothing() -> None:
    value, gradient = multiclass_hinge(np.array([[1.0, 0.0]]), [0])
    assert value == 0
    assert not gradient.any()


def test_the_mean_squared_error_of_two_numbers() -> None:
    value, gradient = mean_squared_error(np.array([[1.0, 3.0]]), np.array([[0.0, 5.0]]))
    assert value == (1 + 4) / 2
    assert gradient.tolist() == [[1.0, -2.0]]


@pytest.mark.parametrize("which", ["hinge", "squared"])
def test_the_other_losses_gradients_are_their_slopes(which: str) -> None:
    rng, eps = np.random.default_rng(1), 1e-6
    y, target, wanted = rng.standard_normal((3, 4)), [1, 3, 0], rng.standard_normal((3, 4))

    def loss(y: np.ndarray) -> tuple[float, np.ndarray]:
        return multiclass_hinge(y, target) if which == "hinge" else mean_squared_error(y, wanted)

    gradient = loss(y)[1]
    for at in np.ndindex(y.shape):
        step = np.zeros_like(y)
        step[at] = eps
        assert gradient[at] == pytest.approx((loss(y + step)[0] - loss(y - step)[0]) / (2 * eps), abs=1e-8)


def test_the_other_losses_refuse_what_does_not_fit() -> None:
    with pytest.raises(
        ShapeError, match=r"hinge loss needs scores \(N, K\) and N labels, but got \(2, 3\) and 1 labels"
    ):
        multiclass_hinge(np.zeros((2, 3)), [0])
    with pytest.raises(ShapeError, match=r"two arrays of one shape, but got \(2, 3\) and \(3, 2\)"):
        mean_squared_error(np.zeros((2, 3)), np.zeros((3, 2)))
