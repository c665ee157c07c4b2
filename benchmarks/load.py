"""A class at work: what the server does for 300 students, for four times as many, and for a long time.

    python -m benchmarks.load [--long] [class|herd|overload|slow|soak]

Each student acts by chance once in two seconds, as the page does (benchmarks/students.py). Who comes late is measured
from when it should have come. The generator runs beside the server, on the same machine, and says what it took of it.
"""

import argparse
import asyncio
import shutil
import statistics
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

from benchmarks.room import Server, running
from benchmarks.students import EVERY, NET, Seen, Student, classroom, herd, quantile

TIMES = (1, 2, 8, 4)
"""How many times the load is what it is, one after the other."""
HARDEST = 8
"""So many times it is ten seconds in the long form, too: what is asked for then takes four times as long to answer."""
AFTER = 2.0
"""Seconds after which all is to be as it was."""
AT_ONCE = 32
"""Students who ask without a pause, in the soak."""


HALF_OPEN = 5000


async def half_open(server: Server, count: int) -> list[asyncio.StreamWriter]:
    """So many connections that have sent half a request and send no more."""
    found = []
    for _ in range(count):
        _, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        found.append(writer)
    return found


@contextmanager
def slowhttptest(server: Server, count: int, seconds: int) -> Iterator[None]:
    """So many connections of slowhttptest, which send a header each second and never the last one."""
    command = ["slowhttptest", "-c", str(count), "-H", "-i", "1", "-r", "2000", "-x", "20", "-l", str(seconds)]
    command += ["-p", "5", "-u", f"http://{server.host}:{server.port}/"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


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
    seen, results = await herd(server, 300, f"{NET}/dog-drawn/gradients/summary?objective=unit:conv6@1,2,3")
    print(f"the same button       {seen.line()}  {results:.0f} results computed", flush=True)


async def overload(server: Server, long: bool) -> None:
    """More and more; then at once as little as before."""
    goodput = {}
    for times in TIMES:
        seen = await classroom(server, 300, 60 if long and times < HARDEST else 10, EVERY / times, first=1000 * times)
        goodput[times] = len(seen.ms) / seen.seconds
        print(f"{times} times as much       {seen.line()}  {server.memory() >> 20} MiB", flush=True)
    left = time.perf_counter()
    first, then = await classroom(server, 300, AFTER), await classroom(server, 300, 10)
    print(f"{AFTER:.0f} s afterwards        {first.line()}\nand then              {then.line()}", flush=True)
    print(
        f"goodput at 4 times {goodput[4] / max(goodput.values()):.0%} of the peak; {time.perf_counter() - left:.0f} s "
        f"after it p99 {quantile(then.ms, 0.99):.1f} ms",
        flush=True,
    )


async def slow(server: Server, long: bool) -> None:
    """300 students alone, and beside connections that are half open."""
    seconds = 60 if long else 10
    await classroom(server, 300, seconds / 2)
    alone = await classroom(server, 300, seconds)
    if shutil.which("slowhttptest"):
        with slowhttptest(server, HALF_OPEN, 3 * seconds):
            await asyncio.sleep(5)
            beside = await classroom(server, 300, seconds)
    else:
        opened = await half_open(server, HALF_OPEN)
        beside = await classroom(server, 300, seconds)
        for writer in opened:
            writer.close()
    again = await classroom(server, 300, seconds)
    for what, seen in (("alone", alone), (f"beside {HALF_OPEN} half open", beside), ("alone again", again)):
        print(f"{what:<22}{seen.line()}", flush=True)
    p99 = [quantile(seen.ms, 0.99) for seen in (alone, beside, again)]
    print(f"p99 beside them is {p99[1] / min(p99[0], p99[2]):.2f} times that alone", flush=True)


async def soak(server: Server, long: bool) -> None:
    """Actions without a pause: what grows once the memories are full."""
    points, actions = [], 0
    for part in range(80 if long else 6):
        seen = await without_pause(server, 6000 if long else 500, first=AT_ONCE * part)
        actions += len(seen.ms)
        points.append((actions, server.memory()))
        print(
            f"soak  {actions:7d}  {seen.line()}  {server.memory() / 2**20:.1f} MiB, {server.files()} files, "
            f"{server.threads()} threads",
            flush=True,
        )
    half = points[len(points) // 2 :]
    print(
        f"soak: {actions} actions; {slope(half) * 100_000 / 2**20:.2f} MiB for 100,000 in the second half, between "
        f"{min(m for _, m in half) / 2**20:.0f} and {max(m for _, m in half) / 2**20:.0f} MiB",
        flush=True,
    )


async def without_pause(server: Server, actions: int, first: int) -> Seen:
    """So many actions of students who ask again as soon as they have their answer."""
    people, seen = [Student(server, first + k) for k in range(AT_ONCE)], Seen()

    async def busy(person: Student) -> None:
        for _ in range(actions // AT_ONCE):
            await person.act(seen, time.perf_counter())

    for person in people:
        await person.come()
    start, used, own = time.perf_counter(), server.cpu(), time.process_time()
    await asyncio.gather(*map(busy, people))
    seen.seconds = time.perf_counter() - start
    seen.cores, seen.generator = (n / seen.seconds for n in (server.cpu() - used, time.process_time() - own))
    for person in people:
        person.leave()
    return seen


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
