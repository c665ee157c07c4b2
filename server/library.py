"""What Convoscope comes with: the networks of the zoo, photographs of scikit-image where it is installed, drawings.

Nothing is loaded before it is asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from convoscope import engine
from convoscope.server.decode import decode
from convoscope.server.limits import Limits
from convoscope.server.pictures import Picture
from convoscope.server.release import release
from convoscope.server.store import content_id

LESSONS = "lesson-"
"""How the names of the lessons' small networks begin."""
TITLES = {
    "example-cnn": "Example CNN",
    "lenet5": "LeNet-5",
    "lenet5-local": "LeNet-5, locally connected",
    "tiny-vgg": "Tiny VGG",
    "example-cnn-32": "Example CNN, 32 filters",
    "efficientnet-lite0": "EfficientNet-Lite0",
}
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
    """A network with its content id and its card.

    own: a person brought it, so that only the browser that did may keep what is made of it. guessed: whether nobody
    said how pixels become its numbers. notes: what was changed when its file was read, as sentences.
    """

    name: str
    title: str
    network: engine.Network
    content: str
    card: Mapping[str, Any] | None = None
    own: bool = False
    guessed: bool = False
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of its weights."""
        return sum(a.nbytes for p in self.network.params.values() for a in p.values())


class Library:
    """The shipped networks and pictures, by name; the first of each is the one to open on."""

    def __init__(self, brought: Sequence[Model] = (), pictures: Sequence[Picture] = ()) -> None:
        """brought, pictures: what a person opened Convoscope with; it comes first and is never forgotten."""
        self._models = {model.name: model for model in brought}
        self._brought = tuple(self._models)
        self._pictures = {picture.content: picture for picture in pictures}

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the networks: those brought, those that were learnt here, those of others that are installed."""
        return self._brought + engine.zoo.names() + engine.zoo.published()

    def model(self, name: str) -> Model:
        """The network of this name, or a lesson's."""
        if name not in self._models:
            own = small(name)
            network = own.network if own else engine.zoo.load(name)
            self._models[name] = Model(
                name, own.title if own else TITLES.get(name, name), network, network_id(network), card_of(name)
            )
        return self._models[name]

    def unlisted(self, name: str) -> bool:
        """Whether a lesson leads to a network and a picture of this name, which no list has."""
        return small(name) is not None

    def drawn_for(self, name: str) -> Picture:
        """The picture that holds the numbers of a lesson's network."""
        found: Picture = small(name).picture
        return found

    @cached_property
    def pictures(self) -> Mapping[str, Picture]:
        """The pictures by name."""
        return self._pictures | photographs() | drawings()


def small(name: str) -> Any:
    """The small network of a lesson, with its picture; None where no lesson has the name."""
    if not name.startswith(LESSONS):
        return None
    return import_module("convoscope.server.lessons.on_stage").small(name)


def card_of(name: str) -> Mapping[str, Any] | None:
    """The card of a network of the zoo, None for what was not learnt here."""
    return engine.zoo.card(name) if name in engine.zoo.names() else None


def network_id(network: engine.Network) -> str:
    """The content id of a network: equal for equal architectures with equal weights."""
    parts = [repr((network.inputs, network.outputs, network.labels, network.preprocessing)).encode()]
    for node in network.nodes:
        parts.append(repr(node).encode())
        for name, array in network.params_of(node.name).items():
            parts += [f"{name} {array.dtype} {array.shape}".encode(), array.tobytes()]
    return content_id(*parts)


def photographs() -> dict[str, Picture]:
    """The photographs of scikit-image, as files: importing the package would take longer than all the rest."""
    spec = find_spec("skimage")
    folders = [Path(place) / "data" for place in (spec.submodule_search_locations or ())] if spec else []
    return {
        name: photograph(folder / file, title, label)
        for folder in folders
        for name, file, title, label in PHOTOGRAPHS
        if (folder / file).is_file()
    }


def photograph(file: Path, title: str, label: str | None) -> Picture:
    """A photograph whose pixels are decoded when they are first needed; it is ours, so no child has to do it."""
    from PIL import Image

    data = file.read_bytes()
    with Image.open(file) as image:
        width, height = image.size
    return Picture(content_id(data), width, height, lambda: decode(data, Limits()).pixels, title, "photo", label)


def drawings() -> dict[str, Picture]:
    """The pictures that our own code draws: one per class of CIFAR-10, and the ten digits."""
    if find_spec("convoscope.server.samples") is None:
        return {}
    found: dict[str, Picture] = {}
    for module, naming in (("samples", "{}-drawn"), ("digits", "digit-{}")):
        drawn = import_module(f"convoscope.server.{module}")
        found |= {naming.format(name): drawing(name, drawn.SIDE, drawn.draw) for name in drawn.names()}
    return found


def drawing(name: str, side: int, draw: Callable[[str], Any]) -> Picture:
    """A drawing that is drawn when its pixels are first needed."""
    content = content_id(release().encode(), name.encode())
    return Picture(
        content, side, side, lambda: draw(name).convert("RGB").tobytes(), f"{name.capitalize()}, drawn", "drawn", name
    )
