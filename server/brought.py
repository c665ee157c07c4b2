"""The networks that people opened here, and those that are made of another by naming classes or by ~ in its name."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

from anyio import CapacityLimiter

from convoscope.engine.formats.labels import parse_labels
from convoscope.server.errors import Problem
from convoscope.server.inputs import MARK, with_input
from convoscope.server.library import Model
from convoscope.server.limits import Limits
from convoscope.server.models import Reader, labelled
from convoscope.server.sessions import OWN
from convoscope.server.shelf import NOWHERE, Shelf
from convoscope.server.store import Memory, Results

DERIVED = 64 << 10
"""About the bytes of a network that shares its weights with another."""


class Brought:
    """What was opened, as long as there is memory for it. at_once: bounds the files that are read at the same time."""

    def __init__(self, limits: Limits, results: Results, shelf: Shelf = NOWHERE) -> None:
        self.limits, self.results, self.shelf = limits, results, shelf
        self.reader = Reader(limits, keeps=True)
        self.at_once = CapacityLimiter(limits.networks_at_once)
        self.models: Memory[Model] = Memory(limits.networks_memory)

    def find(self, name: str, known: Callable[[str], Model]) -> Model | None:
        """The network of this name, None when it is none of ours. known: finds networks of any name. Raises Problem."""
        base, mark, how = name.partition(MARK)
        if not mark:
            return self.remembered(name) or self.from_shelf(name)
        model = replace(known(base), name=base)
        key = ("model", model.content, base, how)
        return self.results.get(key, lambda: with_input(model, how, self.limits), lambda _: DERIVED)

    def open(self, folder: Path, title: str, gone: Event | None = None, student: str = OWN) -> Model:
        """Keeps the network whose file `given` lies in the folder. Raises Problem when it is none that can be shown."""
        return self.keep(self.shelf.keep(self.reader.model(folder, title, gone), student))

    def name_classes(self, model: Model, text: str, student: str = OWN) -> Model:
        """Keeps the network with other names for its classes. Raises Problem or FormatError."""
        return self.keep(self.shelf.keep(labelled(model, parse_labels(text)), student))

    def remembered(self, name: str) -> Model | None:
        """The network from memory."""
        found = self.models.get(name)
        if found is not None:
            self.shelf.use(name)
        return found

    def from_shelf(self, name: str) -> Model | None:
        """The network from the store, where it may have been put before a restart, or by another process."""
        found = self.shelf.find(name)
        return None if found is None else self.keep(found)

    def keep(self, model: Model) -> Model:
        """Remembers a network. Raises Problem when it is larger than all that may be kept."""
        limit = self.limits.networks_memory
        if model.size > limit:
            detail = f"The network's weights take {model.size} bytes; {limit} are kept. Open a smaller one."
            raise Problem("model_too_large", detail, limit=limit, value=model.size)
        self.models.put(model.content, model, model.size)
        return model
