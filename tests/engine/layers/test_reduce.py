"""Reductions: by hand, with ties, zeros and nothing at all; and what no axes mean in ONNX's versions."""

import math
from typing import Any

import numpy as np
import pytest

from convoscope.engine import REGISTRY, from_config
from convoscope.engine.errors import ShapeError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layer import Layer
from convoscope.engine.layers._reduce import Reduce
from convoscope.engine.types import Array

REDUCTIONS = sorted(kind for kind, layer in REGISTRY.items() if issubclass(layer, Reduce))


def made(kind: str, **settings: Any) -> Layer:
    return from_config({"kind": f"reduce_{kind}", **settings})


def run(layer: Layer, x: Any) -> tuple[Array, Array]:
    """y, and the gradient of Σ y."""
    x = np.asarray(x, np.float64)
    y, saved = layer.forward({}, x)
    return y, layer.backward({}, (x,), y, saved, np.ones_like(y))[0][0]


@pytest.mark.parametrize(
    ("kind", "y", "dx"),
    [
        ("sum", [7, 0], [[1, 1], [1, 1]]),
        ("mean", [3.5, 0], [[0.5, 0.5], [0.5, 0.5]]),
        ("max", [4, 2], [[0, 1], [0, 1]]),
        ("min", [3, -2], [[1, 0], [1, 0]]),
        ("prod", [12, -4], [[4, 3], [2, -2]]),
        ("l1", [7, 4], [[1, 1], [-1, 1]]),
        ("l2", [5, math.sqrt(8)], [[0.6, 0.8], [-math.sqrt(0.5), math.sqrt(0.5)]]),
        ("sum_square", [25, 8], [[6, 8], [-4, 4]]),
        ("log_sum", [math.log(7), -math.inf], [[1 / 7, 1 / 7], [math.inf, math.inf]]),
        (
            "log_sum_exp",
            [4 + math.log(1 + math.exp(-1)), 2 + math.log(1 + math.exp(-4))],
            [[1 / (1 + math.e), 1 / (1 + 1 / math.e)], [1 / (1 + math.exp(4)), 1 / (1 + math.exp(-4))]],
        ),
    ],
)
def test_a_row_becomes_one_number_and_every_number_of_it_gets_its_gradient(kind: str, y: Any, dx: Any) -> None:
    got, back = run(made(kind, axes=(1,), keepdims=False), [[3, 4], [-2, 2]])
    np.testing.assert_allclose(got, y)
    np.testing.assert_allclose(back, dx)


def test_axes_are_counted_from_either_end_and_kept_or_not() -> None:
    x = np.arange(24.0).reshape(2, 3, 4)
    assert run(made("sum", axes=(-1, 0)), x)[0].ravel().tolist() == [60, 92, 124]
    assert made("sum", axes=(-1, 0)).output_shape(x.shape) == (1, 3, 1)
    assert made("sum", axes=(-1, 0), keepdims=False).output_shape(x.shape) == (3,)
    assert made("sum", keepdims=False).output_shape(x.shape) == ()
    assert run(made("sum", keepdims=False), x)[0] == 276
    assert run(made("sum_square", axes=()), [3.0])[0].tolist() == [9]


@pytest.mark.parametrize("kind", ["max", "min"])
def test_of_equal_numbers_the_first_in_reading_order_gets_the_whole_gradient(kind: str) -> None:
    _, dx = run(made(kind), [[5, 5], [5, 5]])
    assert dx.tolist() == [[1, 0], [0, 0]]
    _, dx = run(made(kind, axes=(0,)), [[5, 5], [5, 5]])
    assert dx.tolist() == [[1, 1], [0, 0]]


def test_the_winner_is_marked_where_it_stands() -> None:
    layer, x = made("max", axes=(0, 2)), np.array([[[1.0, 2.0]], [[9.0, 3.0]]])
    y, saved = layer.forward({}, x)
    e = layer.explain({}, (x,), y, saved, (0, 0, 0))
    assert (e.value, e.numpy, dict(e.marks)) == (9, "out[0, 0, 0] = np.max(X[:, 0, :])", {"winner": (1, 0, 0)})


def test_a_zero_in_a_product_leaves_the_others_gradient_to_it() -> None:
    assert run(made("prod"), [0, 3, 4])[1].tolist() == [12, 0, 0]
    assert run(made("prod"), [0, 0, 4])[1].tolist() == [0, 0, 0]


def test_the_length_of_nothing_but_zeros_has_no_slope() -> None:
    assert run(made("l2"), [0, 0])[1].tolist() == [0, 0]


def test_a_sum_of_exponentials_does_not_overflow() -> None:
    y, dx = run(made("log_sum_exp"), [1000, 1000])
    assert y.tolist() == [1000 + math.log(2)]
    np.testing.assert_allclose(dx, [0.5, 0.5])


def test_a_mean_shows_its_sum() -> None:
    layer, x = made("mean", axes=(2, 3)), np.arange(8.0).reshape(1, 2, 2, 2)
    y, saved = layer.forward({}, x)
    e = layer.explain({}, (x,), y, saved, (0, 1, 0, 0))
    assert [(s.label, s.value) for s in e.steps] == [("sum", 22), ("mean", 5.5)]
    assert e.operands[0].cells == ([0], [1], [0, 1], [0, 1])
    back = layer.explain_input({}, (x,), y, saved, np.ones_like(y), 0, (0, 1, 1, 0), 0.25)
    assert back.numpy == "dX[0, 1, 1, 0] = dout[0, 1, 0, 0] * (1 / 4)"


@pytest.mark.parametrize(
    ("kind", "of_nothing"),
    [
        ("sum", 0),
        ("max", -math.inf),
        ("min", math.inf),
        ("prod", 1),
        ("l1", 0),
        ("l2", 0),
        ("sum_square", 0),
        ("log_sum", -math.inf),
        ("log_sum_exp", -math.inf),
    ],
)
def test_of_no_numbers_every_reduction_has_its_answer(kind: str, of_nothing: float) -> None:
    assert run(made(kind, axes=(1,)), np.zeros((2, 0)))[0].tolist() == [[of_nothing], [of_nothing]]


def test_truths_and_whole_numbers_keep_their_type() -> None:
    assert made("max").forward({}, np.array([True, False]))[0].tolist() == [True]
    y, _ = made("sum").forward({}, np.array([100, 27], np.int8))
    assert y.dtype == np.int8
    assert y.tolist() == [127]
    assert made("min").forward({}, np.zeros((0,), np.int8))[0].tolist() == [127]


def test_an_axis_that_is_not_there_or_named_twice_is_refused() -> None:
    with pytest.raises(
        ShapeError, match=r"reduce_sum: axis 2 must lie between -2 and 1 for an input of shape \(3, 4\)"
    ):
        made("sum", axes=(2,)).output_shape((3, 4))
    with pytest.raises(ShapeError, match=r"reduce_max: the axes \(1, -1\) name one axis twice"):
        made("max", axes=(1, -1)).output_shape((3, 4))


# ---- ONNX


def read(version: int, attributes: dict[str, Any], axes: Any = None, op: str = "ReduceMean") -> Layer:
    constants = {} if axes is None else {1: np.array(axes, np.int64)}
    node = OnnxNode(op, version, "r", ("x", "axes")[: 1 + len(constants)], ("y",), attributes, constants)
    return next(layer for layer in REGISTRY.values() if op in layer.onnx).from_onnx(node).layer


def test_the_axes_are_an_attribute_in_older_versions_and_an_input_in_newer_ones() -> None:
    assert read(13, {"axes": (2, 3), "keepdims": 0}) == made("mean", axes=(2, 3), keepdims=False)
    assert read(18, {}, (2, 3)) == made("mean", axes=(2, 3))
    assert read(13, {}, (1,), "ReduceSum") == made("sum", axes=(1,))


def test_no_axes_mean_all_of_them_unless_the_node_says_none() -> None:
    assert read(13, {}) == read(18, {}) == read(18, {}, ()) == made("mean")
    assert read(18, {"noop_with_empty_axes": 1}, ()) == read(18, {"noop_with_empty_axes": 1}) == made("mean", axes=())


@pytest.mark.parametrize("kind", REDUCTIONS)
def test_what_is_written_is_read_back(kind: str) -> None:
    for layer in (made(kind[7:], axes=(1, -1), keepdims=False), made(kind[7:]), made(kind[7:], axes=())):
        (form,) = layer.to_onnx({}, (2, 3, 4))
        assert read(form.opset, dict(form.attributes), form.extras[0][1] if form.extras else None, form.op) == layer
