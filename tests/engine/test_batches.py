"""The mean loss of a batch is the mean of its examples' losses, and so is every number of its gradient."""

import numpy as np
import pytest

from convoscope.engine import errors, logit, loss, zoo
from convoscope.engine.batches import losses, shares

NET = zoo.load("example-cnn")
X = np.random.default_rng(7).standard_normal((3, 3, 32, 32)).astype(np.float32)
LABELS = (3, 5, 0)
BATCH = NET.trace(X)


def test_the_loss_of_a_batch_is_the_mean_of_the_losses_of_its_examples_alone() -> None:
    found = losses(BATCH, loss(LABELS))
    alone = [loss(label).value(NET.trace(x)) for x, label in zip(X, LABELS, strict=True)]
    assert found == pytest.approx(alone, rel=1e-5)
    assert sum(found) / 3 == pytest.approx(loss(LABELS).value(BATCH), rel=1e-6)


@pytest.mark.parametrize(
    ("node", "param", "at"),
    [("conv1", "weight", (3, 0, 1, 1)), ("conv6", "bias", (2,)), ("fc", "weight", (5, 40)), ("fc", "bias", (0,))],
)
def test_each_example_gives_a_third_of_its_own_gradient_and_together_they_are_the_batchs(
    node: str, param: str, at: tuple[int, ...]
) -> None:
    gradients = BATCH.gradients(loss(LABELS))
    found = shares(gradients, node, param, at)
    alone = [
        float(NET.trace(x).gradients(loss(label)).by_param[node][param][at]) / 3
        for x, label in zip(X, LABELS, strict=True)
    ]
    assert found == pytest.approx(alone, rel=1e-3, abs=1e-6)
    assert sum(found) == pytest.approx(float(gradients.by_param[node][param][at]), rel=1e-4, abs=1e-6)


def test_a_batch_wants_a_loss_and_a_label_for_each() -> None:
    with pytest.raises(
        errors.ConvoscopeError, match="A batch has a mean loss: write loss: with one label, or with one"
    ):
        losses(BATCH, logit(3))
    with pytest.raises(errors.ShapeError, match="2 labels"):
        losses(BATCH, loss((3, 5)))
    with pytest.raises(errors.UnknownName, match=r"There is no parameter of conv1 'w'\. Known are: weight, bias"):
        shares(BATCH.gradients(loss(3)), "conv1", "w", (0,))
