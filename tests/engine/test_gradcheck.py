"""The gradient check agrees with right gradients, catches wrong ones, and calls a kink a kink."""

import numpy as np
import pytest

from convoscope.engine import Kink, check_gradient, loss, loss_curve, zoo
from convoscope.engine.errors import UnknownName
from convoscope.engine.layers.add import Add
from convoscope.engine.layers.dense import Dense
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.layers.relu import ReLU
from convoscope.engine.loss_curve import FEWEST, POINTS, affordable
from convoscope.engine.network import Input, Network, Node
from convoscope.engine.trace import Trace
from convoscope.engine.zoo import example_cnn
from convoscope.engine.zoo._chain import chain

AGREES = 1e-3  # relative: the analytic number is float32


@pytest.fixture(scope="module")
def trace() -> Trace:
    rng = np.random.default_rng(2)
    return zoo.architecture("example-cnn").trace(rng.standard_normal((3, 32, 32), np.float32))


@pytest.mark.parametrize(
    ("where", "at"),
    [("conv1.weight", (3, 0, 1, 1)), ("conv6.bias", (4,)), ("fc.bias", (3,)), ("fc", (2,)), ("pool2", (1, 3, 3))],
)
def test_the_gradients_of_the_example_network_agree_with_measured_slopes(
    trace: Trace, where: str, at: tuple[int, ...]
) -> None:
    check = check_gradient(trace, loss(3), where, at, step=1e-7)
    assert check.kinks == ()
    assert check.analytic != 0
    assert check.relative_error < AGREES, str(check)


def test_a_wrong_gradient_is_caught(trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Dense.backward

    def wrong(self: Dense, *args: object) -> object:
        dxs, dparams = right(self, *args)  # type: ignore[arg-type]
        return dxs, {k: 1.01 * d for k, d in dparams.items()}

    monkeypatch.setattr(Dense, "backward", wrong)
    plain = trace.network.trace(trace.activations["input"], exact=True)
    busiest = int(trace.activations["flatten"][0].argmax())
    check = check_gradient(plain, loss(3), "fc.weight", (3, busiest), step=1e-7)
    assert check.relative_error > 5e-3
    assert check.verdict == "differs"


def test_a_rectifier_that_flips_is_called_a_kink() -> None:
    net = chain("kinked", (2,), [("relu", ReLU()), ("fc", Dense(2))], np.random.default_rng(0))
    check = check_gradient(net.trace(np.array([1e-9, 1.0], np.float32)), loss(0), "input", (0,))
    assert check.kinks == ("relu",)
    assert check.verdict == "kink"
    assert "kink in relu" in str(check)
    assert check_gradient(net.trace(np.array([1e-9, 1.0], np.float32)), loss(0), "input", (1,)).kinks == ()


def test_the_measured_slope_of_a_worked_example() -> None:
    """L = −log softmax(w·x)₀ with w = (2, 0)ᵀ, x = 1: p₀ = e²/(e² + 1), dL/dw₀ = p₀ − 1."""
    net = chain("two", (1,), [("fc", Dense(2, bias=False))], np.random.default_rng(0)).with_params(
        {"fc": {"weight": np.array([[2.0], [0.0]])}}
    )
    check = check_gradient(net.trace(np.array([1.0])), loss(0), "fc.weight", (0, 0))
    expected = np.e**2 / (np.e**2 + 1) - 1
    assert check.analytic == pytest.approx(expected)
    assert check.numeric == pytest.approx(expected, rel=1e-8)
    assert check.above < check.below
    assert check.verdict == "agrees"


def test_an_unknown_parameter_lists_the_known(trace: Trace) -> None:
    with pytest.raises(UnknownName, match=r"There is no parameter of fc 'weights'. Known are: weight"):
        check_gradient(trace, loss(0), "fc.weights", (0, 0))


def test_a_kink_says_at_which_cell_it_is(trace: Trace) -> None:
    x = trace.activations["input"].copy()
    x[0, 1, 4, 4] = 1e-9
    net = chain("kinked", (3, 32, 32), [("relu", ReLU()), ("f", Flatten()), ("fc", Dense(2))], np.random.default_rng(0))
    check = check_gradient(net.trace(x), loss(0), "input", (1, 4, 4))
    assert check.flips == (Kink("relu", "input", (0, 1, 4, 4)),)


@pytest.mark.parametrize(("where", "at"), [("conv1.weight", (3, 0, 1, 1)), ("fc.bias", (3,)), ("input", (0, 5, 7))])
def test_the_curve_is_the_loss_of_networks_in_which_that_number_alone_differs(
    trace: Trace, where: str, at: tuple[int, ...]
) -> None:
    found = loss_curve(trace, loss(3), where, at, slope=0.5, points=5)
    net, x = trace.network.astype(np.float64), trace.activations["input"].astype(np.float64)
    for value, measured in zip(found.values, found.objective, strict=True):
        node, _, param = where.partition(".")
        moved = net.params_of(node)[param].copy() if param else x.copy()
        moved[at if param else (0, *at)] = value
        again = net.with_params({node: {param: moved}}).trace(x, exact=True) if param else net.trace(moved, exact=True)
        assert measured == pytest.approx(loss(3).value(again), rel=1e-12)
    here, level = found.at
    assert (here, level) == (found.values[2], found.objective[2])
    (x0, y0), (x1, y1) = found.tangent
    assert (x0, x1) == (found.values[0], found.values[-1])
    assert (y1 - y0) / (x1 - x0) == pytest.approx(0.5)
    assert (y0 + y1) / 2 == pytest.approx(level)


def test_the_curve_follows_a_number_around_a_branch() -> None:
    nodes = (Node("fc", Dense(3), ("x",)), Node("relu", ReLU(), ("fc",)), Node("add", Add(), ("relu", "x")))
    rng = np.random.default_rng(3)
    params = {"fc": {"weight": rng.standard_normal((3, 3)), "bias": np.zeros(3)}}
    net = Network("branch", (Input("x", (None, 3)),), nodes, params)
    x = rng.standard_normal(3)
    found = loss_curve(net.trace(x), loss(0), "x", (1,), slope=0.0, points=5)
    for value, measured in zip(found.values, found.objective, strict=True):
        moved = x.copy()
        moved[1] = value
        assert measured == pytest.approx(loss(0).value(net.trace(moved, exact=True)), rel=1e-12)


def test_a_large_network_gets_a_curve_of_fewer_points(trace: Trace) -> None:
    assert affordable(trace.network, "input") == POINTS
    large = example_cnn.architecture(np.random.default_rng(0), filters=60)
    assert FEWEST <= affordable(large, "conv1") < POINTS
    assert affordable(large, "fc") == POINTS
