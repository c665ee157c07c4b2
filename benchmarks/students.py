"""Students at their browsers, as a load: each acts by chance, as the page does, on one connection that stays open.

What somebody does is a picture, all activations, a window on its way, a number, the way back of a number, gradients;
one action in five is about what nobody has asked before: another number, another objective, a what-if. The generator
reads only what it needs of an answer, so that it takes a small part of what the server takes.
"""

import asyncio
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.room import Server

NET = "/api/traces/example-cnn"
PICTURES = ("cat-photo", "cat-drawn", "dog-drawn", "ship-drawn", "truck-drawn", "bird-drawn")
EVERY = 2.0
"""Seconds between two actions of a student, on average."""
MISSES = 0.2
COOKIE = re.compile(rb"set-cookie: convoscope=([a-z2-7.]+)")
Answer = tuple[int, int]
"""Status, and bytes of the body."""


@dataclass
class Seen:
    """What became of the actions. ms: of those that were answered. refused: ms of each 503."""

    ms: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cores: float = 0.0
    generator: float = 0.0
    late: list[float] = field(default_factory=list)
    """ms by which actions began late, since the generator had no processor, or its student still waited."""
    made: float = 0.0
    """Share of the answers that had to be put together."""

    def line(self) -> str:
        """All of it in a line."""
        p50, p99 = quantile(self.ms, 0.5), quantile(self.ms, 0.99)
        size = statistics.median(self.sizes) / 1000 if self.sizes else 0
        return (
            f"{len(self.ms) / self.seconds:7.1f} answers/s  p50 {p50:7.1f} ms  p99 {p99:7.1f} ms  "
            f"median {size:5.1f} kB  {self.made:3.0%} made  "
            f"{len(self.refused)} refused (p50 {quantile(self.refused, 0.5):.1f}, "
            f"p99 {quantile(self.refused, 0.99):.1f} ms)  {len(self.errors)} errors  "
            f"{self.cores:.2f} cores; generator {self.generator:.2f} cores, "
            f"late p99 {quantile(self.late, 0.99):.1f} ms"
        )


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies; 0 where there are none."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else 0.0


class Connection(asyncio.Protocol):
    """One connection: a request at a time, and of its answer the status, the bytes and the cookie."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.head, self.missing, self.status, self.size = b"", -1, 0, 0
        self.answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def ask(self, request: bytes) -> "asyncio.Future[Answer]":
        """Sends a request; its answer."""
        assert self.transport is not None
        self.head, self.missing = b"", -1
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self.answer

    def data_received(self, data: bytes) -> None:
        if self.missing < 0:
            self.head += data
            head, end, body = self.head.partition(b"\r\n\r\n")
            if not end:
                return
            self.head = head.lower()
            _, _, length = self.head.partition(b"content-length: ")
            self.status, self.size = int(head[9:12]), int(length.split(b"\r", 1)[0] or 0)
            self.missing = self.size - len(body)
        else:
            self.missing -= len(data)
        if self.missing == 0 and self.answer is not None and not self.answer.done():
            self.answer.set_result((self.status, self.size))

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(ConnectionResetError("the connection was closed"))


class Student:
    """One browser with one connection. address: says what comes next."""

    def __init__(self, server: Server, number: int) -> None:
        self.server, self.random = server, random.Random(number)
        self.connection: Connection | None = None
        self.cookie = ""
        self.address: Callable[[], str] = self.next

    async def act(self, seen: Seen, due: float) -> None:
        """One action, measured from when it was due; a refusal, from when it was asked for."""
        sent = time.perf_counter()
        seen.late.append(1000 * (sent - due))
        try:
            status, size = await self.get(self.address())
        except OSError as error:
            seen.errors.append(type(error).__name__)
            self.leave()
            return
        now = time.perf_counter()
        if status == 503:
            seen.refused.append(1000 * (now - sent))
        elif status == 200:
            seen.ms.append(1000 * (now - due))
            seen.sizes.append(size)
        else:
            seen.errors.append(str(status))

    def next(self) -> str:
        """What this student wants to see next."""
        chance, choose = self.random, self.random.choice
        new = chance.random() < MISSES
        picture = f"{NET}/{choose(PICTURES)}"
        k, i, j = (chance.randrange(n) for n in (10, 30, 30)) if new else (choose((0, 3)), 7, 7)
        objective = f"unit:conv6@{k},{i % 8},{j % 8}" if new else f"loss:{choose((0, 3))}"
        edit = f"fc.bias@{k}={chance.random():.6f}" if new else ""
        node = choose(("conv1", "conv2", "relu1"))
        return choose(
            (
                f"{picture}?edit={edit}" if new else picture,
                f"{picture}/activations.safetensors?dtype=float16" + (f"&edit={edit}" if new else ""),
                f"{picture}/nodes/{node}/windows.safetensors?channel={k % 10}&from={i}&count={64 - j}",
                f"{picture}/nodes/{node}/at/{k % 10},{i},{j}",
                f"{picture}/nodes/conv2/at/{k % 10},{i},{j}?direction=backward&objective={objective}",
                f"{picture}/gradients/summary?objective={objective}",
            )
        )

    async def get(self, path: str) -> Answer:
        """Status and bytes of an answer."""
        connection = self.connection
        if connection is None or connection.transport is None:
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(Connection, self.server.host, self.server.port)
            self.connection = connection
        cookie = f"Cookie: convoscope={self.cookie}\r\n" if self.cookie else ""
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n{cookie}\r\n"
        answer = await connection.ask(head.encode())
        if not self.cookie and (given := COOKIE.search(connection.head)):
            self.cookie = given[1].decode()
        if b"connection: close" in connection.head:
            self.leave()
        return answer

    async def come(self) -> None:
        """Opens the room's link."""
        await self.get(f"/?key={self.server.key}")

    def leave(self) -> None:
        """Closes the connection."""
        if self.connection is not None and self.connection.transport is not None:
            self.connection.transport.close()
        self.connection = None

    async def work(self, seen: Seen, until: float, every: float) -> None:
        """Acts now and then until the end. An action that is late does not put off the next one."""
        due = time.perf_counter() + self.random.random() * every
        while due < until:
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            await self.act(seen, due)
            due += self.random.expovariate(1 / every)


async def classroom(server: Server, students: int, seconds: float, every: float = EVERY, first: int = 0) -> Seen:
    """So many students for so long. first: the number of the first one, which decides what each of them does."""
    people, seen = [Student(server, first + k) for k in range(students)], Seen()
    for person in people:
        await person.come()
    made, found = answers(server)
    start, used, own = time.perf_counter(), server.cpu(), time.process_time()
    await asyncio.gather(*(person.work(seen, start + seconds, every) for person in people))
    seen.seconds = time.perf_counter() - start
    seen.cores = (server.cpu() - used) / seen.seconds
    seen.generator = (time.process_time() - own) / seen.seconds
    for person in people:
        person.leave()
    now_made, now_found = answers(server)
    seen.made = (now_made - made) / max(now_made + now_found - made - found, 1)
    return seen


def answers(server: Server) -> tuple[float, float]:
    """How many answers the server has put together, and how many it had."""
    counted = server.counters()
    return counted["convoscope_answers_made_total"], counted["convoscope_answers_shared_total"]


async def herd(server: Server, students: int, path: str) -> tuple[Seen, float]:
    """All press the same button at once: what they see, and how many results were computed for it."""
    people, seen = [Student(server, k) for k in range(students)], Seen()
    for person in people:
        await person.come()
        person.address = lambda: path
    before, start = computed(server), time.perf_counter()
    await asyncio.gather(*(person.act(seen, start) for person in people))
    seen.seconds = time.perf_counter() - start
    for person in people:
        person.leave()
    return seen, computed(server) - before


def computed(server: Server) -> float:
    """How many results the server has computed."""
    return server.counters()["convoscope_results_computed_total"]
