"""What most addresses are about: a network that looks at a picture, with or without what-if edits."""

from typing import Annotated, NamedTuple

from fastapi import Depends, Query

from convoscope import engine
from convoscope.server.errors import Problem
from convoscope.server.library import Model
from convoscope.server.pictures import Picture
from convoscope.server.services import ServicesDep, refuse
from convoscope.server.what_if import LONGEST, parsed_edits


class Subject(NamedTuple):
    """A network, a picture, and what is changed of them."""

    model: Model
    picture: Picture
    edits: engine.Edits

    @property
    def content(self) -> tuple[str, str]:
        """All that any answer about the two depends on."""
        return self.model.content, self.picture.content

    @property
    def private(self) -> bool:
        """Whether only the browser that sent the picture or the network may keep answers."""
        return self.picture.private or self.model.own

    def nodes(self, listed: str | None, longest: int) -> list[str]:
        """The nodes and inputs that a list such as conv1,relu1 names, all when there is none. Raises Problem."""
        known = list(self.model.network.shapes)
        names = known if listed is None else listed.split(",")
        if listed is not None and len(names) > longest:
            detail = f"nodes names {len(names)} nodes; one request may name {longest}. Leave it out for all."
            raise Problem("list_too_long", detail, limit=longest, value=len(names))
        return [name if name in known else refuse("unknown_name", "node", name, known) for name in names]


WHAT = "What if: numbers set, channels off, steps learnt, with semicolons between them."
Edit = Annotated[
    str, Query(description=WHAT, max_length=LONGEST, examples=["conv1.weight@3,0,1,1=0.5;input@0,5,7=1.2;off=conv2@4"])
]


async def _subject(services: ServicesDep, net: str, image: str, edit: Edit = "") -> Subject:
    model = services.model(net)
    return Subject(model, services.picture(image), parsed_edits(services, model, edit))


SubjectDep = Annotated[Subject, Depends(_subject)]
