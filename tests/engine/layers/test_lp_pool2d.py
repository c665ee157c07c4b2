"""Lp pooling, on right-angled triangles."""

import numpy as np
import pytest

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layers.lp_pool2d import LpPool2d

X = np.array([[[[3.0, -4.0, 0.0, 0.0]]]])


def test_a_window_becomes_its_length() -> None:
    assert LpPool2d((1, 2), (1, 2)).forward({}, X)[0].tolist() == [[[[5, 0]]]]


def test_p_of_one_adds_sizes_and_a_large_p_finds_the_largest() -> None:
    assert LpPool2d((1, 4), p=1).forward({}, X)[0].item() == 7
    assert LpPool2d((1, 4), p=64).forward({}, X)[0].item() == pytest.approx(4)


def test_the_gradient_points_along_the_window_and_is_zero_where_the_norm_is() -> None:
    layer = LpPool2d((1, 2), (1, 2))
    y, saved = layer.forward({}, X)
    (dx,), _ = layer.backward({}, (X,), y, saved, np.full_like(y, 5.0))
    assert dx.tolist() == [[[[3, -4, 0, 0]]]]


def test_a_norm_of_order_zero_is_refused() -> None:
    with pytest.raises(AttributeValueError) as e:
        LpPool2d((1, 2), p=0)
    assert str(e.value) == "lp_pool2d: p is 0; it must be at least 1."
    with pytest.raises(AttributeValueError) as refusal:
        LpPool2d.from_onnx(OnnxNode("LpPool", 18, "pool", ("x",), ("y",), {"kernel_shape": (2,), "p": 0}))
    assert str(refusal.value) == "Node 'pool' (LpPool): attribute 'p' is 0. A norm needs p of at least 1."
