"""What the server works on: few requests at a time, fairly, and no more than it can do soon.

A request for work waits in a queue beside the event loop until one of `at_once` places is free. Places go round the
students who wait; who looks at something comes before who uploads or draws something long. Who asks what somebody
asks already waits for that answer, and takes no place meanwhile. Who leaves is forgotten. When the queue would take
longer than `queue_seconds`, or is full, the answer is 503 at once, and says when to ask again.
"""

import asyncio
import re
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import ceil
from time import perf_counter

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convoscope.server.askers import Gone, Question, whole
from convoscope.server.errors import Problem
from convoscope.server.handlers import as_json
from convoscope.server.limits import Limits
from convoscope.server.notes import note
from convoscope.server.patience import GONE
from convoscope.server.sessions import OWN, STUDENT

FREE = ("/api/limits", "/api/docs", "/api/openapi.json")
"""Addresses below /api/ that cost nothing."""
PROGRESS = "/progress"
"""How an address ends that says how far work is, and so must not wait for it."""
HEAVY = re.compile(r"^/api/batches/|^/api/traces/[^/]+/[^/]+/(steps$|check/)")
"""What is computed again and again: training steps, checks of a gradient, batches."""
IN_A_ROW = 4
"""After so many quick requests a heavy one has its turn, so that it cannot wait for ever."""
ALSO = 0.1
"""How much the latest request counts in the mean time that one takes."""
BUSY = "The server has more to do than it can do soon. Ask again in {} s."
UPLOADING = "The server takes {} uploads at the same time, and has them. Ask again in 1 s."


class Line:
    """Who waits, by student; the students take turns."""

    def __init__(self) -> None:
        self._students: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._students.values()))

    def join(self, student: str) -> "asyncio.Future[None]":
        """A place in the line, done when it is one's turn."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._students.setdefault(student, deque()).append(turn)
        return turn

    def leave(self, student: str, turn: "asyncio.Future[None]") -> None:
        """Forgets somebody who waited."""
        with suppress(KeyError, ValueError):
            self._students[student].remove(turn)
            if not self._students[student]:
                del self._students[student]

    def call(self) -> None:
        """The next one's turn."""
        student, turns = self._students.popitem(last=False)
        turn = turns.popleft()
        if turns:
            self._students[student] = turns  # behind all others
        turn.set_result(None)


class Queue:
    """The places to work at, and the two lines before them."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.quick, self.heavy = limits, Line(), Line()
        self.running = self.heavy_running = self.in_a_row = 0
        self.refused = self.abandoned = 0
        self.seconds = 0.0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self.quick) + len(self.heavy)

    def admit(self) -> None:
        """Raises Problem when one more would have to wait too long."""
        free = self.running < self.limits.at_once and not self.waiting
        wait = (self.waiting + 1) * self.seconds / self.limits.at_once
        if not free and (self.waiting >= self.limits.queue_length or wait > self.limits.queue_seconds):
            self.refused += 1
            raise busy(BUSY.format(max(ceil(wait), 1)), self.limits.queue_length, max(ceil(wait), 1))

    async def enter(self, student: str, heavy: bool, gone: "Gone") -> bool:
        """Waits for a place; False when the one who asked has left before."""
        line = self.heavy if heavy else self.quick
        turn = line.join(student)
        self.call()
        try:
            if not turn.done():
                await gone.or_done(turn)
        except asyncio.CancelledError:
            self.leave(line, student, turn, heavy)
            raise
        if not turn.done():
            self.leave(line, student, turn, heavy)
        return turn.done()

    def leave(self, line: Line, student: str, turn: "asyncio.Future[None]", heavy: bool) -> None:
        """Forgets somebody who waited, or gives back the place that came too late."""
        self.abandoned += 1
        if turn.done():
            self.give_back(heavy)
        else:
            line.leave(student, turn)

    def call(self) -> None:
        """Gives free places to those whose turn it is. Heavy work leaves one place to quick work."""
        while self.running < self.limits.at_once and self.waiting:
            may = bool(self.heavy) and self.heavy_running < max(self.limits.at_once - 1, 1)
            turn_of_heavy = may and (not self.quick or self.in_a_row >= IN_A_ROW)
            if not turn_of_heavy and not self.quick:
                return
            self.in_a_row = 0 if turn_of_heavy else self.in_a_row + 1
            self.running += 1
            self.heavy_running += turn_of_heavy
            (self.heavy if turn_of_heavy else self.quick).call()

    @contextmanager
    def place(self, heavy: bool) -> Iterator[None]:
        """Gives the place back at the end."""
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds += ALSO * (perf_counter() - start - self.seconds)
            self.give_back(heavy)

    def give_back(self, heavy: bool) -> None:
        """Frees a place for the next one."""
        self.running -= 1
        self.heavy_running -= heavy
        self.call()


class Work:
    """Wraps the app."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app, self.limits, self.queue = app, limits, Queue(limits)
        self._asked: dict[tuple[object, ...], Question] = {}
        self.uploading = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if not is_work(scope["path"]):
                await self.app(scope, receive, send)
            elif scope["method"] == "PUT":
                await self.upload(scope, receive, send)
            else:
                await self.work(scope, receive, send)
        except Problem as problem:
            note(scope, code=problem.code)
            await as_json(problem, scope["convoscope.request_id"], problem.headers)(scope, receive, send)
        finally:
            note(scope, route=getattr(scope.get("route"), "path", ""), request_id=scope["convoscope.request_id"])

    async def upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A file that comes as slowly as its sender is: bounded in number, in no line."""
        most = self.limits.uploads_at_once
        if self.uploading >= most:
            self.queue.refused += 1
            raise busy(UPLOADING.format(most), most, 1)
        self.uploading += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.uploading -= 1

    async def work(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request whose body is here as a whole before it takes a place."""
        said = await whole(receive)
        if said is None:
            return
        gone, key = Gone(receive), asked(scope)
        theirs, mine = self._asked.get(key), Question()
        try:
            if theirs is not None:
                theirs.waiting += 1
                try:
                    await gone.or_done(theirs.answered)
                finally:
                    theirs.leave()
                if not theirs.answered.done():
                    return
            else:
                self.queue.admit()
                if scope["method"] == "GET":
                    self._asked[key] = mine
            await self.at_a_place(scope, said, gone, send, mine)
        finally:
            gone.close()
            if self._asked.get(key) is mine:
                del self._asked[key]
                mine.answered.set_result(None)

    async def at_a_place(self, scope: Scope, said: Message, gone: Gone, send: Send, mine: Question) -> None:
        """Runs the app when it is this student's turn. It stops when nobody waits for the answer any more."""
        heavy = is_heavy(scope)

        async def tell() -> Message:
            nonlocal said
            message, said = said, {}
            return message or await gone.message()

        if await self.queue.enter(scope.get(STUDENT, OWN), heavy, gone):
            GONE.set(mine.left)
            gone.then(mine.leave)
            with self.queue.place(heavy):
                await self.app(scope, tell, send)


def asked(scope: Scope) -> tuple[object, ...]:
    """What is asked for: requests that agree in this get the same answer."""
    headers = Headers(scope=scope)
    return scope["method"], scope["path"], scope["query_string"], headers.get("accept"), headers.get("if-none-match")


def is_work(path: str) -> bool:
    """Whether an address may have to be computed. (The first page shows a trace.)"""
    return path == "/" or (path.startswith("/api/") and path not in FREE and not path.endswith(PROGRESS))


def is_heavy(scope: Scope) -> bool:
    """Whether a request takes long by what it is."""
    return scope["method"] != "GET" or bool(HEAVY.search(scope["path"]))


def busy(detail: str, limit: int, seconds: int) -> Problem:
    """Too much to do: ask again in so many seconds."""
    problem = Problem("busy", detail, limit=limit)
    problem.headers = {"Retry-After": str(seconds)}
    return problem
