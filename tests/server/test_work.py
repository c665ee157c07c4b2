"""Few requests are worked on at a time, fairly; the same is done once; who leaves is forgotten; too much is refused."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from itertools import count
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from convoscope.server.limits import Limits
from convoscope.server.sessions import STUDENT
from convoscope.server.work import Work, is_heavy, is_work

SOON = 0.02  # seconds
TICK = 0.001


class App:
    """An app that begins what it is told to end."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.go: dict[str, asyncio.Event] = {}
        self.most = self.now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].rpartition("/")[2]
        self.begun.append(name)
        self.now += 1
        self.most = max(self.most, self.now)
        await self.go.setdefault(name, asyncio.Event()).wait()
        self.now -= 1
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": name.encode() + body})

    def end(self, *names: str) -> None:
        for name in names:
            self.go.setdefault(name, asyncio.Event()).set()


class Asked:
    """One request: `answer` is what comes of it, `leave` ends the connection."""

    serial = count()

    def __init__(self, work: Work, path: str, student: str, method: str = "GET", body: bytes = b"") -> None:
        self.left, self.sent = asyncio.Event(), [{"type": "http.request", "body": body, "more_body": False}]
        self.answer: list[Any] = []
        self.seconds = 0.0
        scope = {
            "type": "http",
            "method": method,
            "path": f"/api/{path}",
            "query_string": b"",
            "headers": [],
            STUDENT: student,
            "convoscope.request_id": "id",
        }
        self.task = asyncio.ensure_future(self.run(work, scope))

    async def run(self, work: Work, scope: Scope) -> None:
        start = time.perf_counter()
        await work(scope, self.receive, self.send)
        self.seconds = time.perf_counter() - start

    async def receive(self) -> Message:
        if self.sent:
            return self.sent.pop()
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.answer.append(message)

    @property
    def status(self) -> int:
        return int(self.answer[0]["status"]) if self.answer else 0

    @property
    def retry_after(self) -> str:
        return dict(self.answer[0]["headers"])[b"retry-after"].decode()


def alone(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Runs a test in an event loop of its own."""

    def run() -> None:
        asyncio.run(test())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def working(**limits: int) -> tuple[App, Work]:
    app = App()
    return app, Work(app, Limits(**limits))


@alone
async def test_no_more_are_worked_on_at_once_than_the_limit_says() -> None:
    for most in (1, 2, 3):
        app, work = working(at_once=most)
        asked = [Asked(work, f"a{k}", "ada") for k in range(4)]
        await settle()
        assert (len(app.begun), work.queue.waiting) == (most, 4 - most)
        app.end(*(f"a{k}" for k in range(4)))
        await asyncio.gather(*(a.task for a in asked))
        assert app.most == most
        assert [a.answer[1]["body"] for a in asked] == [b"a0", b"a1", b"a2", b"a3"]


@alone
async def test_students_take_turns_however_many_requests_one_has() -> None:
    app, work = working(at_once=1)
    asked = [Asked(work, f"greedy{k}", "greedy") for k in range(5)]
    await settle()
    asked += [Asked(work, "bob", "bob"), Asked(work, "cy", "cy")]
    await settle()
    app.end("bob", "cy", *(f"greedy{k}" for k in range(5)))
    await asyncio.gather(*(a.task for a in asked))
    assert app.begun == ["greedy0", "greedy1", "bob", "cy", "greedy2", "greedy3", "greedy4"]


@alone
async def test_who_asks_what_is_being_computed_waits_for_it_and_takes_no_place() -> None:
    app, work = working(at_once=2, queue_length=1)
    asked = [Asked(work, "same", f"student {k}") for k in range(300)]
    other = Asked(work, "other", "bob")
    await settle()
    assert app.begun == ["same", "other"]
    app.end("same", "other")
    await asyncio.gather(*(a.task for a in asked), other.task)
    assert {a.status for a in asked} == {200}, "none is refused, since the answer is there"


@alone
async def test_heavy_work_leaves_a_place_to_quick_work_and_has_its_turn_all_the_same() -> None:
    app, work = working(at_once=2)
    heavy = [Asked(work, f"heavy{k}", "ada", "POST", b"!") for k in range(3)]
    await settle()
    assert app.begun == ["heavy0"]
    quick = [Asked(work, f"quick{k}", "bob") for k in range(9)]
    await settle()
    assert app.begun == ["heavy0", "quick0"]
    app.end(*(f"quick{k}" for k in range(9)), *(f"heavy{k}" for k in range(3)))
    await asyncio.gather(*(a.task for a in (*heavy, *quick)))
    assert app.begun.index("heavy2") < app.begun.index("quick8")
    assert heavy[0].answer[1]["body"] == b"heavy0!"


@alone
async def test_who_leaves_while_waiting_is_forgotten() -> None:
    app, work = working(at_once=1)
    first, second, third = (Asked(work, name, "ada") for name in ("first", "second", "third"))
    twin = Asked(work, "first", "bob")
    await settle()
    second.left.set()
    twin.left.set()
    await asyncio.gather(second.task, twin.task)
    assert (work.queue.waiting, work.queue.abandoned, second.answer) == (1, 1, [])
    app.end("first", "third")
    await asyncio.gather(first.task, third.task)
    assert app.begun == ["first", "third"]
    assert work.queue.running == 0


@alone
async def test_a_request_that_is_cut_off_never_gets_a_place() -> None:
    app, work = working(at_once=1)
    cut = Asked(work, "cut", "ada", "POST")
    cut.sent[0]["more_body"] = True
    cut.left.set()
    await cut.task
    assert (app.begun, work.queue.running) == ([], 0)


@alone
async def test_the_queue_holds_exactly_as_many_as_its_limit() -> None:
    app, work = working(at_once=1, queue_length=2)
    asked = [Asked(work, f"a{k}", f"student {k}") for k in range(4)]
    await settle()
    assert [a.status for a in asked] == [0, 0, 0, 503]
    assert asked[3].seconds < SOON
    assert asked[3].retry_after == "1"
    assert b'"code":"busy"' in asked[3].answer[1]["body"]
    app.end("a0", "a1", "a2")
    await asyncio.gather(*(a.task for a in asked))
    assert [a.status for a in asked] == [200, 200, 200, 503]


@alone
async def test_who_would_wait_longer_than_the_limit_is_told_so_at_once() -> None:
    for seconds, status in ((2.9, 0), (3.0, 0), (3.1, 503)):
        app, work = working(at_once=1, queue_seconds=3)
        first = Asked(work, "first", "ada")
        await settle()
        work.queue.seconds = seconds
        second = Asked(work, "second", "bob")
        await settle()
        assert second.status == status
        if status:
            assert second.retry_after == "4"
        app.end("first", "second")
        await asyncio.gather(first.task, second.task)


@alone
async def test_no_more_files_are_on_their_way_than_the_limit_says() -> None:
    app, work = working(uploads_at_once=2)
    asked = [Asked(work, f"a{k}", "ada", "PUT") for k in range(3)]
    await settle()
    assert [a.status for a in asked] == [0, 0, 503]
    app.end("a0", "a1")
    await asyncio.gather(*(a.task for a in asked))
    assert work.uploading == 0


@alone
async def test_a_failure_gives_its_place_back_and_those_who_waited_for_it_try_themselves() -> None:
    calls: list[str] = []

    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        calls.append(scope["path"])
        await asyncio.sleep(TICK)
        raise RuntimeError("a bug")

    work = Work(fails, Limits(at_once=1))
    asked = [Asked(work, "same", "ada"), Asked(work, "same", "bob")]
    told: list[Awaitable[None]] = [a.task for a in asked]
    assert [type(e) for e in await asyncio.gather(*told, return_exceptions=True)] == [RuntimeError] * 2
    assert (len(calls), work.queue.running) == (2, 0)


@pytest.mark.parametrize(
    ("method", "path", "work", "heavy"),
    [
        ("GET", "/", True, False),
        ("GET", "/static/main.js", False, False),
        ("GET", "/api/limits", False, False),
        ("GET", "/api/traces/a/b/nodes/steps/activations", True, False),
        ("GET", "/api/traces/a/b/steps", True, True),
        ("GET", "/api/traces/a/b/check/conv1.bias@0", True, True),
        ("GET", "/api/batches/a/b,c", True, True),
        ("GET", "/api/traces/a/b/nodes/check/x/activations", True, False),
        ("POST", "/api/convolve", True, True),
    ],
)
def test_what_costs_nothing_does_not_wait(method: str, path: str, work: bool, heavy: bool) -> None:
    assert is_work(path) is work
    assert is_heavy({"method": method, "path": path}) is heavy
