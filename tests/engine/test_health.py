"""Dead maps, flat curves and fading gradients, in networks where they can be counted by hand."""

import numpy as np
import pytest

from convoscope.engine import loss, zoo
from convoscope.engine.health import bounded, flow, strengths
from convoscope.engine.layer import Layer
from convoscope.engine.layers.clip import Clip
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.layers.dense import Dense
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.layers.relu import ReLU
from convoscope.engine.layers.sigmoid import Sigmoid
from convoscope.engine.layers.softplus import Softplus
from convoscope.engine.network import Network
from convoscope.engine.types import Array
from convoscope.engine.zoo._chain import chain

RNG = np.random.default_rng(0)


def small(after: Layer, weight: Array) -> Network:
    """A pointwise convolution of one channel into three, and a layer after it."""
    net = chain("small", (1, 2, 2), [("conv", Conv2d(3, (1, 1))), ("after", after)], RNG)
    return net.with_params({"conv": {"weight": weight.reshape(3, 1, 1, 1), "bias": np.zeros(3, np.float32)}})


def test_a_map_is_dead_when_no_cell_of_it_lets_a_gradient_through() -> None:
    net = small(ReLU(), np.array([1, -1, 0], np.float32))
    x = np.array([[[1, 2], [3, 4]]], np.float32)
    assert flow(net.trace(x), "after") == (found := flow(net.trace(x[None]), "after"))
    assert found is not None
    assert (found.maps, found.dead, found.saturated) == (3, (1, 2), None)
    mixed = flow(net.trace(np.stack([x, -x])), "after")
    assert mixed is not None
    assert mixed.dead == (2,)  # of two pictures, each wakes another map
    assert flow(net.trace(x), "conv") is None
    assert flow(net.trace(x), "input") is None


def test_a_bounded_curve_says_which_share_of_its_cells_is_flat() -> None:
    net = small(Sigmoid(), np.array([1, 1, 1], np.float32))
    found = flow(net.trace(np.array([[[0, 1], [-4, 9]]], np.float32)), "after")
    assert found is not None  # slopes 0.25, 0.20, 0.018 and 0.00012
    assert (found.dead, found.saturated) == ((), 0.25)
    clipped = flow(
        small(Clip(0.0, 6.0), np.array([1, 1, 2], np.float32)).trace(np.array([[[1, 4], [-1, 7]]], np.float32)), "after"
    )
    assert clipped is not None
    assert clipped.saturated == pytest.approx(7 / 12)


def test_only_curves_that_level_off_on_both_sides_are_bounded() -> None:
    assert [bounded(layer) for layer in (Sigmoid(), Clip(0.0, 6.0), ReLU(), Softplus(), Clip(None, 1.0))] == [
        True,
        True,
        False,
        False,
        False,
    ]


def deep(scale: float) -> Network:
    """Eight dense layers whose weights are `scale` on the diagonal."""
    layers: list[tuple[str, Layer]] = [("flatten", Flatten()), *((f"fc{k}", Dense(4)) for k in range(8))]
    net = chain("deep", (4, 1, 1), layers, RNG)
    eye = {"weight": scale * np.eye(4, dtype=np.float32), "bias": np.zeros(4, np.float32)}
    return net.with_params({f"fc{k}": eye for k in range(8)})


@pytest.mark.parametrize(("scale", "verdict"), [(0.1, "fades"), (10.0, "explodes"), (1.0, "")])
def test_a_gradient_that_shrinks_or_grows_with_every_layer_is_named_with_its_numbers(
    scale: float, verdict: str
) -> None:
    trace = deep(scale).trace(np.ones((4, 1, 1), np.float32))
    found = strengths(trace.gradients(vjp=np.ones((1, 4), np.float32)))
    assert found["fc7"].norm == 2  # √4
    assert found["fc0"].norm == pytest.approx(2 * scale**7)
    assert [found[f"fc{k}"].verdict for k in (7, 5, 3, 0)] == ["", "", verdict, verdict]
    if verdict:
        assert found["fc0"].reason == (
            f"A gradient of fc0 is {scale**7:.2g} on average, one of fc7 1: {scale**7:.2g} times as much."
        )


def test_the_size_of_a_step_is_said_against_the_parameter() -> None:
    trace = deep(1.0).trace(np.ones((4, 1, 1), np.float32))
    found = strengths(trace.gradients(vjp=np.ones((1, 4), np.float32)))
    assert found["fc7"].per_param == {"weight": 4 / 2, "bias": np.inf}  # a matrix of ones against the identity
    assert found["input"].per_param == {}


def test_the_example_network_is_healthy() -> None:
    trace = zoo.load("example-cnn").trace(RNG.standard_normal((3, 32, 32)).astype(np.float32))
    assert {s.verdict for s in strengths(trace.gradients(loss(target=3))).values()} == {""}
