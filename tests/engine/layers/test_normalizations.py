"""Instance, group, layer, RMS and mean-variance normalisation: who the neighbours are."""

import numpy as np
import pytest

from convoscope.engine.errors import AttributeValueError, ShapeError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layer import Layer
from convoscope.engine.layers.group_norm import GroupNorm
from convoscope.engine.layers.instance_norm import InstanceNorm
from convoscope.engine.layers.layer_norm import LayerNorm
from convoscope.engine.layers.mean_variance_normalization import MeanVarianceNormalization
from convoscope.engine.layers.rms_norm import RMSNorm
from convoscope.engine.types import Array, Params

X = np.array([[[1.0, 3.0], [10.0, 30.0]], [[5.0, 9.0], [2.0, 2.0]]])  # (N=2, C=2, L=2)
PLAIN = {"weight": np.ones(2), "bias": np.zeros(2)}


def normalised(layer: Layer, params: Params, x: Array = X) -> list[object]:
    y, _ = layer.forward(params, x)
    return np.round(y, 6).tolist()


def test_instance_norm_sees_one_map_and_a_constant_map_becomes_the_bias() -> None:
    params = {"weight": np.array([1.0, 2.0]), "bias": np.array([0.0, 0.5])}
    assert normalised(InstanceNorm(1e-12), params) == [[[-1, 1], [-1.5, 2.5]], [[-1, 1], [0.5, 0.5]]]


def test_group_norm_with_a_channel_per_group_is_instance_norm_and_with_one_group_sees_all_channels() -> None:
    assert normalised(GroupNorm(groups=2), PLAIN) == normalised(InstanceNorm(), PLAIN)
    y, _ = GroupNorm(0.0, groups=1).forward(PLAIN, X)
    np.testing.assert_allclose(y[0], (X[0] - 11) / np.std([1, 3, 10, 30]))


def test_layer_norm_sees_the_last_axes_with_a_weight_for_each_place() -> None:
    params = {"weight": np.array([1.0, 10.0]), "bias": np.array([0.0, 1.0])}
    assert normalised(LayerNorm(1e-12), params) == [[[-1, 11], [-1, 11]], [[-1, 11], [0, 1]]]


def test_rms_norm_divides_by_the_size_and_keeps_the_mean() -> None:
    x = np.array([[3.0, 4.0]])
    assert normalised(RMSNorm(0.0), {"weight": np.ones(2)}, x) == [[0.848528, 1.131371]]  # 3 and 4 by √12.5


def test_mean_variance_normalization_sees_the_axes_it_is_told_and_a_constant_stays_zero() -> None:
    x = np.array([[1.0, 7.0], [3.0, 7.0]])
    assert normalised(MeanVarianceNormalization(axes=(0,)), {}, x) == [[-1, 0], [1, 0]]


def test_the_gradient_of_a_normalised_map_neither_shifts_nor_stretches_it() -> None:
    x = np.array([[[1.0, 2.0, 6.0]]])
    params = {"weight": np.array([3.0]), "bias": np.array([0.0])}
    y, saved = InstanceNorm(0.0).forward(params, x)
    (dx,), grads = InstanceNorm(0.0).backward(params, (x,), y, saved, np.array([[[1.0, 0.0, 0.0]]]))
    assert dx.sum() == pytest.approx(0)
    assert (dx * x).sum() == pytest.approx(0)
    assert grads["bias"].tolist() == [1]


def test_the_explanation_shows_mean_deviation_and_spread() -> None:
    x = np.array([[[1.0, 5.0]]])
    params = {"weight": np.array([3.0]), "bias": np.array([0.5])}
    y, saved = InstanceNorm(0.0).forward(params, x)
    e = InstanceNorm(0.0).explain(params, (x,), y, saved, (0, 0, 1))
    assert [(s.label, s.value) for s in e.steps] == [
        ("x", 5), ("mean of 2", 3), ("x − mean", 2), ("√(variance + ε)", 2), ("divided", 1), ("times w", 3),
        ("plus b", 3.5),
    ]  # fmt: skip
    assert e.numpy == (
        "out[0, 0, 1] = (X[0, 0, 1] - np.mean(X[0, 0, :])) / np.sqrt(np.var(X[0, 0, :]) + 0.0) * W[0] + b[0]"
    )


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (InstanceNorm(), (2, 3), "instance_norm reads (N, C, H, W), but its input has shape (2, 3)."),
        (GroupNorm(groups=4), (1, 6, 2, 2), "group_norm: 4 groups must divide the 6 channels."),
        (LayerNorm(axis=3), (1, 6), "layer_norm: axis 3 must lie between -2 and 1 for an input of shape (1, 6)."),
    ],
)
def test_an_input_that_does_not_fit_is_refused(layer: Layer, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ShapeError) as e:
        layer.output_shape(shape)
    assert str(e.value) == message


def test_group_scales_of_version_18_are_repeated_for_the_channels_of_a_group() -> None:
    constants = {1: np.array([1.0, 2.0]), 2: np.array([0.0, 5.0])}
    node = OnnxNode(
        "GroupNormalization", 18, "gn", ("x", "s", "b"), ("y",), {"num_groups": 2}, constants, {0: (None, 4, 2, 2)}
    )
    assert GroupNorm.from_onnx(node).params["weight"].tolist() == [1, 1, 2, 2]
    unknown = OnnxNode("GroupNormalization", 18, "gn", ("x", "s", "b"), ("y",), {"num_groups": 2}, constants)
    with pytest.raises(AttributeValueError) as e:
        GroupNorm.from_onnx(unknown)
    assert str(e.value).startswith(
        "Node 'gn' (GroupNormalization): the number of its scales is 2. It must be one number"
    )


def test_a_layer_norm_scale_is_spread_over_the_axes_it_normalises() -> None:
    constants = {1: np.array([1.0, 2.0])}
    node = OnnxNode("LayerNormalization", 17, "ln", ("x", "s"), ("y",), {"axis": 1}, constants, {0: (None, 3, 2)})
    reading = LayerNorm.from_onnx(node)
    assert reading.layer == LayerNorm(axis=1, bias=False)
    assert reading.params["weight"].tolist() == [[1, 2]] * 3


def test_a_scale_that_is_not_there_is_refused() -> None:
    with pytest.raises(AttributeValueError) as e:
        InstanceNorm.from_onnx(OnnxNode("InstanceNormalization", 6, "in", ("x", "", "b"), ("y",), {}, {2: np.ones(3)}))
    assert str(e.value) == (
        "Node 'in' (InstanceNormalization): the shapes of its scale and bias is (None, (3,)). "
        "Both must be there, with one number per channel."
    )


def test_what_comes_back_through_the_statistics_stands_beside_the_way_of_the_number_itself() -> None:
    layer, params, x, dy = RMSNorm(), {"weight": np.ones(1)}, np.array([[3.0]]), np.array([[2.0]])
    y, saved = layer.forward(params, x)
    ((dx,), _) = layer.backward(params, (x,), y, saved, dy)
    e = layer.explain_input(params, (x,), y, saved, dy, 0, (0, 0), float(dx[0, 0]))
    assert e.products is not None
    np.testing.assert_allclose(e.products, [2 / 3, -2 / 3], rtol=2e-6)
    np.testing.assert_allclose(e.products.sum(), 2e-5 / (9 + 1e-5) ** 1.5, rtol=1e-9)
