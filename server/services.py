"""What the routes work with: models, pictures, traces and gradients, each found by name or computed once."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from threading import Thread
from time import sleep
from typing import Annotated, Any

from anyio import CapacityLimiter
from fastapi import Depends, Request

from convoscope import engine
from convoscope.server import pictures, wire
from convoscope.server.blobs import files_at
from convoscope.server.brought import Brought
from convoscope.server.errors import Problem
from convoscope.server.flights import answers_of
from convoscope.server.images import Decoder
from convoscope.server.inputs import suggested
from convoscope.server.library import Library, Model
from convoscope.server.patience import also, go_on
from convoscope.server.pictures import Crop, Picture
from convoscope.server.progress import Running
from convoscope.server.scratch import sweep
from convoscope.server.sessions import OWN, Lock
from convoscope.server.settings import Settings
from convoscope.server.shelf import Shelf
from convoscope.server.store import Memory, Results
from convoscope.server.uploads import Uploads
from convoscope.server.viewmodel import gradients_view, network_view, trace_view

CONTENT_ID = re.compile(r"[a-z2-7]{26}")
TIDY_SECONDS = 3600
CALM_SECONDS = 5.0  # first the page that a new server is asked for, then the process that reads network files
LONGEST_NAME = 80  # what a person can have meant; comparing names takes time that grows with their length


@dataclass(frozen=True)
class Seen:
    """The trace of a network on a picture, and the part of the picture that it saw."""

    trace: engine.Trace
    crop: Crop

    @property
    def size(self) -> int:
        """Bytes of its arrays; what layers saved for their backward passes is about as large as the activations."""
        return 2 * sum(a.nbytes for a in self.trace.activations.values())

    @property
    def whole_size(self) -> int:
        """With all that its network needs to work: for one that nobody else holds, as one with edits is."""
        return self.size + (self.trace.planned.bytes if self.trace.planned is not None else 0)


class Services:
    """One per app. Everything in it may be asked for from many threads at once."""

    def __init__(self, settings: Settings, library: Library) -> None:
        self.settings, self.library, self.limits = settings, library, settings.limits
        self.decoder = Decoder(settings.limits)
        self.decodes = CapacityLimiter(settings.limits.decodes_at_once)
        self.uploads: Memory[Picture] = Memory(settings.limits.images_memory)
        self.results = Results(settings.limits.results_memory)
        self.answers = answers_of(settings.limits.answers_memory, settings.shared)
        self.running = Running()

    @cached_property
    def kept(self) -> Uploads | None:
        """Uploads that last; None where no folder can be written, so that uploads last as long as the server."""
        try:
            return Uploads(files_at(self.settings.data), self.limits)
        except OSError:
            return None

    @cached_property
    def brought(self) -> Brought:
        """The networks that people opened."""
        return Brought(self.limits, self.results, Shelf(self.kept, self.lock))

    @cached_property
    def lock(self) -> Lock | None:
        """What signs cookies and ids in a room; None on one's own machine."""
        if not self.settings.public:
            return None
        assert self.kept is not None  # the command has read the room's key from it
        return Lock(self.kept.secret())

    def start(self) -> None:
        """Starts what should be ready before it is asked for: the decoder, and what the first page shows."""
        self.decoder.start()
        _ = self.brought  # before threads ask for it at the same time
        Thread(target=self.tidy, daemon=True).start()
        Thread(target=self.warm, daemon=True).start()

    def warm(self) -> None:
        """Computes what the first page shows, loads the other networks for its list; then what the first file needs."""
        picture = next(iter(self.library.pictures))
        self.trace_view(self.model(self.library.models[0]), self.picture(picture), picture)
        for name in self.library.models[1:]:
            self.library.model(name)
        sleep(CALM_SECONDS)
        self.brought.reader.helpers.start()

    def tidy(self) -> None:
        """Forgets what is too old, and mends what a kill left behind, now and then."""
        sweep()
        while self.kept is not None:
            with suppress(OSError):
                self.kept.sweep()
            sleep(TIDY_SECONDS)

    def missing(self) -> list[str]:
        """What the server would need to do all of its work, in words."""
        problem = "store that can be written" if self.kept is None else self.kept.missing()
        decoder = "" if self.decoder.is_alive() else "process that decodes pictures"
        return [what for what in (problem, decoder) if what]

    def model(self, name: str) -> Model:
        """A network by its name or content id. Raises Problem."""
        names = self.library.models
        if name in names or self.library.unlisted(name):
            return self.library.model(name)
        if (brought := self.brought.find(name, self.model)) is not None:
            return brought
        by_content = map(self.library.model, names if CONTENT_ID.fullmatch(name) else ())
        return one(by_content, name) or refuse("unknown_network", "network", name, names)

    def picture(self, name: str) -> Picture:
        """A picture by its name or content id. Raises Problem."""
        shipped = self.library.pictures
        if name in shipped:
            return shipped[name]
        if self.library.unlisted(name):
            return self.library.drawn_for(name)
        found = self.upload(name) if CONTENT_ID.fullmatch(name) else None
        return found or one(shipped.values(), name) or refuse("unknown_image", "picture", name, shipped)

    def upload(self, id: str) -> Picture | None:
        """The uploaded picture of this id, from memory or from the store. Raises Problem when it is damaged there."""
        found = self.uploads.get(id)
        if found is not None and self.kept is not None:
            self.kept.use("image", id)
        if found is None and self.kept is not None and (kept := self.kept.find("image", id)) is not None:
            found = replace(pictures.uploaded(**kept.about, pixels=kept.data), content=id)
            self.uploads.put(id, found, len(kept.data))
        return found

    def take(self, data: bytes, student: str = OWN) -> Picture:
        """Keeps a picture that a student sent. Raises Problem when it is none.

        In a room its id depends on the student, too: nobody can find out what somebody else has sent.
        """
        picture = self.decoder.picture(data)
        if self.lock is not None:
            picture = replace(picture, content=self.lock.sign(student, picture.content))
        if self.kept is not None:
            about = {"width": picture.width, "height": picture.height, "animated": picture.animated}
            self.kept.keep("image", picture.content, student, about, picture.pixels)
        self.uploads.put(picture.content, picture, len(picture.pixels))
        return picture

    def seen(self, model: Model, picture: Picture) -> Seen:
        """A network's trace on a picture."""

        def make() -> Seen:
            x, crop = pictures.network_input(picture, preprocessing(model.network))
            with self.running.of((model.content, picture.content), model.network) as progress:
                return Seen(model.network.trace(x, told=also(progress.made)), crop)

        return self.results.get(("trace", model.content, picture.content), make, lambda seen: seen.size)

    def gradients(self, model: Model, picture: Picture, objective: str) -> engine.Gradients:
        """d objective / d everything."""

        def make() -> engine.Gradients:
            return self.seen(model, picture).trace.gradients(parsed(objective), told=go_on)

        key = ("gradients", model.content, picture.content, objective)
        return self.results.get(key, make, lambda g: sum(a.nbytes for a in g.by_activation.values()))

    def gradients_view(self, model: Model, picture: Picture, objective: str, times: str | None) -> wire.GradientsView:
        """Everything about gradients, or about gradients × activations, but the arrays."""

        def make() -> wire.GradientsView:
            with self.running.of((model.content, picture.content, objective), model.network) as progress:
                found = self.gradients(model, picture, objective)
                progress.all_made()
                return gradients_view(objective, found, times is not None, also(progress.measured))

        return self.results.get(("gradients view", model.content, picture.content, objective, times), make, size_of)

    def network_view(self, model: Model) -> wire.NetworkView:
        """Everything about a network that needs no picture."""

        def make() -> wire.NetworkView:
            network = replace(model.network, preprocessing=model.network.preprocessing or suggested(model.network))
            return network_view(model.name, model.title, network, model.card, model.guessed, model.notes)

        return self.results.get(("network view", model.content, model.name), make, size_of)

    def trace_view(self, model: Model, picture: Picture, image: str) -> wire.TraceView:
        """Everything about a trace but the arrays; `image` is the name that the picture was asked for by."""

        def make() -> wire.TraceView:
            with self.running.of((model.content, picture.content), model.network) as progress:
                seen = self.seen(model, picture)
                notes = pictures.conversions(picture, preprocessing(model.network))
                return trace_view(model.name, image, seen.trace, seen.crop, notes, also(progress.measured))

        return self.results.get(("trace view", model.content, model.name, picture.content, image), make, size_of)

    def preview(self, picture: Picture, side: int) -> bytes:
        """The picture as PNG, its longer side at most `side`."""
        return self.results.get(("preview", picture.content, side), lambda: pictures.preview(picture, side), len)


def size_of(view: wire.Wire) -> int:
    """About the bytes that a view takes as Python objects: five times those of its text."""
    return 5 * len(view.body())


def one(found: Iterable[Any], content: str) -> Any:
    """The model or picture with this content id, None when there is none."""
    return next((thing for thing in found if thing.content == content), None)


def preprocessing(network: engine.Network) -> engine.Preprocessing:
    """How pictures become the network's input; for a network that does not say, what its input suggests."""
    found = network.preprocessing or suggested(network)
    assert found is not None, "networks that read no picture are not taken"
    return found


def parsed(objective: str) -> engine.Objective:
    """The objective that the text names. Raises Problem."""
    try:
        return engine.parse_objective(objective)
    except engine.errors.ConvoscopeError as error:
        raise Problem("bad_value", str(error)) from error


def refuse(code: str, what: str, name: str, known: Iterable[str]) -> Any:
    """Raises the problem of a name that is not there; it lists the nearest names that are."""
    names = list(known)
    near = get_close_matches(name[:LONGEST_NAME], names, n=3) or names[:8]
    raise Problem(code, f"There is no {what} of that name. Known are: {', '.join(near) or 'none'}.")


async def of_app(request: Request) -> Services:
    """The services of the app that got the request. (Async, since a plain function would cost a thread.)"""
    found: Services = request.app.state.services
    return found


ServicesDep = Annotated[Services, Depends(of_app)]
