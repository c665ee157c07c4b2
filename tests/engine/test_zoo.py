"""The networks that we ship: weights, card and code belong together."""

import numpy as np
import pytest

from convoscope.engine import zoo
from convoscope.engine.errors import UnknownName
from convoscope.engine.training.card import check, fingerprint, made_up_pictures
from convoscope.engine.training.evaluation import predict

PROMISED = {"example-cnn": 0.69, "lenet5": 0.992, "tiny-vgg": 0.63, "example-cnn-32": 0.78, "lenet5-local": 0.992}
"""The least share of the test pictures that each network must name right, by its card."""

learnt = pytest.mark.parametrize("name", zoo.names())


@learnt
def test_the_card_is_about_these_weights(name: str) -> None:
    assert zoo.card(name)["weights_sha256"] == fingerprint(zoo.load(name))


@learnt
def test_the_network_still_computes_what_its_card_says(name: str) -> None:
    """Weights and code cannot drift apart: predictions, logits and every activation's mean and spread."""
    network, kept = zoo.load(name), zoo.card(name)["check"]
    now = check(network, kept["seed"])
    assert now["predictions"] == kept["predictions"]
    np.testing.assert_allclose(now["logits"], kept["logits"], rtol=1e-4, atol=1e-4)
    assert list(now["activations"]) == list(kept["activations"]) == list(network.shapes)
    for node, numbers in kept["activations"].items():
        assert now["activations"][node] == pytest.approx(numbers, rel=1e-4, abs=1e-5), node


@learnt
def test_the_check_notices_one_changed_weight(name: str) -> None:
    network, kept = zoo.load(name), zoo.card(name)["check"]
    last = next(n for n in reversed(network.nodes) if n.name in network.params)
    weight = network.params[last.name]["weight"].copy()
    assert network.preprocessing is not None
    read = network.trace(network.preprocessing.apply(made_up_pictures(network, kept["seed"]))).activations[
        last.inputs[0]
    ]
    busiest = np.unravel_index(np.abs(weight * read.max(axis=0)).argmax(), weight.shape)
    weight[busiest] *= 1.05
    changed = network.with_params({last.name: {"weight": weight}})
    assert not np.allclose(check(changed, kept["seed"])["logits"], kept["logits"], rtol=1e-4, atol=1e-4)
    assert fingerprint(changed) != zoo.card(name)["weights_sha256"]


@learnt
def test_predictions_are_the_largest_logits(name: str) -> None:
    network = zoo.load(name)
    assert network.preprocessing is not None
    pictures = made_up_pictures(network, seed=5)
    trace = network.trace(network.preprocessing.apply(pictures), exact=True)
    assert predict(network, pictures).tolist() == trace.output.argmax(axis=1).tolist()


@learnt
def test_the_accuracy_on_the_card_is_that_of_its_confusion_matrix_and_as_promised(name: str) -> None:
    card = zoo.card(name)
    confusion = np.array(card["confusion_matrix"])
    assert confusion.sum() == card["data"]["test_pictures"] == 10_000
    assert card["accuracy"] == pytest.approx(np.trace(confusion) / 10_000)
    assert card["per_class_accuracy"] == pytest.approx((confusion.diagonal() / confusion.sum(axis=1)).tolist())
    assert card["accuracy"] >= PROMISED[name]


@learnt
def test_the_card_repeats_what_the_architecture_says(name: str) -> None:
    network, card = zoo.architecture(name), zoo.card(name)
    assert network.preprocessing is not None
    assert card["classes"] == list(network.labels)
    assert card["parameters"] == network.parameter_count
    assert card["preprocessing"]["mean"] == list(network.preprocessing.mean)
    assert card["recipe"] == zoo.recipe(name).described() | {"epochs": card["epochs"]}


def test_the_example_network_has_the_lecture_s_shape() -> None:
    network = zoo.architecture("example-cnn")
    assert [n.layer.kind for n in network.nodes] == [
        *(["conv2d", "relu", "conv2d", "relu", "max_pool2d"] * 3),
        "flatten",
        "dense",
        "softmax",
    ]
    assert network.parameter_count == 6440
    assert network.shapes["pool3"] == (1, 10, 4, 4)


@pytest.mark.parametrize("ask", [zoo.load, zoo.card, zoo.recipe, zoo.architecture])
def test_a_network_that_is_not_there_is_refused_with_those_that_are(ask: object) -> None:
    with pytest.raises(UnknownName, match=r"There is no network .*'exemple-cnn'\. Known are: example-cnn"):
        ask("exemple-cnn")  # type: ignore[operator]
