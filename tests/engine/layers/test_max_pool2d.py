"""Max pooling: who wins, who gets the gradient, and what padding is worth."""

import numpy as np
import pytest

from convoscope.engine.errors import AttributeValueError, ShapeError, UnsupportedOperator
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layers.max_pool2d import MaxPool2d

X = np.array([[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 2.0, 2.0]]).reshape(1, 1, 2, 4)
TWO_BY_TWO = MaxPool2d((2, 2), (2, 2))


def test_the_largest_of_each_window_goes_on() -> None:
    y, _ = TWO_BY_TWO.forward({}, X)
    assert y.tolist() == [[[[5, 2]]]]


def test_max_pool_sends_the_whole_gradient_to_the_first_of_equal_maxima() -> None:
    y, saved = TWO_BY_TWO.forward({}, X)
    (dx,), _ = TWO_BY_TWO.backward({}, (X,), y, saved, np.array([[[[7.0, 8.0]]]]))
    assert dx.tolist() == [[[[0, 7, 8, 0], [0, 0, 0, 0]]]]  # of the three twos the first in reading order


def test_a_cell_that_wins_in_two_windows_gets_both_gradients() -> None:
    layer, x = MaxPool2d((1, 2)), np.array([[[[1.0, 9.0, 2.0]]]])
    y, saved = layer.forward({}, x)
    (dx,), _ = layer.backward({}, (x,), y, saved, np.array([[[[1.0, 10.0]]]]))
    assert dx.tolist() == [[[[0, 11, 0]]]]


def test_padding_never_wins_even_against_negative_numbers() -> None:
    y, _ = MaxPool2d((3, 3), padding=(1, 1, 1, 1)).forward({}, np.full((1, 1, 2, 2), -4.0))
    assert (y == -4).all()


def test_a_window_of_padding_alone_is_minus_infinity_and_sends_no_gradient() -> None:
    layer, x = MaxPool2d((1, 1), padding=(0, 1, 0, 0)), np.array([[[[3.0]]]])
    y, saved = layer.forward({}, x)
    (dx,), _ = layer.backward({}, (x,), y, saved, np.array([[[[5.0, 7.0]]]]))
    assert y.tolist() == [[[[-np.inf, 3]]]]
    assert dx.tolist() == [[[[7]]]]
    e = layer.explain({}, (x,), y, saved, (0, 0, 0, 0))
    assert (e.value, e.numpy) == (-np.inf, "out[0, 0, 0, 0] = -np.inf")


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "windows"),
    [(4, 3, 2, (0, 0), 2), (5, 3, 2, (0, 0), 2), (2, 1, 2, (0, 0), 1), (2, 3, 3, (1, 1), 1), (6, 2, 3, (0, 0), 2)],
)
def test_ceil_mode_keeps_a_last_window_that_hangs_over_unless_it_starts_behind_the_input(
    size: int, kernel: int, stride: int, padding: tuple[int, int], windows: int
) -> None:
    layer = MaxPool2d((kernel,), (stride,), padding, (1,), ceil_mode=True)
    assert layer.output_shape((1, 1, size)) == (1, 1, windows)


def test_nan_wins() -> None:
    y, _ = TWO_BY_TWO.forward({}, np.array([[[[1.0, np.nan], [2.0, 3.0]]]]))
    assert np.isnan(y).all()


def test_whole_numbers_are_pooled_as_they_are() -> None:
    y, _ = MaxPool2d((2, 2), padding=(1, 1, 0, 0)).forward({}, np.array([[[[3, 200]]]], np.uint8))
    assert y.dtype == np.uint8
    assert y.tolist() == [[[[3, 200]]]]


def test_the_explanation_marks_the_winner() -> None:
    y, saved = TWO_BY_TWO.forward({}, X)
    e = TWO_BY_TWO.explain({}, (X,), y, saved, (0, 0, 0, 0))
    assert e.marks["winner"] == (0, 0, 0, 1)
    assert e.numpy == "out[0, 0, 0, 0] = np.max(X[0, 0, 0:2, 0:2])"


def test_a_window_larger_than_the_input_is_refused() -> None:
    with pytest.raises(ShapeError) as e:
        MaxPool2d((3, 3)).output_shape((1, 8, 2, 2))
    assert str(e.value).startswith("max_pool2d: the window (3, 3) (dilation (1, 1)) is larger than the input (2, 2)")


def test_an_onnx_node_becomes_the_layer_and_its_storage_order_means_nothing_here() -> None:
    attributes = {"kernel_shape": (3, 3), "strides": (2, 2), "ceil_mode": 1, "storage_order": 1}
    reading = MaxPool2d.from_onnx(OnnxNode("MaxPool", 12, "pool1", ("x",), ("y",), attributes))
    assert reading.layer == MaxPool2d((3, 3), (2, 2), ceil_mode=True)


def test_the_places_of_the_maxima_have_no_layer() -> None:
    with pytest.raises(UnsupportedOperator) as e:
        MaxPool2d.from_onnx(OnnxNode("MaxPool", 12, "pool1", ("x",), ("y", "places"), {"kernel_shape": (2,)}, output=1))
    assert str(e.value) == (
        "Node 'pool1' (MaxPool): output 1, 'places', is read, but only the first output of this operator has a layer."
    )


def test_a_pool_without_a_window_is_refused() -> None:
    with pytest.raises(AttributeValueError) as e:
        MaxPool2d.from_onnx(OnnxNode("MaxPool", 12, "pool1", ("x",), ("y",)))
    assert str(e.value) == (
        "Node 'pool1' (MaxPool): attribute 'kernel_shape' is (). A pool needs a size for each of 1 to 3 axes."
    )
