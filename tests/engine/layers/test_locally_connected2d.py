"""The locally connected layer: the lecture's convolution before weights are shared."""

import numpy as np
import pytest

from convoscope.engine.errors import ShapeError
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.layers.locally_connected2d import LocallyConnected2d

X = np.array([[[1.0, 2.0, 3.0]]])
LAYER = LocallyConnected2d(1, (2,), (1,), (0, 0), (1,))
PARAMS = {"weight": np.array([[1.0, 10.0], [100.0, 0.0]]).reshape(1, 2, 1, 2), "bias": np.array([[0.5, -0.5]])}


def test_every_place_has_a_filter_and_a_bias_of_its_own() -> None:
    y, _ = LAYER.forward(PARAMS, X)
    assert y.tolist() == [[[1 + 20 + 0.5, 200 - 0.5]]]


def test_a_weights_gradient_comes_from_its_one_place() -> None:
    y, saved = LAYER.forward(PARAMS, X)
    (dx,), grads = LAYER.backward(PARAMS, (X,), y, saved, np.array([[[1.0, 2.0]]]))
    assert grads["weight"].reshape(2, 2).tolist() == [[1, 2], [4, 6]]
    assert grads["bias"].tolist() == [[1, 2]]
    assert dx.tolist() == [[[1, 10 + 200, 0]]]


def test_with_the_same_filter_everywhere_it_is_a_convolution() -> None:
    rng = np.random.default_rng(0)
    where = ((3, 2), (2, 1), (1, 0, 1, 1), (1, 2))
    x, w = rng.standard_normal((2, 3, 6, 5)), rng.standard_normal((4, 3, 3, 2))
    y, _ = Conv2d(4, *where, bias=False).forward({"weight": w}, x)
    everywhere = np.broadcast_to(w[:, None, None], (4, *y.shape[2:], 3, 3, 2))
    same, _ = LocallyConnected2d(4, *where, bias=False).forward({"weight": everywhere}, x)
    np.testing.assert_allclose(same, y)


def test_its_parameters_grow_with_the_places() -> None:
    shapes = LocallyConnected2d(10, (3, 3), padding=(1, 1, 1, 1)).param_shapes((1, 3, 32, 32))
    assert shapes == {"weight": (10, 32, 32, 3, 3, 3), "bias": (10, 32, 32)}


def test_a_weight_that_only_ever_meets_padding_has_no_gradient() -> None:
    layer = LocallyConnected2d(1, (2,), (1,), (1, 0), (1,), bias=False)
    w = {"weight": np.ones((1, 3, 1, 2))}
    y, saved = layer.forward(w, X)
    e = layer.explain_param(w, (X,), y, saved, np.ones_like(y), "weight", (0, 0, 0, 0), 0.0)
    assert (e.value, e.numpy) == (0, "dW[0, 0, 0, 0] = 0.0")


def test_a_window_larger_than_the_input_is_refused() -> None:
    with pytest.raises(ShapeError) as e:
        LocallyConnected2d(4, (3, 3)).output_shape((1, 3, 2, 8))
    assert str(e.value).startswith("locally_connected2d: the window (3, 3) (dilation (1, 1)) is larger than the input")
