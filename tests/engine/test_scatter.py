"""What every output gives back adds up to the gradients, whatever the arithmetic; nothing lands outside its window."""

import random
from pathlib import Path

import numpy as np
import pytest

from convoscope.engine import REGISTRY, Input, Network, Node, errors, loss, scattered, unit, zoo
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.trace import Gradients
from convoscope.engine.types import Array
from convoscope.engine.zoo.example_cnn import architecture
from tests import reference

KINDS = "conv2d conv_transpose2d dense max_pool2d average_pool2d softmax mean_subtraction batch_norm add concat flatten"
STORED = Path(next(iter(reference.__path__))) / "example_cnn.npz"


def gradients_of(kind: str, seed: int) -> Gradients:
    """A network of one layer of this kind, in float64, with a gradient of its output drawn at random."""
    example = REGISTRY[kind].example(random.Random(seed))
    rng = np.random.default_rng(seed)
    shapes = [(1, *shape[1:]) for shape in example.shapes]
    names = tuple(f"x{k}" for k in range(len(shapes)))
    params = {name: a.astype(np.float64) + 0.1 for name, a in example.layer.initial(rng, *shapes).items()}
    inputs = tuple(Input(n, (None, *s[1:])) for n, s in zip(names, shapes, strict=True))
    network = Network("one", inputs, (Node("y", example.layer, names),), {"y": params})
    trace = network.trace({n: rng.uniform(*example.domain, s) for n, s in zip(names, shapes, strict=True)})
    return trace.gradients(vjp=rng.standard_normal(trace.output.shape))


def added_up(gradients: Gradients) -> tuple[dict[str, Array], dict[str, Array]]:
    """What all outputs of y give, put where it lands; and what they give to the parameters."""
    trace = gradients.trace
    dx = {i.name: np.zeros(trace.activations[i.name].shape[1:]) for i in trace.network.inputs}
    dp = {name: np.zeros(a.shape) for name, a in trace.network.params_of("y").items()}
    for at in np.ndindex(trace.output.shape[1:]):
        found = scattered(gradients, "y", at)
        for landing in found.landings:
            into = dx[landing.source]
            sizes: tuple[int, ...] = into.shape
            read = [np.array(c, int) for c in landing.cells]
            kept = [(c >= 0) & (c < size) for c, size in zip(read, sizes, strict=True)]
            cells = [c[k] for c, k in zip(read, kept, strict=True)]
            np.add.at(into, np.ix_(*cells), landing.sent[np.ix_(*kept)])
        for share in found.shares:
            dp[share.param][() if share.row is None else share.row] += share.sent
    return dx, dp


@pytest.mark.parametrize("kind", KINDS.split())
def test_what_all_outputs_give_adds_up_to_the_gradient_of_every_input_and_every_parameter(kind: str) -> None:
    gradients = gradients_of(kind, 4)
    dx, dp = added_up(gradients)
    for name, a in dx.items():
        np.testing.assert_allclose(a, gradients.by_activation[name][0], rtol=1e-9, atol=1e-9, err_msg=name)
    for name, a in dp.items():
        np.testing.assert_allclose(a, gradients.by_param["y"][name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_when_the_last_output_has_given_the_gradients_are_pytorchs() -> None:
    network = architecture(np.random.default_rng(5), 3).astype(np.float64)
    gradients = network.trace(np.random.default_rng(6).standard_normal((1, *network.input_shape))).gradients(loss(3))
    with np.load(STORED, allow_pickle=False) as file:
        for node in ("conv1", "relu3", "conv4", "pool2", "flatten", "fc"):
            last = tuple(n - 1 for n in gradients.by_activation[node].shape[1:])
            found = scattered(gradients, node, last)
            (landing,) = found.landings
            wanted = file[f"d {landing.source}"][0]
            np.testing.assert_allclose(landing.so_far, wanted, rtol=1e-5, atol=1e-6 * np.abs(wanted).max())
            for share in found.shares:
                theirs = file[f"d {node}.{share.param}"][share.row]
                np.testing.assert_allclose(share.so_far, theirs, rtol=1e-5, atol=1e-6 * np.abs(theirs).max() + 1e-9)


def test_what_has_come_so_far_grows_by_what_each_output_gives() -> None:
    x = np.random.default_rng(0).standard_normal((2, 6, 6)).astype(np.float32)
    params = Conv2d(3, (3, 3), (2, 2), (1, 1, 1, 1)).initial(np.random.default_rng(1), (1, 2, 6, 6))
    layer = Conv2d(3, (3, 3), (2, 2), (1, 1, 1, 1))
    network = Network("one", (Input("x", (None, 2, 6, 6)),), (Node("y", layer, ("x",)),), {"y": params})
    gradients = network.trace(x).gradients(unit("y", (1, 2, 2)))
    before, now = (scattered(gradients, "y", at) for at in ((1, 2, 1), (1, 2, 2)))
    assert (now.index, now.count, now.given) == (17, 27, 1)
    assert now.landings[0].cells == ([0, 1], [3, 4, 5], [3, 4, 5])
    grown = now.landings[0].so_far - before.landings[0].so_far
    np.testing.assert_array_equal(grown[:, 3:6, 3:6], params["weight"][1])
    assert np.count_nonzero(grown) == np.count_nonzero(params["weight"][1])
    np.testing.assert_array_equal(now.shares[0].sent, x[:, 3:6, 3:6])


def test_one_answer_through_softmax_is_p_minus_t() -> None:
    network = zoo.load("example-cnn")
    gradients = network.trace(np.random.default_rng(2).random((3, 32, 32), np.float32)).gradients(loss(3))
    p = gradients.trace.output[0].astype(np.float64)
    sent = scattered(gradients, "softmax", (3,)).landings[0].sent
    np.testing.assert_allclose(sent, p - np.eye(10)[3], atol=1e-5)


def test_an_input_gives_nothing_back() -> None:
    gradients = gradients_of("dense", 1)
    with pytest.raises(errors.ConvoscopeError, match="x0 is an input: it read nothing, so it gives nothing back"):
        scattered(gradients, "x0", (0,))
