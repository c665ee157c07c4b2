"""What nobody waits for any more stops where it is, and what somebody waits for goes on."""

import asyncio
from collections.abc import Callable
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from anyio import to_thread
from starlette.types import Receive, Scope, Send

from convoscope.engine import Learning, check_gradient, loss_curve, parse_objective
from convoscope.engine import run as run_of
from convoscope.server import movie
from convoscope.server.library import Library
from convoscope.server.limits import Limits
from convoscope.server.patience import GONE, Left, also, go_on
from convoscope.server.services import Services
from convoscope.server.settings import Settings
from convoscope.server.store import Results
from convoscope.server.work import Work
from tests.server.test_work import Asked, alone, settle

ENOUGH = 2_000  # passes of a loop that nobody ends


def a_long_pass(begun: Event, done: list[int]) -> Callable[[], None]:
    """What asks at every node whether it is waited for, until it is told to end."""

    def run() -> None:
        begun.set()
        for node in range(ENOUGH):
            done.append(node)
            end.wait(0.001)
            if end.is_set():
                return
            go_on()

    end = Event()
    run.end = end  # type: ignore[attr-defined]
    return run


class App:
    """An app that computes in a thread, as routes do."""

    def __init__(self) -> None:
        self.begun, self.done = Event(), list[int]()
        self.run = a_long_pass(self.begun, self.done)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await to_thread.run_sync(self.run)
        await send({"type": "http.response.start", "status": 200, "headers": []})


@alone
async def test_a_pass_stops_between_two_nodes_when_the_one_who_asked_has_left() -> None:
    app = App()
    asked = Asked(work := Work(app, Limits()), "long", "ada")
    await to_thread.run_sync(app.begun.wait)
    asked.left.set()
    with pytest.raises(Left):
        await asked.task
    assert 0 < len(app.done) < ENOUGH
    assert work.queue.running == 0


@alone
async def test_a_pass_goes_on_for_somebody_else_who_asked_the_same() -> None:
    app = App()
    work = Work(app, Limits())
    first, other = Asked(work, "long", "ada"), Asked(work, "long", "bob")
    await to_thread.run_sync(app.begun.wait)
    await settle()
    first.left.set()
    await settle()
    app.run.end.set()  # type: ignore[attr-defined]
    await asyncio.gather(first.task, other.task)
    assert other.status == 200


@alone
async def test_a_pass_stops_when_those_who_asked_the_same_have_left_too() -> None:
    app = App()
    work = Work(app, Limits())
    first, other = Asked(work, "long", "ada"), Asked(work, "long", "bob")
    await to_thread.run_sync(app.begun.wait)
    await settle()
    first.left.set()
    await settle()
    other.left.set()
    with pytest.raises(Left):
        await first.task
    await other.task
    assert 0 < len(app.done) < ENOUGH


def test_who_waits_for_a_result_whose_maker_has_left_makes_it() -> None:
    results, begun, gone, found = Results(100), Event(), Event(), list[str]()

    def make() -> str:
        GONE.set(gone)
        begun.set()
        gone.wait()
        go_on()
        return "never"

    def leave() -> None:
        with pytest.raises(Left):
            results.get("key", make, len)

    leader = Thread(target=leave)
    leader.start()
    begun.wait()
    waiter = Thread(target=lambda: found.append(results.get("key", lambda: "made", len)))
    waiter.start()
    while results.found == 0:  # until it waits for the leader's
        pass
    gone.set()
    leader.join()
    waiter.join()
    assert found == ["made"]


def test_a_trace_asks_at_every_node_and_none_is_kept_of_one_that_was_left() -> None:
    services = Services(Settings(), Library())
    model, picture = services.model("example-cnn"), services.picture("cat-drawn")
    gone, heard = Event(), list[str]()

    def told(node: str) -> None:
        heard.append(node)
        gone.set()

    token = GONE.set(gone)
    try:
        with pytest.raises(Left):
            model.network.trace(services.seen(model, picture).trace.activations["input"][0], told=also(told))
        assert len(heard) == 1, "it stopped before the second node"
        with pytest.raises(Left):
            services.seen(model, services.picture("dog-drawn"))
    finally:
        GONE.reset(token)
    assert services.seen(model, services.picture("dog-drawn")).trace.batch == 1


def left_at(nodes: int) -> tuple[Event, Callable[[str], None], list[str]]:
    """An event that a pass sets itself when so many nodes are done, what the pass has to tell, and what it told."""
    gone, heard = Event(), list[str]()

    def told(node: str) -> None:
        heard.append(node)
        if len(heard) == nodes:
            gone.set()

    return gone, told, heard


def stopped(services: Services, run: Callable[[Callable[[str], None]], object]) -> int:
    """After how many nodes a pass ends whose asker leaves when the third is done."""
    gone, told, heard = left_at(3)
    token = GONE.set(gone)
    try:
        with pytest.raises(Left):
            run(also(told))
    finally:
        GONE.reset(token)
    return len(heard)


def test_whatever_is_made_of_a_trace_stops_at_the_next_node() -> None:
    services = Services(Settings(), Library())
    model, picture = services.model("example-cnn"), services.picture("cat-drawn")
    trace, what = services.seen(model, picture).trace, parse_objective("loss:3")
    learning, x = Learning("adam", 0.01, 3, "loss:3"), trace.activations["input"][0]
    weight = "conv1.weight", (0, 0, 0, 0)
    plain = model.network.trace(x, exact=True)
    after = {
        "backward": stopped(services, lambda told: trace.gradients(what, told=told)),
        "backward, layer by layer": stopped(services, lambda told: plain.gradients(what, told=told)),
        "steps": stopped(services, lambda told: run_of(model.network, x, learning, told)),
        "a check": stopped(services, lambda told: check_gradient(trace, what, *weight, told=told)),
        "a curve": stopped(services, lambda told: loss_curve(trace, what, *weight, 0.0, told=told)),
    }
    assert after == dict.fromkeys(after, 3)


def test_gradients_that_nobody_waits_for_are_not_kept_and_who_still_waits_makes_them() -> None:
    services = Services(Settings(), Library())
    model, picture = services.model("example-cnn"), services.picture("cat-drawn")
    services.seen(model, picture)
    gone = Event()
    gone.set()
    token = GONE.set(gone)
    try:
        with pytest.raises(Left):
            services.gradients(model, picture, "loss:3")
    finally:
        GONE.reset(token)
    assert services.gradients(model, picture, "loss:3").value > 0
    assert services.results.computed == 2, "the trace, and the gradients once"


def test_a_moving_picture_stops_between_two_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    gone, drawn = Event(), list[int]()

    def frame(case: object, colours: object, step: int) -> None:
        drawn.append(step)
        gone.set()

    monkeypatch.setattr(movie, "frame", frame)
    token = GONE.set(gone)
    try:
        with pytest.raises(Left):
            movie.gif(SimpleNamespace(cells=range(9)), None)  # type: ignore[arg-type]
    finally:
        GONE.reset(token)
    assert drawn == [0]
