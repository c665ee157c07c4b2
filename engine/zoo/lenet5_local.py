"""LeNet-5 without weight sharing: locally connected layers in place of convolutions, so that its price can be seen.

Every place has filters of its own, which must be learnt from what is seen there. Same sizes, data and recipe as
`lenet5`; the lecture, "Without weight sharing, this is called a locally connected layer".
"""

import numpy as np

from convoscope.engine.layers.locally_connected2d import LocallyConnected2d
from convoscope.engine.network import Network
from convoscope.engine.zoo import lenet5

RECIPE = lenet5.RECIPE


def architecture(rng: np.random.Generator) -> Network:
    """The network with fresh weights."""
    return lenet5.digits("lenet5-local", LocallyConnected2d, rng)
