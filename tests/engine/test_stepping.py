"""Training steps one by one: the optimizers' numbers, the arithmetic of each, back to the bit, honest foresight."""

from itertools import pairwise

import numpy as np
import pytest

from convoscope import engine
from convoscope.engine import Learning, errors, loss, moments, parse_edits, predicted_change, step_terms, zoo
from convoscope.engine.stepping import Moment

X = np.random.default_rng(4).standard_normal((3, 32, 32)).astype(np.float32)
NET = zoo.load("example-cnn")
AT = (3, 0, 1, 1)


def run(optimizer: str, rate: float = 0.01, count: int = 3) -> list[Moment]:
    return list(moments(NET, X, Learning(optimizer, rate, count, "loss:5")))


def weights(moment: Moment) -> np.ndarray:
    return np.concatenate([a.ravel() for p in moment.network.params.values() for a in p.values()])


def slopes(moment: Moment) -> np.ndarray:
    grads = moment.gradients.by_param
    return np.concatenate([grads[n][k].ravel() for n, p in moment.network.params.items() for k in p])


def test_plain_descent_takes_the_rate_times_the_gradient() -> None:
    start, one, *_ = run("sgd", count=1)
    np.testing.assert_allclose(weights(one), weights(start) - np.float32(0.01) * slopes(start), rtol=0, atol=1e-7)
    np.testing.assert_array_equal(
        start.gradients.by_param["fc"]["bias"], NET.trace(X).gradients(loss(5)).by_param["fc"]["bias"]
    )


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_three_steps_are_those_of_the_published_equations_in_float64(optimizer: str) -> None:
    seen = run(optimizer)
    p = weights(seen[0]).astype(np.float64)
    m = v = np.zeros_like(p)
    for t, moment in enumerate(seen[:-1], 1):
        g = slopes(moment).astype(np.float64)
        if optimizer == "momentum":
            v = 0.9 * v + g
            p = p - 0.01 * (g + 0.9 * v)
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            p = p - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        assert np.abs(weights(seen[t]) - p).max() < 2e-5


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_the_terms_of_a_number_lead_from_w_to_w_prime(optimizer: str) -> None:
    _, before, after, *_ = run(optimizer)
    told = {
        t.symbol: t.value
        for t in step_terms(before, after, Learning(optimizer, 0.01, 3, "loss:5"), "conv1", "weight", AT)
    }
    assert told["w"] == float(before.network.params["conv1"]["weight"][AT])
    assert told["w′"] == float(after.network.params["conv1"]["weight"][AT])
    assert told["dw"] == float(before.gradients.by_param["conv1"]["weight"][AT])
    assert told["w"] - told["Δ"] == pytest.approx(told["w′"], abs=1e-7)
    assert told["Δ"] != 0


def test_stepping_back_is_bit_for_bit_what_was_there_before() -> None:
    three, two = run("adam", count=3), run("adam", count=2)
    for a, b in zip(three[:3], two, strict=True):
        np.testing.assert_array_equal(weights(a), weights(b))
        assert a.value == b.value


def test_a_small_step_does_what_the_gradient_predicts() -> None:
    start, one = run("sgd", rate=1e-6, count=1)
    actual = one.value - start.value
    assert actual < 0
    assert predicted_change(start, one) == pytest.approx(actual, rel=0.02)
    squares = float((slopes(start).astype(float) ** 2).sum())
    assert predicted_change(start, one) == pytest.approx(-1e-6 * squares, rel=1e-2)


def test_a_rate_that_is_too_high_is_seen_to_keep_no_promise_of_the_gradient() -> None:
    start, one = run("sgd", rate=10, count=1)
    assert predicted_change(start, one) < 100 * (one.value - start.value)


def test_learning_is_the_last_of_the_edits_and_starts_from_the_others() -> None:
    edits = parse_edits("learn=adam,0.01,2,loss:5;off=conv2@4")
    before = parse_edits("off=conv2@4").applied(NET, X)[0]
    *_, last = moments(before, X, Learning("adam", 0.01, 2, "loss:5"))
    np.testing.assert_array_equal(
        edits.applied(NET, X)[0].params["conv1"]["weight"], last.network.params["conv1"]["weight"]
    )
    assert str(edits) == "off=conv2@4;learn=adam,0.01,2,loss:5"


def test_a_whole_run_keeps_every_value_and_what_was_foretold() -> None:
    seen, whole = run("momentum"), engine.run(NET, X, Learning("momentum", 0.01, 3, "loss:5"))
    assert whole.values == tuple(m.value for m in seen)
    assert whole.predicted == tuple(predicted_change(a, b) for a, b in pairwise(seen))
    assert (whole.before.number, whole.after.number) == (2, 3)
    with pytest.raises(errors.AttributeValueError, match="A run has one step or more"):
        engine.run(NET, X, Learning("sgd", 0.01, 0, "loss:5"))


def test_the_terms_of_what_is_not_there_are_refused() -> None:
    start, one = run("sgd", count=1)
    how = Learning("sgd", 0.01, 1, "loss:5")
    with pytest.raises(errors.UnknownName, match="There is no parameter of relu1 'weight'"):
        step_terms(start, one, how, "relu1", "weight", AT)
    with pytest.raises(errors.IndexOutside, match=r"conv1.weight has shape \(10, 3, 3, 3\); \(3,\) is no cell"):
        step_terms(start, one, how, "conv1", "weight", (3,))
