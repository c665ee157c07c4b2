"""What most addresses are about: a network that looks at a picture."""

from typing import Annotated, NamedTuple

from fastapi import Depends

from convoscope.server.errors import Problem
from convoscope.server.library import Model
from convoscope.server.pictures import Picture
from convoscope.server.services import ServicesDep, refuse


class Subject(NamedTuple):
    """A network and a picture."""

    model: Model
    picture: Picture

    @property
    def content(self) -> tuple[str, str]:
        """All that any answer about the two depends on."""
        return self.model.content, self.picture.content

    @property
    def private(self) -> bool:
        """Whether only the browser that sent the picture may keep answers."""
        return self.picture.private

    def nodes(self, listed: str | None, longest: int) -> list[str]:
        """The nodes and inputs that a list such as conv1,relu1 names, all when there is none. Raises Problem."""
        known = list(self.model.network.shapes)
        names = known if listed is None else listed.split(",")
        if listed is not None and len(names) > longest:
            detail = f"nodes names {len(names)} nodes; one request may name {longest}. Leave it out for all."
            raise Problem("list_too_long", detail, limit=longest, value=len(names))
        return [name if name in known else refuse("unknown_name", "node", name, known) for name in names]


async def _subject(services: ServicesDep, net: str, image: str) -> Subject:
    return Subject(services.model(net), services.picture(image))


SubjectDep = Annotated[Subject, Depends(_subject)]
