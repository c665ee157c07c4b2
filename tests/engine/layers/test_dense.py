"""The dense layer, and what of Gemm it can be."""

import numpy as np
import pytest

from convoscope.engine.errors import AttributeValueError, ShapeError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layers.dense import Dense
from convoscope.engine.types import Array

X = np.array([[1.0, 2.0], [3.0, 4.0]])
PARAMS = {"weight": np.array([[10.0, 1.0], [0.0, 2.0], [1.0, 1.0]]), "bias": np.array([0.5, 0.0, -1.0])}


def gemm(b: Array, c: Array | None = None, **attributes: object) -> OnnxNode:
    constants = {1: b} | ({} if c is None else {2: c})
    return OnnxNode("Gemm", 13, "fc", ("x", "b", "" if c is None else "c"), ("y",), attributes, constants)


def test_every_output_reads_every_input() -> None:
    y, _ = Dense(3).forward(PARAMS, X)
    assert y.tolist() == [[12.5, 4, 2], [34.5, 8, 6]]


def test_the_three_gradients_are_those_of_the_lecture() -> None:
    y, saved = Dense(3).forward(PARAMS, X)
    dy = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 2.0]])
    (dx,), grads = Dense(3).backward(PARAMS, (X,), y, saved, dy)
    assert dx.tolist() == [[10, 1], [2, 4]]
    assert grads["weight"].tolist() == [[1, 2], [3, 4], [6, 8]]
    assert grads["bias"].tolist() == [1, 1, 2]


def test_a_picture_needs_a_flatten_first() -> None:
    with pytest.raises(ShapeError) as e:
        Dense(3).output_shape((1, 10, 4, 4))
    assert str(e.value).endswith("its input has shape (1, 10, 4, 4). Put a flatten before it.")


@pytest.mark.parametrize("trans_b", [0, 1])
def test_alpha_beta_and_the_side_of_the_weight_are_folded_into_the_parameters(trans_b: int) -> None:
    b = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], np.float32)  # (D, K)
    node = gemm(b.T if trans_b else b, np.array([[1.0, 2.0, 3.0]], np.float32), alpha=0.5, beta=2.0, transB=trans_b)
    reading = Dense.from_onnx(node)
    y, _ = reading.layer.forward(reading.params, X.astype(np.float32))
    assert reading.layer == Dense(3)
    np.testing.assert_allclose(y, 0.5 * X @ b + 2 * np.array([1, 2, 3]))
    assert {p.dtype for p in reading.params.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("c", [np.float32(2), np.full(1, 2.0), np.full((1, 3), 2.0), np.full((4, 3), 2.0)])
def test_a_bias_that_is_the_same_in_every_row_is_one_number_per_output(c: Array) -> None:
    assert Dense.from_onnx(gemm(np.ones((2, 3)), np.asarray(c))).params["bias"].tolist() == [2, 2, 2]


def test_a_gemm_without_c_has_no_bias() -> None:
    assert Dense.from_onnx(gemm(np.ones((2, 3)))).layer == Dense(3, bias=False)


def test_a_bias_that_differs_from_row_to_row_is_refused() -> None:
    with pytest.raises(AttributeValueError) as e:
        Dense.from_onnx(gemm(np.ones((2, 3)), np.arange(6.0).reshape(2, 3)))
    assert str(e.value) == (
        "Node 'fc' (Gemm): the shape of C, its bias, is (2, 3). "
        "It must be one row of 3 numbers, or one number: a dense layer has one bias per output."
    )


def test_an_input_with_an_example_per_column_is_transposed_first() -> None:
    reading = Dense.from_onnx(gemm(np.ones((2, 3)), transA=1))
    assert reading.layer == Dense(3, bias=False)
    assert reading.before[0].config() == {"kind": "transpose", "perm": (1, 0)}
    assert Dense.from_onnx(gemm(np.ones((2, 3)))).before == {}
