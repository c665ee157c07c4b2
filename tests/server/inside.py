"""A server inside the test's own process, asked without a connection: starting it again takes milliseconds."""

import asyncio
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import pytest
from starlette.types import Message, Scope

from convoscope.engine import load_onnx
from convoscope.server.app import create_app
from convoscope.server.images import Decoder
from convoscope.server.library import Library, Model
from convoscope.server.limits import Limits
from convoscope.server.services import Services
from convoscope.server.sessions import COOKIE
from convoscope.server.settings import Settings
from tests.server.network_files import small

SMALL_DISK = Limits(disk_free=1)


class Answer(NamedTuple):
    """Status, headers by their name in lower case, and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def without_its_number(self) -> tuple[int, dict[str, str], bytes]:
        """All of it but the number that each request has."""
        number = self.headers.get("x-request-id", "-" * 16)
        return (
            self.status,
            {k: v for k, v in self.headers.items() if k != "x-request-id"},
            self.body.replace(number.encode(), b""),
        )


class Inside:
    """A server with a tiny network. What decodes pictures and reads networks outlives `restart`: it holds nothing."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.library = settings, Library([tiny()])
        self.loop, self.patch = asyncio.new_event_loop(), pytest.MonkeyPatch()
        self.patch.setattr(Services, "start", lambda services: None)  # no thread works beside a test
        self.decoder = Decoder(settings.limits)
        self.restart()
        self.helpers = self.services.brought.reader.helpers

    def restart(self) -> None:
        """Forgets all that is in memory."""
        app: Any = create_app(self.settings, self.library)
        self.app = app
        while not hasattr(app, "state"):
            app = app.app
        self.services: Services = app.state.services
        self.services.decoder = self.decoder
        if hasattr(self, "helpers"):
            self.services.brought.reader.helpers = self.helpers

    def move(self, folder: Path) -> None:
        """Starts again with the store in another folder."""
        self.settings = self.settings.model_copy(update={"data": str(folder)})
        self.restart()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.helpers.close()
        self.decoder.close()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        self.patch.undo()

    def cookie(self, student: str) -> dict[str, str]:
        """The header of somebody who was let in. student: 26 letters."""
        assert self.services.lock is not None
        return {"cookie": f"{COOKIE}={self.services.lock.cookie(student)}"}

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to a request from another machine."""
        said, messages = list[Message](), [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return messages.pop() if messages else await asyncio.Future[Message]()

        async def send(message: Message) -> None:
            said.append(message)

        place, _, query = path.partition("?")
        given = {"host": "localhost", "content-length": str(len(body)), **(headers or {})}
        scope: Scope = {"type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": place}
        scope.update(raw_path=place.encode(), query_string=query.encode(), root_path="", server=None)
        scope.update(client=("192.0.2.9", 1), headers=[(k.encode(), v.encode()) for k, v in given.items()])
        self.loop.run_until_complete(self.app(scope, receive, send))
        told = {k.decode(): v.decode("latin-1") for k, v in said[0]["headers"]}
        return Answer(said[0]["status"], told, b"".join(part.get("body", b"") for part in said[1:]))


def room(folder: Path, limits: Limits = SMALL_DISK) -> Inside:
    """A room with its store in the folder."""
    return Inside(Settings(public=True, data=str(folder), log="off", limits=limits))


@cache
def tiny() -> Model:
    """A network of four classes that is computed at once: conv, relu, mean, row, logits."""
    return Model("tiny", "Tiny", load_onnx(small()), "tiny")
