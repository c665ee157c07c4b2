"""Pools over whole feature maps: mean, maximum and norm."""

import numpy as np
import pytest

from convoscope.engine.errors import AttributeValueError, ShapeError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layer import Layer
from convoscope.engine.layers.global_average_pool import GlobalAveragePool
from convoscope.engine.layers.global_lp_pool import GlobalLpPool
from convoscope.engine.layers.global_max_pool import GlobalMaxPool

X = np.array([[[[1.0, 2.0], [3.0, 6.0]], [[-2.0, -1.0], [-1.0, -4.0]]]])
DY = np.array([4.0, 8.0]).reshape(1, 2, 1, 1)


@pytest.mark.parametrize(
    ("layer", "y", "dx"),
    [
        (GlobalAveragePool(), [3, -2], [1, 1, 1, 1, 2, 2, 2, 2]),
        (GlobalMaxPool(), [6, -1], [0, 0, 0, 4, 0, 8, 0, 0]),  # of the two −1 the first gets it
        (GlobalLpPool(1), [12, 8], [4, 4, 4, 4, -8, -8, -8, -8]),
    ],
)
def test_each_map_becomes_one_number_and_sends_its_gradient_back(layer: Layer, y: list[int], dx: list[int]) -> None:
    out, saved = layer.forward({}, X)
    assert out.shape == (1, 2, 1, 1)
    assert out.ravel().tolist() == y
    assert layer.backward({}, (X,), out, saved, DY)[0][0].ravel().tolist() == dx


def test_the_length_of_a_map_of_zeros_is_zero_and_flat() -> None:
    x = np.zeros((1, 1, 2, 2))
    y, saved = GlobalLpPool(2).forward({}, x)
    assert y.item() == 0
    assert not GlobalLpPool(2).backward({}, (x,), y, saved, np.ones_like(y))[0][0].any()


def test_the_explanation_marks_the_winner() -> None:
    y, saved = GlobalMaxPool().forward({}, X)
    e = GlobalMaxPool().explain({}, (X,), y, saved, (0, 1, 0, 0))
    assert e.marks["winner"] == (0, 1, 0, 1)
    assert e.numpy == "out[0, 1, 0, 0] = np.max(X[0, 1])"


@pytest.mark.parametrize("layer", [GlobalAveragePool(), GlobalMaxPool(), GlobalLpPool()])
def test_a_row_of_features_is_no_map(layer: Layer) -> None:
    with pytest.raises(ShapeError) as e:
        layer.output_shape((1, 10))
    assert str(e.value) == f"{layer.kind} reads (N, C, H, W), but its input has shape (1, 10)."


def test_a_norm_of_order_zero_is_refused() -> None:
    with pytest.raises(AttributeValueError) as e:
        GlobalLpPool.from_onnx(OnnxNode("GlobalLpPool", 2, "pool", ("x",), ("y",), {"p": 0}))
    assert str(e.value) == "Node 'pool' (GlobalLpPool): attribute 'p' is 0. A norm needs p of at least 1."
