"""Convolution, on pictures small enough to convolve by hand."""

import numpy as np
import pytest

from convoscope.engine.errors import AttributeValueError, ShapeError, UnsupportedOperator
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layers.conv2d import Conv2d

X = np.arange(9.0).reshape(1, 1, 3, 3)  # 0 1 2 / 3 4 5 / 6 7 8
EDGE = np.array([[[[1.0, -1.0]]]])  # left minus right


def node(**attributes: object) -> OnnxNode:
    constants = {1: np.ones((2, 1, 3, 3), np.float32), 2: np.ones(2, np.float32)}
    return OnnxNode("Conv", 22, "conv1", ("x", "w", "b"), ("y",), attributes, constants)


def test_a_filter_is_laid_on_every_window_and_not_flipped() -> None:
    y, _ = Conv2d(1, (1, 2), bias=False).forward({"weight": EDGE}, X)
    assert y.tolist() == [[[[-1, -1], [-1, -1], [-1, -1]]]]


def test_padding_counts_as_zero_and_stride_leaves_windows_out() -> None:
    layer = Conv2d(1, (2, 2), (2, 2), (1, 1, 0, 0))
    y, _ = layer.forward({"weight": np.ones((1, 1, 2, 2)), "bias": np.array([10.0])}, X)
    assert y.tolist() == [[[[10 + 0, 10 + 1 + 2], [10 + 3 + 6, 10 + 4 + 5 + 7 + 8]]]]


def test_a_cells_gradient_is_the_sum_of_the_weights_with_which_it_was_read() -> None:
    layer, params = Conv2d(1, (1, 2), bias=False), {"weight": EDGE}
    y, saved = layer.forward(params, X)
    (dx,), grads = layer.backward(params, (X,), y, saved, np.ones_like(y))
    assert dx.tolist() == [[[[1, 0, -1]] * 3]]  # the middle is read once by each weight
    assert grads["weight"].tolist() == [[[[0 + 1 + 3 + 4 + 6 + 7, 1 + 2 + 4 + 5 + 7 + 8]]]]


def test_with_groups_a_filter_sees_only_the_channels_of_its_group() -> None:
    x = np.array([1.0, 10.0]).reshape(1, 2, 1, 1)
    y, _ = Conv2d(2, (1, 1), groups=2, bias=False).forward({"weight": np.array([2.0, 3.0]).reshape(2, 1, 1, 1)}, x)
    assert y.ravel().tolist() == [2, 30]


@pytest.mark.parametrize(("auto_pad", "expected"), [("SAME_UPPER", [1, 5, 4]), ("SAME_LOWER", [0, 3, 7])])
def test_same_padding_puts_the_odd_cell_behind_or_in_front(auto_pad: str, expected: list[int]) -> None:
    x = np.arange(5.0).reshape(1, 1, 5)  # ⌈5/2⌉ = 3 windows of 2 need one cell more
    y, _ = Conv2d(1, (2,), (2,), (0, 0), (1,), bias=False, auto_pad=auto_pad).forward({"weight": np.ones((1, 1, 2))}, x)
    assert y.ravel().tolist() == expected


def test_a_kernel_of_one_number_reads_sequences_and_one_of_three_reads_volumes() -> None:
    assert Conv2d(4, (3,), (1,), (0, 0), (1,)).output_shape((2, 1, 9)) == (2, 4, 7)
    assert Conv2d(4, (3,) * 3, (1,) * 3, (1,) * 6, (1,) * 3).output_shape((2, 1, 5, 6, 7)) == (2, 4, 5, 6, 7)


def test_the_explanation_shows_the_padding_and_leaves_it_out_of_the_code() -> None:
    layer, params = Conv2d(1, (3, 3), padding=(1, 1, 1, 1)), {"weight": np.ones((1, 1, 3, 3)), "bias": np.array([0.5])}
    y, saved = layer.forward(params, X)
    e = layer.explain(params, (X,), y, saved, (0, 0, 0, 2))
    assert e.value == 0.5 + 1 + 2 + 4 + 5
    assert e.operands[0].values.tolist() == [[[0, 0, 0], [1, 2, 0], [4, 5, 0]]]
    assert e.numpy == "out[0, 0, 0, 2] = np.sum(X[0, :, 0:2, 1:3] * W[0, :, 1:3, 0:2]) + b[0]"


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            Conv2d(4, (3, 3)),
            (1, 3, 2, 8),
            "conv2d: the window (3, 3) (dilation (1, 1)) is larger than the input (2, 8)",
        ),
        (Conv2d(4, (3, 3), groups=2), (1, 3, 8, 8), "conv2d: 2 groups must divide the 3 input channels and the 4"),
        (Conv2d(4, (3, 3)), (1, 48), "conv2d reads (N, C, H, W), but its input has shape (1, 48)."),
    ],
)
def test_an_input_that_does_not_fit_is_refused_in_numbers(layer: Conv2d, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ShapeError) as e:
        layer.output_shape(shape)
    assert message in str(e.value)


def test_a_window_that_no_layer_can_have_is_refused() -> None:
    with pytest.raises(AttributeValueError) as e:
        Conv2d(4, (3, 3), (0, 1)).output_shape((1, 1, 8, 8))
    assert str(e.value) == "stride is (0, 1); a window of 2 axes needs 2 numbers, each at least 1."


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"filters": 0}, "conv2d: filters is 0; it must be at least 1."),
        ({"groups": 0}, "conv2d: groups is 0; it must be at least 1."),
    ],
)
def test_a_bank_without_filters_or_groups_is_refused(settings: dict[str, int], message: str) -> None:
    with pytest.raises(AttributeValueError) as e:
        Conv2d(**{"filters": 4, "kernel": (3, 3)} | settings)  # type: ignore[arg-type]
    assert str(e.value) == message


def test_a_window_of_four_axes_is_refused() -> None:
    with pytest.raises(AttributeValueError) as e:
        Conv2d(4, (3,) * 4).output_shape((1, 1, 8, 8))
    assert str(e.value) == "kernel is (3, 3, 3, 3); a window has a size for each of 1 to 3 axes."


def test_an_onnx_node_becomes_the_layer() -> None:
    reading = Conv2d.from_onnx(node(strides=(2, 2), pads=(1, 0, 1, 0), dilations=(1, 2), group=1))
    assert reading.layer == Conv2d(2, (3, 3), (2, 2), (1, 0, 1, 0), (1, 2))
    assert sorted(reading.params) == ["bias", "weight"]


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        (
            {"strides": (2, 0)},
            "Node 'conv1' (Conv): attribute 'strides' is (2, 0). It must be 2 integers, each at least 1.",
        ),
        ({"pads": (1, 1)}, "Node 'conv1' (Conv): attribute 'pads' is (1, 1). It must be 4 integers, each at least 0."),
        ({"group": 3}, "Node 'conv1' (Conv): attribute 'group' is 3. It must divide the 2 filters."),
        (
            {"kernel_shape": (5, 5)},
            "Node 'conv1' (Conv): attribute 'kernel_shape' is (5, 5). "
            "Its weight of shape (2, 1, 3, 3) has kernels of (3, 3).",
        ),
        (
            {"auto_pad": "SAME"},
            "Node 'conv1' (Conv): attribute 'auto_pad' is 'SAME'. Known are: NOTSET, SAME_UPPER, SAME_LOWER, VALID.",
        ),
    ],
)
def test_an_impossible_attribute_is_refused_with_node_attribute_and_value(
    attributes: dict[str, object], message: str
) -> None:
    with pytest.raises(AttributeValueError) as e:
        Conv2d.from_onnx(node(**attributes))
    assert str(e.value) == message


def test_a_filter_bank_computed_while_the_network_runs_is_refused() -> None:
    with pytest.raises(UnsupportedOperator) as e:
        Conv2d.from_onnx(OnnxNode("Conv", 22, "conv1", ("x", "made"), ("y",)))
    assert "Node 'conv1' (Conv): input 1 (weight) is 'made'. It is computed while the network runs" in str(e.value)


def test_same_padding_is_written_as_numbers_where_onnx_runtime_does_not_know_it() -> None:
    w = {"weight": np.ones((1, 1, 3, 3)), "bias": np.ones(1)}
    plain, dilated = (Conv2d(1, (3, 3), dilation=(d, d), auto_pad="SAME_UPPER") for d in (1, 2))
    assert plain.to_onnx(w, (1, 1, 8, 8))[0].attributes["auto_pad"] == "SAME_UPPER"
    assert dilated.to_onnx(w, (1, 1, 8, 8))[0].attributes["pads"] == (2, 2, 2, 2)
