"""Opened networks in the store: written as our own safetensors file, so that a stranger's is read only once."""

import re
from dataclasses import dataclass, replace
from typing import Any

from convoscope import engine
from convoscope.server.library import Model
from convoscope.server.models import report_of
from convoscope.server.models_child import report
from convoscope.server.sessions import Lock
from convoscope.server.uploads import Uploads

ID = re.compile(r"[a-z2-7]{26}")


@dataclass(frozen=True)
class Shelf:
    """Where opened networks are kept. kept: None where nothing can be. lock: what signs ids in a room."""

    kept: Uploads | None
    lock: Lock | None

    def keep(self, model: Model, student: str) -> Model:
        """Keeps the network, and gives it the id that it has for this student. Raises Problem when there is no room.

        In a room the id depends on the student, too: nobody can find out what somebody else has opened.
        """
        if self.lock is not None:
            id = self.lock.sign(student, model.content)
            model = replace(model, name=id, content=id)
        if self.kept is not None:
            self.kept.keep("network", model.content, student, about(model), plain(model.network).save())
        return model

    def use(self, id: str) -> None:
        """Notes that a network was used that is in memory."""
        if self.kept is not None:
            self.kept.use("network", id)

    def find(self, id: str) -> Model | None:
        """The network that was kept under this id; None when there is none. Raises Problem when it is damaged."""
        if self.kept is None or not ID.fullmatch(id):
            return None
        found = self.kept.find("network", id)
        if found is None:
            return None
        said = found.about
        network = replace(
            engine.load_safetensors(found.data), labels=tuple(said["labels"]), report=report_of(said["report"])
        )
        return Model(id, said["title"], network, id, own=True, guessed=said["guessed"], notes=tuple(said["notes"]))


NOWHERE = Shelf(None, None)
"""Keeps nothing."""


def about(model: Model) -> dict[str, Any]:
    """What is known about a network besides its layers and weights."""
    return {
        "title": model.title,
        "labels": list(model.network.labels),
        "guessed": model.guessed,
        "notes": list(model.notes),
        "report": report(model.network),
    }


def plain(network: engine.Network) -> engine.Network:
    """The network without the names of its classes, so that it is kept once under however many names."""
    return replace(network, labels=(), report=None)
