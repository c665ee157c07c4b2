"""The example CNN with 32 filters in each convolution instead of ten: what width buys. 52,266 parameters."""

import numpy as np

from convoscope.engine.network import Network
from convoscope.engine.optimizers import Adam
from convoscope.engine.training.recipe import Augmentation, Recipe
from convoscope.engine.training.schedule import Cosine
from convoscope.engine.zoo import example_cnn

RECIPE = Recipe(
    epochs=64,
    batch=64,
    optimizer=Adam(decay=0.01),
    schedule=Cosine(3e-3),
    augmentation=Augmentation(flip=True, shift=4),
)


def architecture(rng: np.random.Generator) -> Network:
    """The network with fresh weights."""
    return example_cnn.architecture(rng, filters=32, name="example-cnn-32")
