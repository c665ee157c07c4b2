"""Local response normalisation: who dims whom."""

import numpy as np
import pytest

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layers.local_response_norm import LocalResponseNorm

X = np.array([[1.0, 2.0, 3.0]])


def test_a_number_is_divided_by_one_plus_the_mean_square_around_it() -> None:
    y, _ = LocalResponseNorm(3, alpha=3.0, beta=1.0).forward({}, X)
    np.testing.assert_allclose(y, [[1 / (1 + 1 + 4), 2 / (1 + 1 + 4 + 9), 3 / (1 + 4 + 9)]])


def test_an_even_window_sees_one_channel_more_behind_than_in_front() -> None:
    y, _ = LocalResponseNorm(2, alpha=2.0, beta=1.0).forward({}, X)
    np.testing.assert_allclose(y, [[1 / (1 + 1 + 4), 2 / (1 + 4 + 9), 3 / (1 + 9)]])


def test_a_loud_neighbour_has_a_negative_gradient() -> None:
    layer = LocalResponseNorm(3, alpha=3.0, beta=1.0)
    y, saved = layer.forward({}, X)
    (dx,), _ = layer.backward({}, (X,), y, saved, np.array([[1.0, 0.0, 0.0]]))
    np.testing.assert_allclose(dx, [[1 / 6 - 2 * 1 * 1 / 36, -2 * 1 * 2 / 36, 0]])


def test_the_steps_go_from_squares_to_the_quotient() -> None:
    layer = LocalResponseNorm(3, alpha=3.0, beta=1.0)
    y, saved = layer.forward({}, X)
    e = layer.explain({}, (X,), y, saved, (0, 0))
    assert [s.value for s in e.steps[:4]] == [1, 5, 6, 6]
    assert e.numpy == "out[0, 0] = X[0, 0] * (1.0 + 3.0 / 3 * np.sum(X[0, 0:2] ** 2)) ** -1.0"


def test_onnx_names_its_four_numbers_alike() -> None:
    attributes = {"size": 5, "alpha": np.float32(0.0002), "beta": np.float32(0.5), "bias": 2.0}
    given = OnnxNode("LRN", 13, "norm1", ("x",), ("y",), attributes)
    assert LocalResponseNorm.from_onnx(given).layer == LocalResponseNorm(5, 0.0002, 0.5, 2.0)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({}, "Node 'norm1' (LRN): attribute 'size' is 'missing'. It must be an integer."),
        ({"size": 0}, "Node 'norm1' (LRN): attribute 'size' is 0. It must see at least 1 channel."),
    ],
)
def test_a_window_without_channels_is_refused(attributes: dict[str, object], message: str) -> None:
    with pytest.raises(AttributeValueError) as e:
        LocalResponseNorm.from_onnx(OnnxNode("LRN", 13, "norm1", ("x",), ("y",), attributes))
    assert str(e.value) == message
