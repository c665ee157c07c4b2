"""Average pooling: the mean of what is there, and who counts as there."""

import numpy as np
import pytest

from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layers.average_pool2d import AveragePool2d

X = np.array([[1.0, 5.0, 2.0, 0.0], [3.0, 3.0, 2.0, 4.0]]).reshape(1, 1, 2, 4)


def test_each_window_becomes_its_mean() -> None:
    y, _ = AveragePool2d((2, 2), (2, 2)).forward({}, X)
    assert y.tolist() == [[[[3, 2]]]]


def test_every_cell_of_a_window_gets_an_equal_share_of_the_gradient() -> None:
    layer = AveragePool2d((1, 2))
    y, saved = layer.forward({}, X[:, :, :1])
    (dx,), _ = layer.backward({}, (X[:, :, :1],), y, saved, np.array([[[[2.0, 4.0, 6.0]]]]))
    assert dx.tolist() == [[[[1, 1 + 2, 2 + 3, 3]]]]


@pytest.mark.parametrize(("count_include_pad", "corner"), [(False, (1 + 5 + 3 + 3) / 4), (True, (1 + 5 + 3 + 3) / 9)])
def test_a_corner_divides_by_the_cells_it_sees_or_by_the_padding_too(count_include_pad: bool, corner: float) -> None:
    layer = AveragePool2d((3, 3), (1, 1), (1, 1, 1, 1), count_include_pad=count_include_pad)
    assert layer.forward({}, X)[0][0, 0, 0, 0] == corner


def test_cells_that_ceil_mode_lets_hang_over_are_never_counted() -> None:
    layer = AveragePool2d((3,), (2,), (0, 0), (1,), ceil_mode=True, count_include_pad=True)
    y, _ = layer.forward({}, np.array([[[1.0, 2.0, 3.0, 5.0]]]))
    assert y.tolist() == [[[2, 4]]]  # the second window holds 3 and 5, and one cell of nothing


def test_a_window_of_padding_alone_is_zero_and_has_no_gradient() -> None:
    layer, x = AveragePool2d((1, 1), padding=(0, 1, 0, 0)), np.array([[[[3.0]]]])
    y, saved = layer.forward({}, x)
    assert y.tolist() == [[[[0, 3]]]]
    assert layer.backward({}, (x,), y, saved, np.array([[[[5.0, 7.0]]]]))[0][0].tolist() == [[[[7]]]]


def test_the_explanation_divides_a_sum() -> None:
    layer = AveragePool2d((2, 2), (2, 2))
    y, saved = layer.forward({}, X)
    e = layer.explain({}, (X,), y, saved, (0, 0, 0, 1))
    assert [(s.label, s.value) for s in e.steps] == [("sum", 8), ("divided by 4", 2)]
    assert e.numpy == "out[0, 0, 0, 1] = np.sum(X[0, 0, 0:2, 2:4]) / 4"


def test_an_onnx_node_becomes_the_layer() -> None:
    attributes = {"kernel_shape": (3,), "pads": (1, 1), "dilations": (2,), "count_include_pad": 1}
    reading = AveragePool2d.from_onnx(OnnxNode("AveragePool", 19, "pool", ("x",), ("y",), attributes))
    assert reading.layer == AveragePool2d((3,), (1,), (1, 1), (2,), count_include_pad=True)
