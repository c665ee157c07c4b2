"""Mean subtraction, with the lecture's own lines of code as judge."""

import numpy as np
import pytest

from convoscope.engine.errors import ShapeError
from convoscope.engine.layers.mean_subtraction import MeanSubtraction
from convoscope.engine.types import Array

LAYER = MeanSubtraction()


def lecture(x: Array) -> Array:
    return np.asarray(x - np.mean(x, axis=1, keepdims=True))


def test_each_channel_loses_the_mean_of_all_channels() -> None:
    y, _ = LAYER.forward({}, np.array([[1.0, 2.0, 6.0]]))
    assert y.tolist() == [[-2, -1, 3]]


def test_backward_is_forward_applied_to_the_gradient() -> None:
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((2, 3, 4, 5))
    y, saved = LAYER.forward({}, x)
    assert np.array_equal(y, lecture(x))
    assert np.array_equal(LAYER.backward({}, (x,), y, saved, dy)[0][0], lecture(dy))


def test_the_local_derivative_is_delta_minus_one_over_the_depth() -> None:
    x = np.array([[1.0, 2.0, 4.0, 5.0]])
    y, saved = LAYER.forward({}, x)
    assert LAYER.partials({}, (x,), y, saved, 0, (0, 2)).local.tolist() == [-0.25, -0.25, 0.75, -0.25]
    e = LAYER.explain_input({}, (x,), y, saved, np.ones_like(y), 0, (0, 2), 0.0)
    assert e.numpy == "dX[0, 2] = dout[0, 2] - np.mean(dout[0, :])"


def test_a_row_without_channels_is_refused() -> None:
    with pytest.raises(ShapeError) as e:
        LAYER.output_shape((3,))
    assert str(e.value) == "mean_subtraction reads (N, D, …), but its input has shape (3,)."
