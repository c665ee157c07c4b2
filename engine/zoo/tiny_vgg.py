"""Tiny VGG, the network of CNN Explainer: 3×64×64, two blocks of conv ReLU conv ReLU pool with ten 3×3 filters, dense.

No padding, so that a map loses a border of one at every convolution. 19,920 parameters here, for CIFAR-10's ten classes
enlarged to 64×64. Source: Wang et al. 2020, "CNN Explainer: learning convolutional neural networks with interactive
visualization", section 4; the blocks are VGG's (Simonyan and Zisserman 2014).
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
from convoscope.engine.zoo.example_cnn import LABELS, MEAN, STD

RECIPE = Recipe(epochs=15, batch=64, schedule=Cosine(2e-3), augmentation=Augmentation(flip=True))


def architecture(rng: np.random.Generator) -> Network:
    """The network with fresh weights."""
    layers: list[tuple[str, Layer]] = []
    for block in (1, 2):
        for k in (1, 2):
            layers += [(f"conv{block}_{k}", Conv2d(10, (3, 3))), (f"relu{block}_{k}", ReLU())]
        layers.append((f"pool{block}", MaxPool2d((2, 2), (2, 2))))
    layers += [("flatten", Flatten()), ("fc", Dense(len(LABELS))), ("softmax", Softmax())]
    return chain("tiny-vgg", (3, 64, 64), layers, rng, LABELS, Preprocessing((64, 64), MEAN, STD))
