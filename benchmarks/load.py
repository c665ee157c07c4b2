"""A class at work: what the server does for 300 students, for four times as many, and for a long time.

    python -m benchmarks.load [--long] [class|herd|overload|slow|soak]

Each student acts by chance once in two seconds, as the page does: another picture, a layer, a number, the way back; one
action in five is about what nobody has asked before. Who comes late is measured from when it should have come. The
generator runs beside the server, on the same machine.
"""

import argparse
import asyncio
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

COMMAND = (sys.executable, "-m", "convoscope.server", "--no-browser", "--port", "0", "--host", "127.0.0.1")
NET = "/api/traces/example-cnn"
PICTURES = ("cat-photo", "cat-drawn", "dog-drawn", "ship-drawn", "truck-drawn", "bird-drawn")
EVERY = 2.0
"""Seconds between two actions of a student, on average."""
MISSES = 0.2


@dataclass
class Server:
    """A running server. key: of the room, empty on one's own machine."""

    pid: int
    host: str
    port: int
    key: str

    def processes(self) -> list[int]:
        """The server and those that it started."""
        found = [self.pid]
        for pid in found:
            file = Path(f"/proc/{pid}/task/{pid}/children")
            found += map(int, file.read_text().split()) if file.exists() else ()
        return found

    def cpu(self) -> float:
        """Seconds of processor time that all of them have used."""
        return sum(cpu_of(pid) for pid in self.processes())

    def memory(self) -> int:
        """Resident bytes of the server itself."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def files(self) -> int:
        """What it has open."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def threads(self) -> int:
        """Its threads."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))


@dataclass
class Seen:
    """What became of the actions. ms: of those that were answered. refused: ms of each 503."""

    ms: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cores: float = 0.0

    def line(self) -> str:
        """All of it in a line."""
        p50, p99 = quantile(self.ms, 0.5), quantile(self.ms, 0.99)
        size = statistics.median(self.sizes) / 1000 if self.sizes else 0
        return (
            f"{len(self.ms) / self.seconds:7.1f} answers/s  p50 {p50:7.1f} ms  p99 {p99:7.1f} ms  "
            f"median {size:5.1f} kB  "
            f"{len(self.refused)} refused (p99 {quantile(self.refused, 0.99):.1f} ms)  {len(self.errors)} errors  "
            f"{self.cores:.2f} cores"
        )


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of them lies; 0 where there are none."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else 0.0


def cpu_of(pid: int) -> float:
    """Seconds of processor time of a process; 0 when it has gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(**variables: str) -> Iterator[Server]:
    """A room that has just been opened."""
    with tempfile.TemporaryDirectory() as data:
        environment = os.environ | {"CONVOSCOPE_DATA": data, "CONVOSCOPE_LOG": "off", "CONVOSCOPE_PUBLIC": "true"}
        process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True, env=environment | variables)
        assert process.stdout is not None
        found = re.search(r"(http://[\d.:]+)/\?key=(\w+)", process.stdout.readline())
        try:
            assert found, "the server did not start"
            place = urlsplit(found[1])
            yield Server(process.pid, str(place.hostname), int(place.port or 0), found[2])
        finally:
            process.terminate()
            process.communicate(timeout=15)


class Student:
    """One browser with one connection."""

    def __init__(self, server: Server, number: int) -> None:
        self.server, self.random = server, random.Random(number)
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.cookie = ""

    async def act(self, seen: Seen, due: float) -> None:
        """One action, measured from when it was due; a refusal, from when it was asked for."""
        sent = time.perf_counter()
        try:
            status, size = await self.get(self.address())
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            seen.errors.append(type(error).__name__)
            self.leave()
            return
        ms = 1000 * (time.perf_counter() - due)
        if status == 503:
            seen.refused.append(1000 * (time.perf_counter() - sent))
        elif status == 200:
            seen.ms.append(ms)
            seen.sizes.append(size)
        else:
            seen.errors.append(str(status))

    def address(self) -> str:
        """What this student wants to see next."""
        new, choose = self.random.random() < MISSES, self.random.choice
        picture = f"{NET}/{choose(PICTURES)}"
        k, i, j = (self.random.randrange(n) for n in (10, 30, 30)) if new else (choose((0, 3)), 7, 7)
        objective = f"unit:conv6@{k},{i % 8},{j % 8}" if new else f"loss:{choose((0, 3))}"
        node = choose(("conv1", "conv2", "relu1"))
        return choose(
            (
                picture,
                f"{picture}/activations.safetensors?dtype=float16",
                f"{picture}/nodes/{node}/windows.safetensors?channel={k % 10}&from={i}&count=64",
                f"{picture}/nodes/{node}/at/{k % 10},{i},{j}",
                f"{picture}/nodes/conv2/at/{k % 10},{i},{j}?direction=backward&objective={objective}",
                f"{picture}/gradients/summary?objective={objective}",
            )
        )

    async def get(self, path: str, method: str = "GET") -> tuple[int, int]:
        """Status and bytes of an answer."""
        reader, writer = self.streams = self.streams or await asyncio.open_connection(
            self.server.host, self.server.port, limit=1 << 20
        )
        cookie = f"Cookie: convoscope={self.cookie}\r\n" if self.cookie else ""
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n{cookie}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        found = re.search(r"content-length: (\d+)", head)
        size = int(found[1]) if found else 0
        await reader.readexactly(size)
        if given := re.search(r"set-cookie: convoscope=([a-z2-7.]+)", head):
            self.cookie = given[1]
        if "connection: close" in head:
            self.leave()
        return int(head.split(" ", 2)[1]), size

    async def come(self) -> None:
        """Opens the room's link."""
        await self.get(f"/?key={self.server.key}")

    def leave(self) -> None:
        """Closes the connection."""
        if self.streams is not None:
            self.streams[1].close()
        self.streams = None

    async def work(self, seen: Seen, until: float, every: float) -> None:
        """Acts now and then until the end. An action that is late does not put off the next one."""
        due = time.perf_counter() + self.random.random() * every
        while due < until:
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            await self.act(seen, due)
            due += self.random.expovariate(1 / every)


async def classroom(server: Server, students: int, seconds: float, every: float = EVERY) -> Seen:
    """So many students for so long."""
    people, seen = [Student(server, k) for k in range(students)], Seen()
    for person in people:
        await person.come()
    start, used = time.perf_counter(), server.cpu()
    await asyncio.gather(*(person.work(seen, start + seconds, every) for person in people))
    seen.seconds = time.perf_counter() - start
    seen.cores = (server.cpu() - used) / seen.seconds
    for person in people:
        person.leave()
    return seen


async def herd(server: Server, students: int, path: str) -> tuple[Seen, float, float]:
    """All press the same button at once: what they see, and computations of results before and after."""
    people, seen = [Student(server, k) for k in range(students)], Seen()
    for person in people:
        await person.come()
        person.address = lambda: path  # type: ignore[method-assign]
    before, start = await computed(server), time.perf_counter()
    await asyncio.gather(*(person.act(seen, start) for person in people))
    seen.seconds = time.perf_counter() - start
    for person in people:
        person.leave()
    return seen, before, await computed(server)


async def computed(server: Server) -> float:
    """How many results the server has computed."""
    return (await counters(server))["convoscope_results_computed_total"]


async def counters(server: Server) -> dict[str, float]:
    """The server's own numbers without labels."""
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    text = (await reader.read()).decode()
    writer.close()
    return {name: float(value) for name, value in re.findall(r"^(\w+) ([-+.e\d]+)$", text, flags=re.MULTILINE)}


async def half_open(server: Server, count: int) -> list[asyncio.StreamWriter]:
    """So many connections that have sent half a request and send no more."""
    found = []
    for _ in range(count):
        _, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        found.append(writer)
    return found


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the line nearest to the points."""
    xs, ys = zip(*points, strict=True)
    return statistics.linear_regression(xs, ys).slope


async def long_class(server: Server, long: bool) -> None:
    """300 students."""
    seen = await classroom(server, 300, 600 if long else 20)
    print(f"300 students          {seen.line()}  {server.memory() >> 20} MiB", flush=True)


async def button(server: Server, long: bool) -> None:
    """300 press the same button."""
    seen, before, after = await herd(server, 300, f"{NET}/dog-drawn/gradients/summary?objective=unit:conv6@1,2,3")
    print(f"the same button       {seen.line()}  {after - before:.0f} results computed", flush=True)


async def overload(server: Server, long: bool) -> None:
    """More and more, and back."""
    for times in (1, 2, 4, 1):
        seen = await classroom(server, 300, 60 if long else 10, EVERY / times)
        print(f"{times} times as much       {seen.line()}", flush=True)


async def slow(server: Server, long: bool) -> None:
    """300 students alone, and beside connections that are half open."""
    alone = await classroom(server, 300, 30 if long else 10)
    opened = await half_open(server, 3000)
    beside = await classroom(server, 300, 30 if long else 10)
    for writer in opened:
        writer.close()
    print(f"alone                 {alone.line()}\nbeside 3000 half open {beside.line()}", flush=True)


async def soak(server: Server, long: bool) -> None:
    """Actions without a pause: what grows."""
    points, actions = [], 0
    for _ in range(60 if long else 12):
        seen = await classroom(server, 100, 30 if long else 3, 1.0)
        actions += len(seen.ms)
        points.append((actions, server.memory()))
        print(f"soak                  {seen.line()}  {server.memory() >> 20} MiB", flush=True)
    half = points[len(points) // 2 :]
    print(
        f"soak: {slope(half) * 100_000 / 2**20:.2f} MiB for 100,000 actions in the second half, "
        f"{server.files()} files, {server.threads()} threads",
        flush=True,
    )


PARTS: dict[str, Callable[[Server, bool], Awaitable[None]]] = {
    "class": long_class,
    "herd": button,
    "overload": overload,
    "slow": slow,
    "soak": soak,
}


async def measured(part: Callable[[Server, bool], Awaitable[None]], server: Server, long: bool) -> None:
    """Runs a part."""
    await part(server, long)


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--long", action="store_true", help="minutes instead of seconds")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help="of class, herd, overload, slow, soak; all when none is named"
    )
    given = parser.parse_args()
    for name in given.parts or PARTS:
        with running() as server:
            asyncio.run(measured(PARTS[name], server, given.long))


if __name__ == "__main__":
    main()
