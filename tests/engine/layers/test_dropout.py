"""Dropout: nothing in inference, chance in training."""

import numpy as np
import pytest

from convoscope.engine.errors import AttributeValueError, ConvoscopeError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layers.dropout import Dropout
from convoscope.engine.types import Array, Mode

X = np.arange(1.0, 9.0)


def training(seed: int = 0) -> Mode:
    return Mode(training=True, rng=np.random.default_rng(seed))


def node(version: int, constants: dict[int, Array] | None = None, outputs: int = 1, **attributes: object) -> OnnxNode:
    given = {0: "x"} | dict.fromkeys(constants or {}, "constant")
    inputs = tuple(given.get(k, "") for k in range(max(given) + 1))
    return OnnxNode("Dropout", version, "drop", inputs, ("y", "mask")[:outputs], attributes, constants or {})


def test_in_inference_nothing_happens() -> None:
    y, saved = Dropout(0.5).forward({}, X)
    assert y is X
    assert Dropout(0.5).backward({}, (X,), y, saved, X)[0][0] is X


def test_in_training_numbers_are_dropped_or_doubled_and_so_are_their_gradients() -> None:
    y, saved = Dropout(0.5).forward({}, X, mode=training())
    assert set(y / X) == {0, 2}
    (dx,), _ = Dropout(0.5).backward({}, (X,), y, saved, np.ones_like(X))
    assert dx.tolist() == (y / X).tolist()


def test_over_many_numbers_the_mean_stays() -> None:
    y, _ = Dropout(0.2).forward({}, np.ones(100_000), mode=training())
    assert y.mean() == pytest.approx(1, abs=0.01)
    assert (y == 0).mean() == pytest.approx(0.2, abs=0.01)


def test_a_seed_draws_the_same_mask_in_every_pass() -> None:
    layer = Dropout(0.5, seed=3, training_mode=True)
    assert layer.forward({}, X)[0].tolist() == layer.forward({}, X, mode=training(9))[0].tolist()


def test_training_needs_a_source_of_chance() -> None:
    with pytest.raises(ConvoscopeError) as e:
        Dropout().forward({}, X, mode=Mode(training=True))
    assert str(e.value) == "Dropout in training draws by chance: give Mode(training=True, rng=…), or a seed."


def test_the_explanation_says_whether_a_number_was_kept() -> None:
    layer = Dropout(0.5, seed=3)
    y, saved = layer.forward({}, X, mode=training())
    dropped, kept = int(np.argmin(y)), int(np.argmax(y))
    assert layer.explain({}, (X,), y, saved, (dropped,)).steps[1].label == "dropped, times 0"
    assert layer.explain({}, (X,), y, saved, (kept,)).numpy == f"out[{kept}] = X[{kept}] * 2.0"


@pytest.mark.parametrize(
    ("given", "layer"),
    [
        (node(6, ratio=0.25, is_test=1), Dropout(0.25)),
        (node(6, outputs=2), Dropout(0.5, 0, True)),
        (node(6), Dropout(0.5)),
        (node(10, ratio=0.25, outputs=2), Dropout(0.25)),
        (node(13, {1: np.array(0.1, np.float32)}), Dropout(0.1)),
        (node(13, {1: np.array(0.1, np.float32), 2: np.array(True)}, seed=5), Dropout(0.1, 5, True)),
        (node(13, {2: np.array(True)}), Dropout(0.5, 0, True)),
    ],
)
def test_every_version_of_the_operator_says_ratio_and_training_in_its_own_way(given: OnnxNode, layer: Dropout) -> None:
    assert Dropout.from_onnx(given).layer == layer


def test_dropping_everything_is_refused() -> None:
    with pytest.raises(AttributeValueError) as e:
        Dropout(1.0)
    assert str(e.value) == "dropout: ratio is 1.0; it is at least 0 and less than 1."
    with pytest.raises(AttributeValueError) as refusal:
        Dropout.from_onnx(node(7, ratio=1.0))
    assert str(refusal.value) == "Node 'drop' (Dropout): ratio is 1.0. It must be at least 0 and less than 1."
