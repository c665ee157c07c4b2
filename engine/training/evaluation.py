"""How well a network does on pictures that it has not learnt from."""

from dataclasses import dataclass

import numpy as np

from convoscope.engine.errors import ConvoscopeError
from convoscope.engine.kernels import Plan
from convoscope.engine.network import Network
from convoscope.engine.training.data import enlarged
from convoscope.engine.training.loop import logits_of
from convoscope.engine.types import Array

BATCH = 250


@dataclass(frozen=True, eq=False)
class Evaluation:
    """confusion[t, p]: how many pictures of class t were taken for p."""

    confusion: Array

    @property
    def accuracy(self) -> float:
        """The share of pictures that were named right."""
        return float(np.trace(self.confusion) / self.confusion.sum())

    @property
    def per_class(self) -> list[float]:
        """The same for each class by itself; 0 for a class without pictures."""
        return [float(row[k] / max(row.sum(), 1)) for k, row in enumerate(self.confusion)]


def predict(network: Network, pictures: Array) -> Array:
    """The class with the largest logit for each picture, uint8 (N, C, H, W) → (N); small ones are enlarged."""
    if network.preprocessing is None:
        raise ConvoscopeError(f"{network.name} does not say how pictures become its input.")
    source, logits = network.inputs[0].name, logits_of(network)
    found: list[Array] = []
    frames = {}
    for start in range(0, len(pictures), BATCH):
        x = network.preprocessing.apply(enlarged(pictures[start : start + BATCH], network.preprocessing.size))
        if len(x) not in frames:
            frames[len(x)] = Plan(network, {source: x.shape}).frame()
        frames[len(x)].forward({source: x})
        found.append(frames[len(x)].slots[logits].natural.argmax(axis=1))
    return np.concatenate(found)


def evaluate(network: Network, pictures: Array, labels: Array) -> Evaluation:
    """Counts what each class was taken for."""
    classes = network.shapes[network.output][1]
    confusion = np.zeros((classes, classes), int)
    np.add.at(confusion, (labels.astype(int), predict(network, pictures)), 1)
    return Evaluation(confusion)
