"""LeNet-5: six and sixteen 5×5 filters, then dense layers of 120, 84 and 10; MNIST's digits. 61,706 parameters.

Layer sizes as in LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition",
section II.B. Where we differ: digits of 28×28 with padding 2 instead of a 32×32 input; ReLU instead of a scaled tanh;
max pooling instead of averages with a weight and a bias; every filter of the second convolution reads all six maps, not
those of table I; softmax and cross-entropy instead of distances to drawn prototypes.
"""

from collections.abc import Callable

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

LABELS = tuple("0123456789")
MEAN, STD = (0.1307,), (0.3081,)
"""Over MNIST's training digits, white on black."""
RECIPE = Recipe(epochs=15, batch=64, schedule=Cosine(2e-3), augmentation=Augmentation(shift=2), initial="fan-in")


def architecture(rng: np.random.Generator) -> Network:
    """The network with fresh weights."""
    return digits("lenet5", Conv2d, rng)


def digits(name: str, sliding: Callable[..., Layer], rng: np.random.Generator) -> Network:
    """LeNet-5 whose two sliding layers are of the given kind."""
    layers: list[tuple[str, Layer]] = []
    for block, (filters, pad) in enumerate(((6, 2), (16, 0)), 1):
        layers += [
            (f"conv{block}", sliding(filters, (5, 5), padding=(pad,) * 4)),
            (f"relu{block}", ReLU()),
            (f"pool{block}", MaxPool2d((2, 2), (2, 2))),
        ]
    layers += [("flatten", Flatten()), ("fc1", Dense(120)), ("relu3", ReLU()), ("fc2", Dense(84)), ("relu4", ReLU())]
    layers += [("fc3", Dense(len(LABELS))), ("softmax", Softmax())]
    return chain(name, (1, 28, 28), layers, rng, LABELS, Preprocessing((28, 28), MEAN, STD, channels="L"))
