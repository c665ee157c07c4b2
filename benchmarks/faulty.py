"""The side of benchmarks.faults that things go wrong for: the server without a network, one operation at a time.

    python -m benchmarks.faulty FOLDER OPERATION

It waits for SIGUSR1, does the operation, waits for SIGUSR2, says on a line of JSON how it went, and begins again: so
nothing but the operation happens between the two signals. A line on standard input turns it to another thing to keep.
"""

import asyncio
import io
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from starlette.types import Message, Receive, Scope, Send

from convoscope.server.blobs import Folder
from convoscope.server.library import Library
from convoscope.server.limits import Limits
from convoscope.server.serve import served
from convoscope.server.services import Services
from convoscope.server.settings import Settings
from convoscope.server.uploads import Uploads, digest, place

OLD = "old"
"""The upload that was there before; it stays, whatever happens."""
SIGNALS = {signal.SIGUSR1, signal.SIGUSR2}
LIMITS = Limits(disk_free=1, student_bytes=100_000)
NETWORK = (Path(__file__).parents[1] / "tests" / "reference" / "exported_dynamo.onnx").read_bytes()
Told = tuple[int, str]
"""A status and a body; 0 where no status is given."""


class Faulty:
    """A server, and what is done to it."""

    def __init__(self, folder: Path) -> None:
        setattr(Services, "warm", lambda self: None)  # noqa: B010 -- nothing may run beside the operation
        setattr(Services, "tidy", lambda self: None)  # noqa: B010
        self.folder, self.number, self.given = folder, 0, b""
        settings = Settings(data=str(folder / "store"), log="off", limits=LIMITS)
        app: Any = served(settings, Library()).config.app
        self.app = app
        while not hasattr(app, "state"):
            app = app.app
        self.services: Services = app.state.services
        self.loop = asyncio.Runner()
        self.network = json.loads(self.put("/api/networks?title=mine", NETWORK)[1])

    def ask(self, method: str, path: str, body: bytes = b"") -> Told:
        """The answer to a request."""

        said: list[Message] = []
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return messages.pop() if messages else await asyncio.Future[Message]()

        async def send(message: Message) -> None:
            said.append(message)

        place, _, query = path.partition("?")
        headers = [(b"host", b"localhost"), (b"content-length", str(len(body)).encode())]
        scope: Scope = {"type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": place}
        scope.update(raw_path=place.encode(), query_string=query.encode(), headers=headers)
        scope.update(client=None, server=None, root_path="")
        self.loop.run(self.answered(scope, receive, send))
        return said[0]["status"], b"".join(part.get("body", b"") for part in said[1:]).decode()

    async def answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Has the server answer."""
        await self.app(scope, receive, send)

    def put(self, path: str, body: bytes) -> Told:
        """The answer to something that is sent."""
        return self.ask("PUT", path, body)

    @property
    def kept(self) -> Uploads:
        """The store."""
        assert self.services.kept is not None
        return self.services.kept

    def picture(self) -> Told:
        """A student sends a picture."""
        out = io.BytesIO()
        Image.new("RGB", (40, 30), (self.number % 256, self.number // 256, 9)).save(out, "PNG")
        return self.put("/api/images", out.getvalue())

    def opens(self) -> Told:
        """A student opens a network, another one each time."""
        return self.put("/api/networks?title=other", self.given)

    def before_opens(self) -> None:
        """Makes the network's file."""
        model = self.services.model(self.network["id"])
        name = next(iter(model.network.params))
        changed = {key: np.full_like(array, self.number) for key, array in model.network.params[name].items()}
        self.given = replace(model.network, params={**model.network.params, name: changed}).save()

    def labels(self) -> Told:
        """A student names the classes of a network."""
        count = self.network["nodes"][-1]["shape"][0]
        names = "\n".join(f"{self.number} {k}" for k in range(count))
        return self.put(f"/api/networks/{self.network['id']}/labels", names.encode())

    def shared(self) -> Told:
        """Another one opens the link to what a student sent; that it was used is noted."""
        found = self.kept.find("image", OLD)
        assert found is not None
        return 200, found.data.decode()

    def before_shared(self) -> None:
        """Lets it be long since it was used."""
        os.utime(self.folder / "store" / place("image", OLD), (1, 1))

    def evicts(self) -> Told:
        """A student has sent so much that the student's oldest upload goes."""
        self.kept.keep("image", f"new{self.number}", "eve", {}, bytes(60_000) + str(self.number).encode())
        return 201, json.dumps({"id": f"new{self.number}"})

    def sweeps(self) -> Told:
        """An upload is too old, bytes are nobody's, a line of the index is missing and one is too many."""
        self.kept.sweep()
        return 200, ""

    def before_sweeps(self) -> None:
        """What a sweep has to do."""
        files = self.kept.files
        assert isinstance(files, Folder)
        self.kept.keep("image", f"too-old{self.number}", "bob", {}, b"the same bytes")
        os.utime(files.root / place("image", f"too-old{self.number}"), (1, 1))
        files.create(f"blobs/00/{self.number:064d}", b"nobody's")
        files.create("students/bob/7-image-gone", b"")
        for name in files.names(f"students/{digest('ada')}"):
            files.remove(name)

    def secret(self) -> Told:
        """A room makes its secret."""
        found = Uploads(Folder(self.folder / f"room{self.number}"), LIMITS).secret()
        return 200, found.hex()


OPERATIONS: dict[str, Callable[[Faulty], Told]] = {
    "upload a picture": Faulty.picture,
    "open a network": Faulty.opens,
    "name classes": Faulty.labels,
    "open what was shared": Faulty.shared,
    "forget the oldest": Faulty.evicts,
    "sweep and rebuild the index": Faulty.sweeps,
    "make a room's secret": Faulty.secret,
}


BEFORE: dict[str, Callable[[Faulty], None]] = {
    "open a network": Faulty.before_opens,
    "open what was shared": Faulty.before_shared,
    "sweep and rebuild the index": Faulty.before_sweeps,
}


def outcome(faulty: Faulty, operation: str) -> Told:
    """How the operation went: what is raised beside a server is told as the server would."""
    from convoscope.server.errors import Problem

    try:
        return OPERATIONS[operation](faulty)
    except Problem as problem:
        return problem.status_code, json.dumps({"code": problem.code, "detail": problem.detail})
    except (OSError, SystemExit) as error:
        return 0, f"{type(error).__name__}: {error}"


def main() -> None:
    """Does as it is told until standard input ends."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    faulty = Faulty(Path(sys.argv[1]))
    faulty.kept.keep("image", OLD, "ada", {}, b"the old one")
    operation = sys.argv[2]
    print("ready", flush=True)
    for line in sys.stdin:
        faulty.number = int(line)
        if operation in BEFORE:
            BEFORE[operation](faulty)
        faulty.services.uploads.put("", None, 0)  # type: ignore[arg-type]
        print("set", flush=True)
        signal.sigwait({signal.SIGUSR1})
        status, body = outcome(faulty, operation)
        signal.sigwait({signal.SIGUSR2})
        print(json.dumps([status, body]), flush=True)


if __name__ == "__main__":
    main()
