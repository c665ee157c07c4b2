"""Networks by name: architectures written here, weights that our own engine learnt, and a card for each.

A module of this folder is one network: `architecture()` says its layers; `weights/NAME.safetensors` holds what was
learnt and `weights/NAME.json` the card: how, from what data, and how well. Networks that others published have their
architecture here too, and read their weights from the package that the extra `imagenet` installs.
"""

import json
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from convoscope.engine.errors import UnknownName
from convoscope.engine.formats.safetensors import load_params
from convoscope.engine.network import Network

if TYPE_CHECKING:
    from convoscope.engine.training.recipe import Recipe

WEIGHTS = Path(__file__).parent / "weights"
NAMES = ("example-cnn", "lenet5", "tiny-vgg", "example-cnn-32", "lenet5-local")
PUBLISHED = ("efficientnet-lite0",)


def names() -> tuple[str, ...]:
    """The networks that were learnt here, the one to open on first."""
    return NAMES


def published() -> tuple[str, ...]:
    """The networks of others whose weights are installed."""
    return tuple(name for name in PUBLISHED if _module(name).weights_file() is not None)


@cache
def load(name: str) -> Network:
    """The network with its learnt weights. Raises UnknownName with the nearest names, or MissingWeights."""
    if name in PUBLISHED:
        found: Network = _module(name).published()
        return found
    return architecture(name).with_params(load_params(WEIGHTS / f"{name}.safetensors"))


def architecture(name: str, seed: int = 0) -> Network:
    """The network with fresh weights drawn from `seed`."""
    network: Network = _module(name).architecture(np.random.default_rng(seed))
    return network


def recipe(name: str) -> "Recipe":
    """How `convoscope train` trains the network."""
    if name not in NAMES:
        raise UnknownName.among("network that is learnt here", name, NAMES)
    found: Recipe = _module(name).RECIPE
    return found


def card(name: str) -> dict[str, Any]:
    """How a network was trained: command, seed, data, epochs, accuracy, per class, confusion, preprocessing."""
    if name not in NAMES:
        raise UnknownName.among("network that is learnt here", name, NAMES)
    found: dict[str, Any] = json.loads((WEIGHTS / f"{name}.json").read_text())
    return found


def _module(name: str) -> ModuleType:
    """The file of this folder that says the network."""
    if name not in NAMES + PUBLISHED:
        raise UnknownName.among("network in the zoo", name, NAMES + PUBLISHED)
    return import_module(f"{__name__}.{name.replace('-', '_')}")
