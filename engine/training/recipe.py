"""What decides a training besides the data and the seed, as one value. Each network of the zoo names its own."""

from dataclasses import asdict, dataclass
from math import prod
from typing import Any, Literal

import numpy as np

from convoscope.engine.network import Network, NetworkParams
from convoscope.engine.optimizers import SGD, Adam
from convoscope.engine.training.averaging import Average
from convoscope.engine.training.schedule import Cosine, OneCycle
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Augmentation:
    """What is done to training pictures. flip: mirrored left to right, one in two. shift: moved by up to so many cells.

    What a shift uncovers is filled with zeros, the mean colour after preprocessing.
    """

    flip: bool = False
    shift: int = 0

    def apply(self, x: Array, draws: Array) -> Array:
        """x (N, C, H, W) float; draws (N, 3) in [0, 1): for the flip, the rows and the columns of the shift."""
        if self.flip:
            mirrored = draws[:, 0] < 0.5
            x[mirrored] = x[mirrored][..., ::-1]
        return self._shifted(x, (draws[:, 1:] * (2 * self.shift + 1)).astype(int)) if self.shift else x

    def _shifted(self, x: Array, by: Array) -> Array:
        s = self.shift
        padded = np.pad(x, ((0, 0), (0, 0), (s, s), (s, s)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, x.shape[2:], axis=(2, 3))
        return windows[np.arange(len(x)), :, by[:, 0], by[:, 1]]


AS_IT_IS, ADAM, COSINE = Augmentation(), Adam(), Cosine(4e-3)


@dataclass(frozen=True)
class Recipe:
    """batch: pictures per step; what is left over at the end of an epoch waits for the next.

    initial: `he` as the layers say, or `fan-in`: weights and biases uniform in ±1/√fan_in (LeCun et al. 1998,
    "Efficient BackProp", section 4.6; PyTorch's default). average: keep and use a running average of the parameters.
    """

    epochs: int
    batch: int = 64
    optimizer: Adam | SGD = ADAM
    schedule: Cosine | OneCycle = COSINE
    augmentation: Augmentation = AS_IT_IS
    initial: Literal["he", "fan-in"] = "fan-in"
    average: Average | None = None

    def described(self) -> dict[str, Any]:
        """The recipe as JSON values."""
        named = {k: {"kind": type(getattr(self, k)).__name__} for k in ("optimizer", "schedule")}
        return {k: named.get(k, {}) | v if isinstance(v, dict) else v for k, v in asdict(self).items()}

    def first_params(self, network: Network, rng: np.random.Generator) -> NetworkParams:
        """The parameters to start from."""
        if self.initial == "he":
            return network.initialised(rng).params
        return {node: _uniform(dict(p), fan_in(network, node), rng) for node, p in network.params.items()}


def fan_in(network: Network, node: str) -> int:
    """How many products an output of the node adds up, at least 1."""
    layer, inputs = network.node(node).layer, network.node(node).inputs
    return max(layer.macs(*(network.shapes[i] for i in inputs)) // prod(network.shapes[node]), 1)


def _uniform(params: dict[str, Array], terms: int, rng: np.random.Generator) -> dict[str, Array]:
    bound = 1 / np.sqrt(terms)
    return {k: rng.uniform(-bound, bound, a.shape).astype(np.float32) for k, a in params.items()}
