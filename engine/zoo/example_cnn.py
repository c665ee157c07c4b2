"""The lecture's example CNN: CONV ReLU CONV ReLU POOL three times, then a dense layer. 6,440 parameters.

Ten 3×3 filters per convolution, stride 1, padding 1; 2×2 pools with stride 2; CIFAR-10's ten classes.
Source: the lecture, "Example: CNN"; the architecture of CS231n's convnetjs demo.
"""

import numpy as np

from convoscope.engine.layer import Layer
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.layers.dense import Dense
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.layers.max_pool2d import MaxPool2d
from convoscope.engine.layers.relu import ReLU
from convoscope.engine.layers.softmax import Softmax
from convoscope.engine.network import Network
from convoscope.engine.preprocessing import Preprocessing
from convoscope.engine.training.recipe import Augmentation, Recipe
from convoscope.engine.training.schedule import Cosine
from convoscope.engine.zoo._chain import chain

LABELS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
MEAN, STD = (0.4913, 0.4821, 0.4465), (0.2452, 0.2428, 0.2606)
"""Per channel, over CIFAR-10's training images; Krizhevsky 2009 describes the data."""
RECIPE = Recipe(epochs=80, batch=64, schedule=Cosine(4e-3), augmentation=Augmentation(flip=True), initial="fan-in")


def architecture(rng: np.random.Generator, filters: int = 10, name: str = "example-cnn") -> Network:
    """The network with fresh weights."""
    layers: list[tuple[str, Layer]] = []
    for block in (1, 2, 3):
        for k in (2 * block - 1, 2 * block):
            layers += [(f"conv{k}", Conv2d(filters, (3, 3), padding=(1, 1, 1, 1))), (f"relu{k}", ReLU())]
        layers.append((f"pool{block}", MaxPool2d((2, 2), (2, 2))))
    layers += [("flatten", Flatten()), ("fc", Dense(len(LABELS))), ("softmax", Softmax())]
    return chain(name, (3, 32, 32), layers, rng, LABELS, Preprocessing((32, 32), MEAN, STD))
