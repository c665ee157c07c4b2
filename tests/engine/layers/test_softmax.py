"""Softmax and its logarithm: by hand, along any axis, far out, and as ONNX meant it before version 13."""

from typing import Any

import numpy as np
import pytest

from convoscope.engine import REGISTRY, from_config
from convoscope.engine.errors import AttributeValueError, ShapeError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layer import Layer
from convoscope.engine.types import Array

LOGITS = np.log(np.array([[1.0, 2.0, 5.0]]))


def made(kind: str, **settings: Any) -> Layer:
    return from_config({"kind": kind, **settings})


def run(layer: Layer, x: Array, dy: Array | None = None) -> tuple[Array, Array]:
    y, saved = layer.forward({}, x)
    return y, layer.backward({}, (x,), y, saved, np.ones_like(y) if dy is None else dy)[0][0]


def test_probabilities_by_hand() -> None:
    y, dx = run(made("softmax"), LOGITS, np.array([[1.0, 0.0, 0.0]]))
    np.testing.assert_allclose(y, [[1 / 8, 2 / 8, 5 / 8]])
    np.testing.assert_allclose(dx, [[7 / 64, -2 / 64, -5 / 64]])


def test_log_probabilities_by_hand() -> None:
    y, dx = run(made("log_softmax"), LOGITS, np.array([[1.0, 0.0, 0.0]]))
    np.testing.assert_allclose(y, np.log([[1 / 8, 2 / 8, 5 / 8]]))
    np.testing.assert_allclose(dx, [[7 / 8, -2 / 8, -5 / 8]])


def test_softmax_is_explained_with_the_exponentials_that_share_its_sum() -> None:
    layer = made("softmax")
    y, saved = layer.forward({}, LOGITS)
    explained = layer.explain({}, (LOGITS,), y, saved, (0, 1))
    shared = next(o for o in explained.operands if o.name == "exp(f − max f)")
    np.testing.assert_allclose(shared.values, [[1 / 5, 2 / 5, 1]])
    steps = {step.label: step.value for step in explained.steps}
    assert steps["sum of all exp"] == shared.values.sum()
    assert steps["exp of it"] == shared.values[0, 1]


def test_logits_far_apart_leave_the_logarithm_finite() -> None:
    x = np.array([[0.0, 1000.0]])
    assert run(made("softmax"), x)[0].tolist() == [[0, 1]]
    assert run(made("log_softmax"), x)[0].tolist() == [[-1000, 0]]


def probabilities(kind: str, x: Array, **settings: Any) -> Array:
    y, _ = run(made(kind, **settings), x)
    return np.exp(y) if kind == "log_softmax" else y


@pytest.mark.parametrize("kind", ["softmax", "log_softmax"])
def test_any_axis_and_all_axes_from_one_on_together(kind: str) -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    for axis in (0, 1, -1):
        np.testing.assert_allclose(probabilities(kind, x, axis=axis).sum(axis=axis), 1)
    p = probabilities(kind, x, axis=1, flat=True)
    np.testing.assert_allclose(p.sum(axis=(1, 2)), [1, 1])
    np.testing.assert_allclose(p, probabilities(kind, x.reshape(2, 12)).reshape(x.shape))
    window = made(kind, axis=1, flat=True).windows(x.shape)[0]
    assert [len(cells) for cells in window.cells((0, 0, 0))] == [1, 3, 4]


def test_the_steps_of_a_log_probability() -> None:
    layer = made("log_softmax")
    y, saved = layer.forward({}, LOGITS)
    e = layer.explain({}, (LOGITS,), y, saved, (0, 2))
    labels = ["logit f", "shifted f − max f", "sum of all exp", "log of the sum", "shifted − log"]
    assert [s.label for s in e.steps][:5] == labels
    np.testing.assert_allclose([s.value for s in e.steps][1:5], [0, 8 / 5, np.log(8 / 5), np.log(5 / 8)])
    assert e.numpy == "out[0, 2] = X[0, 2] - X[0, :].max() - np.log(np.sum(np.exp(X[0, :] - X[0, :].max())))"


def test_an_axis_that_is_not_there_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"softmax: axis 2 must lie between -2 and 1 for an input of shape \(1, 3\)\."):
        made("softmax", axis=2).output_shape((1, 3))


# ---- ONNX


def read(version: int, shape: Any = None, op: str = "Softmax", **attributes: Any) -> Layer:
    shapes = {} if shape is None else {0: shape}
    node = OnnxNode(op, version, "s", ("x",), ("y",), attributes, shapes=shapes)
    return next(layer for layer in REGISTRY.values() if op in layer.onnx).from_onnx(node).layer


def test_before_version_13_all_axes_from_the_axis_on_are_one() -> None:
    assert read(11, (None, 3, 4)) == made("softmax", axis=1, flat=True)
    assert read(11, (None, 3)) == made("softmax", axis=1)
    assert read(11, (None, 3, 1, 1), axis=-3) == made("softmax", axis=-3)
    assert read(11, op="LogSoftmax", axis=2) == made("log_softmax", axis=2, flat=True)
    assert read(13, (None, 3, 4)) == read(13) == made("softmax")
    assert read(13, axis=1) == made("softmax", axis=1)


def test_an_axis_outside_the_input_is_refused_by_name() -> None:
    with pytest.raises(
        AttributeValueError, match=r"Node 's' \(Softmax\): attribute 'axis' is 3. It must lie between -2"
    ):
        read(13, (1, 3), axis=3)


def test_all_axes_together_are_written_as_flatten_softmax_reshape() -> None:
    forms = made("softmax", axis=2, flat=True).to_onnx({}, (1, 2, 3, 4))
    assert [(f.op, dict(f.attributes)) for f in forms] == [
        ("Flatten", {"axis": 2}),
        ("Softmax", {"axis": 1}),
        ("Reshape", {}),
    ]
    shape = forms[2].extras[0][1]
    assert shape is not None
    assert shape.tolist() == [-1, 2, 3, 4]
