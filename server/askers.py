"""Who asks, and whether they still wait: what is asked for is answered once, and only while somebody does."""

import asyncio
from collections.abc import Callable
from threading import Event

from starlette.types import Message, Receive


class Gone:
    """Whether the one who asked has left. It is looked at only while somebody waits."""

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self._next: asyncio.Task[Message] | None = None

    async def or_done(self, other: "asyncio.Future[None]") -> None:
        """Waits until the other is done, or the one who asked has left."""
        self._next = self._next or asyncio.ensure_future(self.receive())
        await asyncio.wait((other, self._next), return_when=asyncio.FIRST_COMPLETED)

    async def message(self) -> Message:
        """The next message from the one who asked, which is that they left."""
        return await (asyncio.shield(self._next) if self._next is not None else self.receive())

    def then(self, run: Callable[[], None]) -> None:
        """Calls `run` as soon as the one who asked has left."""
        self._next = self._next or asyncio.ensure_future(self.receive())
        self._next.add_done_callback(lambda task: None if task.cancelled() else run())

    def close(self) -> None:
        """Looks no more."""
        if self._next is not None:
            self._next.cancel()


class Question:
    """What is being answered. left: set as soon as nobody waits for the answer any more."""

    def __init__(self) -> None:
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.left, self.waiting = Event(), 1

    def leave(self) -> None:
        """One of those who wait has gone."""
        self.waiting -= 1
        if self.waiting == 0:
            self.left.set()


async def whole(receive: Receive) -> Message | None:
    """The request's body as one message; None when its sender has left in the middle."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return {"type": "http.request", "body": b"".join(parts), "more_body": False}
