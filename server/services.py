"""What the routes work with: models, pictures, traces, each found by name or computed once."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from convoscope import engine
from convoscope.server import library, pictures
from convoscope.server.errors import Problem
from convoscope.server.images import Decoder
from convoscope.server.library import Model
from convoscope.server.pictures import Crop, Picture
from convoscope.server.settings import Settings
from convoscope.server.store import Memory, Results

V = TypeVar("V")
CONTENT_ID = re.compile(r"[a-z2-7]{26}")


@dataclass(frozen=True)
class Seen:
    """A network that has seen a picture."""

    model: Model
    picture: Picture
    trace: engine.Trace
    crop: Crop

    @property
    def size(self) -> int:
        """Bytes of its arrays; what layers saved for their backward passes is about as large as the activations."""
        return 2 * sum(a.nbytes for a in self.trace.activations.values())


class Services:
    """One per app. Everything that it holds may be asked for from many threads at once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.limits = settings.limits
        self.uploads: Memory[Picture] = Memory(settings.limits.images_memory)
        self.results = Results(settings.limits.results_memory)

    @cached_property
    def decoder(self) -> Decoder:
        """The decoder of uploads."""
        return Decoder(self.limits)

    def model(self, name: str) -> Model:
        """A network by its name or content id. Raises Problem."""
        names = library.model_names()
        if name in names:
            return library.model(name)
        for known in names if CONTENT_ID.fullmatch(name) else ():
            if library.model(known).content == name:
                return library.model(known)
        raise unknown("unknown_network", "network", name, names)

    def picture(self, name: str) -> Picture:
        """A picture by its name or content id. Raises Problem."""
        shipped = library.pictures()
        if name in shipped:
            return shipped[name]()
        uploaded = self.uploads.get(name) if CONTENT_ID.fullmatch(name) else None
        if uploaded is None:
            raise unknown("unknown_image", "picture", name, shipped)
        return uploaded

    def take(self, data: bytes) -> Picture:
        """Keeps an uploaded picture. Raises Problem when it is none."""
        picture = self.decoder.picture(data)
        self.uploads.put(picture.id, picture, len(picture.pixels))
        return picture

    def seen(self, net: str, image: str) -> Seen:
        """The trace of a network on a picture."""
        model, picture = self.model(net), self.picture(image)

        def make() -> Seen:
            x, crop = pictures.network_input(picture, preprocessing(model.network))
            return Seen(model, picture, model.network.trace(x), crop)

        return self.results.get(("trace", model.content, picture.id), make, lambda s: s.size)

    def gradients(self, seen: Seen, text: str) -> engine.Gradients:
        """d objective / d everything. Raises Problem for an objective that does not fit the network."""

        def make() -> engine.Gradients:
            try:
                return seen.trace.gradients(engine.parse_objective(text))
            except engine.errors.ConvoscopeError as e:
                raise Problem("no_objective", str(e)) from e

        key = ("gradients", seen.model.content, seen.picture.id, text)
        return self.results.get(key, make, lambda g: sum(a.nbytes for a in g.by_activation.values()))

    def kept(self, key: tuple[Any, ...], make: Callable[[], bytes]) -> bytes:
        """Bytes that are made once: previews and views."""
        return self.results.get(key, make, len)


def preprocessing(network: engine.Network) -> engine.Preprocessing:
    """How pictures become the network's input; for a network that does not say, pixels between 0 and 1."""
    if network.preprocessing is not None:
        return network.preprocessing
    channels, rows, columns = network.input_shape
    plain = (0.0,) * channels, (1.0,) * channels
    return engine.Preprocessing((rows, columns), *plain, channels="L" if channels == 1 else "RGB")


def unknown(code: str, what: str, name: str, known: Sequence[str] | Mapping[str, Any]) -> Problem:
    """The problem of a name that is not there, with the nearest names that are."""
    near = get_close_matches(name, known, n=3) or list(known)[:8]
    return Problem(code, f"There is no {what} of that name. Known are: {', '.join(near) or 'none'}.")


def services(request: Request) -> Services:
    """The app's services."""
    found: Services = request.app.state.services
    return found


Desk = Annotated[Services, Depends(services)]
