"""Transposed convolution, laid out by hand."""

from typing import Any

import numpy as np
import pytest

from convoscope.engine.errors import AttributeValueError, ShapeError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.layers.conv_transpose2d import ConvTranspose2d

ROW = np.array([[[1.0, 10.0]]])
W = {"weight": np.array([[[1.0, 2.0, 3.0]]])}


def transposed(stride: int = 1, padding: tuple[int, int] = (0, 0), more: int = 0) -> ConvTranspose2d:
    return ConvTranspose2d(1, (3,), (stride,), padding, (1,), bias=False, output_padding=(more,))


def node(width: int | None = 3, **attributes: Any) -> OnnxNode:
    constants = {1: np.ones((1, 2, 3, 3), np.float32)}
    return OnnxNode("ConvTranspose", 11, "up", ("x", "w"), ("y",), attributes, constants, {0: (1, 1, 3, width)})


def test_each_number_lays_the_filter_on_the_output_and_overlaps_add() -> None:
    y, _ = transposed().forward(W, ROW)
    assert y.tolist() == [[[1, 2 + 10, 3 + 20, 30]]]


def test_stride_spreads_the_filters_and_padding_cuts_the_ends() -> None:
    assert transposed(2).forward(W, ROW)[0].tolist() == [[[1, 2, 3 + 10, 20, 30]]]
    assert transposed(2, (1, 1)).forward(W, ROW)[0].tolist() == [[[2, 13, 20]]]


def test_output_padding_keeps_what_padding_would_cut_and_then_adds_zeros() -> None:
    assert transposed(2, (1, 1), 1).forward(W, ROW)[0].tolist() == [[[2, 13, 20, 30]]]
    assert transposed(2, (0, 0), 1).forward(W, ROW)[0].tolist() == [[[1, 2, 13, 20, 30, 0]]]


def test_it_is_the_backward_pass_of_a_convolution_with_the_same_filters() -> None:
    rng = np.random.default_rng(0)
    conv = Conv2d(4, (3, 2), (2, 1), (1, 0, 1, 1), (1, 2), groups=2, bias=False)
    params = {"weight": rng.standard_normal((4, 1, 3, 2))}
    x, dy = rng.standard_normal((1, 2, 5, 4)), rng.standard_normal(conv.output_shape((1, 2, 5, 4)))
    (dx,), _ = conv.backward(params, (x,), dy, None, dy)
    up = ConvTranspose2d(2, (3, 2), (2, 1), (1, 0, 1, 1), (1, 2), groups=2, bias=False)
    np.testing.assert_allclose(up.forward(params, dy)[0], dx)


def test_a_number_that_no_input_reached_is_the_bias_alone() -> None:
    layer = ConvTranspose2d(1, (1,), (3,), (0, 0), (1,), output_padding=(0,))
    params = {"weight": np.ones((1, 1, 1)), "bias": np.array([0.5])}
    y, saved = layer.forward(params, ROW)
    assert y.tolist() == [[[1.5, 0.5, 0.5, 10.5]]]
    e = layer.explain(params, (ROW,), y, saved, (0, 0, 1))
    assert [(s.label, s.total) for s in e.steps] == [("channel 0", 0), ("bias", 0.5)]


def test_the_explanation_pairs_each_input_with_the_weight_that_meets_it() -> None:
    y, saved = transposed().forward(W, ROW)
    e = transposed().explain(W, (ROW,), y, saved, (0, 0, 2))
    assert e.operands[0].values.tolist() == [[1, 10]]
    assert e.operands[1].values.tolist() == [[3, 2]]
    assert e.numpy == "out[0, 0, 2] = np.sum(X[0, :, 0:2] * W[:, 0, 2:0:-1])"


def test_padding_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(ShapeError) as e:
        transposed(1, (2, 2)).output_shape((1, 1, 1))
    assert str(e.value) == "conv_transpose2d: padding (2, 2) cuts all of the output away; (-1,) would be left."


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ({"strides": (2, 2), "auto_pad": "SAME_UPPER"}, (6, 6)),
        ({"strides": (3, 2), "output_shape": (10, 8)}, (10, 8)),
        ({"strides": (3, 2), "output_shape": (1, 2, 10, 8), "output_padding": (1, 1)}, (10, 8)),
        ({"auto_pad": "VALID"}, (5, 5)),
    ],
)
def test_onnx_may_say_the_size_instead_of_the_padding(attributes: dict[str, Any], size: tuple[int, int]) -> None:
    assert ConvTranspose2d.from_onnx(node(**attributes)).layer.output_shape((1, 1, 3, 3)) == (1, 2, *size)


@pytest.mark.parametrize(("auto_pad", "padding"), [("SAME_UPPER", (0, 0, 1, 1)), ("SAME_LOWER", (1, 1, 0, 0))])
def test_the_odd_cell_is_cut_off_behind_or_in_front(auto_pad: str, padding: tuple[int, ...]) -> None:
    layer = ConvTranspose2d.from_onnx(node(strides=(2, 2), auto_pad=auto_pad)).layer
    assert layer == ConvTranspose2d(2, (3, 3), (2, 2), padding, bias=False)


def test_an_output_size_needs_an_input_size() -> None:
    with pytest.raises(AttributeValueError) as e:
        ConvTranspose2d.from_onnx(node(None, output_shape=(10, 8)))
    assert str(e.value) == (
        "Node 'up' (ConvTranspose): attribute 'output_shape' is (10, 8). "
        "It must be 2 integers, and the size of the input must be known when the file is loaded."
    )


def test_an_output_padding_per_axis_is_wanted() -> None:
    with pytest.raises(AttributeValueError) as e:
        ConvTranspose2d(1, (3, 3), output_padding=(1,))
    assert str(e.value) == (
        "conv_transpose2d: output_padding is (1,); a window of 2 axes needs 2 numbers, each at least 0."
    )
