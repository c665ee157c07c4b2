"""Batch normalisation, by what it remembers and by what it measures."""

import numpy as np
import pytest

from convoscope.engine.errors import AttributeValueError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layers.batch_norm import BatchNorm
from convoscope.engine.types import Array, Mode

EXACT = BatchNorm(epsilon=0.0)
PARAMS = {"weight": np.array([2.0]), "bias": np.array([1.0]), "mean": np.array([3.0]), "variance": np.array([4.0])}
X = np.array([[[1.0, 5.0]], [[1.0, 5.0]]])  # mean 3, variance 4
TRAINING = Mode(training=True)


def node(version: int = 15, outputs: tuple[str, ...] = ("y",), **attributes: object) -> OnnxNode:
    constants: dict[int, Array] = {k: np.full(2, float(k), np.float32) for k in (1, 2, 3, 4)}
    return OnnxNode("BatchNormalization", version, "bn1", ("x", "s", "b", "m", "v"), outputs, attributes, constants)


def test_in_inference_each_number_is_measured_against_what_was_remembered() -> None:
    y, saved = EXACT.forward(PARAMS, np.array([[[3.0, 7.0]]]))
    assert y.tolist() == [[[1, 1 + 2 * 2]]]
    assert saved is None


def test_in_training_each_number_is_measured_against_its_batch() -> None:
    remembered = PARAMS | {"mean": np.array([100.0])}
    y, _ = EXACT.forward(remembered, X, mode=TRAINING)
    assert y.tolist() == [[[1 - 2, 1 + 2]], [[1 - 2, 1 + 2]]]


def test_the_running_statistics_move_a_tenth_of_the_way_and_nothing_is_written() -> None:
    before = PARAMS | {"mean": np.array([13.0]), "variance": np.array([14.0])}
    _, saved = EXACT.forward(before, X, mode=TRAINING)
    assert {k: v.item() for k, v in EXACT.statistics(before, saved).items()} == pytest.approx(
        {"mean": 12, "variance": 13}
    )
    assert before["mean"] == 13
    _, saved = EXACT.forward(before, X)
    assert EXACT.statistics(before, saved) == {"mean": before["mean"], "variance": before["variance"]}


def test_in_training_shifting_or_stretching_a_whole_batch_changes_nothing() -> None:
    dy = np.array([[[1.0, 2.0]], [[-1.0, 4.0]]])
    y, saved = EXACT.forward(PARAMS, X, mode=TRAINING)
    (dx,), grads = EXACT.backward(PARAMS, (X,), y, saved, dy)
    assert dx.sum() == pytest.approx(0)
    assert (dx * X).sum() == pytest.approx(0)
    assert grads["weight"].item() == 6
    assert grads["bias"].item() == 6
    assert not grads["mean"].any()
    assert not grads["variance"].any()


def test_a_layer_in_training_mode_measures_in_any_mode() -> None:
    always = BatchNorm(epsilon=0.0, training_mode=True)
    assert np.array_equal(always.forward(PARAMS, X)[0], EXACT.forward(PARAMS, X, mode=TRAINING)[0])
    assert len(EXACT.windows(X.shape)[0].cells((0, 0, 0))[0]) == 1
    assert len(always.windows(X.shape)[0].cells((0, 0, 0))[0]) == 2


def test_the_steps_read_as_the_lines_of_the_algorithm() -> None:
    x = np.array([[[7.0]]])
    y, saved = EXACT.forward(PARAMS, x)
    e = EXACT.explain(PARAMS, (x,), y, saved, (0, 0, 0))
    assert [(s.label, s.value) for s in e.steps] == [
        ("x", 7), ("x − mean", 4), ("√(variance + ε)", 2), ("divided", 2), ("times w", 4), ("plus b", 5),
    ]  # fmt: skip
    assert e.numpy == "out[0, 0, 0] = (X[0, 0, 0] - mean[0]) / np.sqrt(variance[0] + 0.0) * W[0] + b[0]"


@pytest.mark.parametrize(
    ("given", "training"),
    [
        (node(), False),
        (node(training_mode=1), True),
        (node(9), False),
        (node(9, ("y", "mean", "var")), True),
        (node(6, is_test=1), False),
    ],
)
def test_a_node_trains_when_it_says_so_or_when_it_has_outputs_for_it(given: OnnxNode, training: bool) -> None:
    reading = BatchNorm.from_onnx(given)
    assert reading.layer == BatchNorm(training_mode=training)
    assert [reading.params[name][0] for name in ("weight", "bias", "mean", "variance")] == [1, 2, 3, 4]


def test_statistics_per_place_are_refused() -> None:
    with pytest.raises(AttributeValueError) as e:
        BatchNorm.from_onnx(node(7, spatial=0))
    assert str(e.value) == (
        "Node 'bn1' (BatchNormalization): attribute 'spatial' is 0. It must be 1: the statistics belong to channels."
    )


def test_statistics_of_another_length_are_refused() -> None:
    given = node()
    bad = OnnxNode("BatchNormalization", 15, "bn1", given.inputs, ("y",), {}, {**given.constants, 4: np.ones(3)})
    with pytest.raises(AttributeValueError) as e:
        BatchNorm.from_onnx(bad)
    assert str(e.value) == (
        "Node 'bn1' (BatchNormalization): the shape of its variance is (3,). It must have the shape of the scale, (2,)."
    )
