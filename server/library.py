"""What Convoscope comes with: the networks of the zoo, photographs of scikit-image where it is installed, drawings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from convoscope import engine
from convoscope.server.decode import decode
from convoscope.server.limits import Limits
from convoscope.server.pictures import Picture
from convoscope.server.store import content_id

PHOTOGRAPHS = (
    ("cat-photo", "chelsea.png", "Cat, a photograph", "cat"),
    ("coffee-photo", "coffee.png", "Coffee, a photograph", None),
    ("rocket-photo", "rocket.jpg", "Rocket, a photograph", None),
    ("motorcycle-photo", "motorcycle_left.png", "Motorcycle, a photograph", None),
    ("astronaut-photo", "astronaut.png", "Astronaut, a photograph", None),
)
"""Name, file in scikit-image's data, title, and the class of CIFAR-10 that it shows."""


@dataclass(frozen=True, eq=False)
class Model:
    """A network with its content id and its card."""

    name: str
    network: engine.Network
    content: str
    card: Mapping[str, Any] | None = None
    shipped: bool = True

    @property
    def title(self) -> str:
        """What people call it."""
        words = " ".join("CNN" if w == "cnn" else w for w in self.name.split("-"))
        return words[:1].upper() + words[1:]


@cache
def model(name: str) -> Model:
    """A network of the zoo."""
    network = engine.zoo.load(name)
    return Model(name, network, network_id(network), _card(name))


def model_names() -> tuple[str, ...]:
    """The networks of the zoo, the one to open on first."""
    return engine.zoo.names()


def _card(name: str) -> Mapping[str, Any] | None:
    try:
        return engine.zoo.card(name)
    except FileNotFoundError:
        return None


def network_id(network: engine.Network) -> str:
    """The content id of a network: equal for equal architectures with equal weights."""
    parts = [repr((network.inputs, network.outputs, network.labels, network.preprocessing)).encode()]
    for node in network.nodes:
        parts.append(repr(node).encode())
        for name, array in network.params_of(node.name).items():
            parts += [f"{name} {array.dtype} {array.shape}".encode(), array.tobytes()]
    return content_id(*parts)


@cache
def pictures() -> Mapping[str, Callable[[], Picture]]:
    """The pictures that are here, by name, the one to open on first; each is made when it is first asked for."""
    return photographs() | drawings()


def photographs() -> dict[str, Callable[[], Picture]]:
    """The photographs of scikit-image, as files: importing the package would take longer than all the rest."""
    spec = find_spec("skimage")
    folders = [Path(p) / "data" for p in (spec.submodule_search_locations or ())] if spec else []
    return {
        name: cache(lambda file=folder / file, title=title, label=label: _photograph(file, title, label))
        for folder in folders
        for name, file, title, label in PHOTOGRAPHS
        if (folder / file).is_file()
    }


def _photograph(file: Path, title: str, label: str | None) -> Picture:
    width, height, pixels, _ = decode(file.read_bytes(), Limits())
    return Picture(width, height, pixels, title, label, "photo")


def drawings() -> dict[str, Callable[[], Picture]]:
    """The pictures that our own code draws, one per class."""
    if find_spec("convoscope.server.samples") is None:
        return {}
    samples = import_module("convoscope.server.samples")
    return {f"{name}-drawn": cache(lambda name=name: _drawing(samples, name)) for name in samples.names()}


def _drawing(samples: Any, name: str) -> Picture:
    image = samples.draw(name).convert("RGB")
    return Picture(*image.size, image.tobytes(), f"{name.capitalize()}, drawn", name, "drawn")
