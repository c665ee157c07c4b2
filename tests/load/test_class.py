"""A small class for a short time, and what holds for it on however busy a machine; `python3 dev.py soak` is longer."""

import asyncio
import statistics
from collections.abc import Iterator

import pytest

from benchmarks.load import half_open
from benchmarks.room import Server, running
from benchmarks.students import NET, Seen, Student, classroom, computed, herd

CPU_MS = 40.0
"""Processor time of an action, of which one in five is new; 6 as measured."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A room whose queue is soon full."""
    with running(CONVOSCOPE_LIMITS__QUEUE_SECONDS="600") as live:
        yield live


def test_a_class_gets_its_answers_and_they_are_small(server: Server) -> None:
    before = server.cpu()
    seen = asyncio.run(classroom(server, 15, 1.5, every=0.3))
    assert (seen.errors, seen.refused) == ([], [])
    assert len(seen.ms) > 10
    assert statistics.median(seen.sizes) <= 50_000
    assert 1000 * (server.cpu() - before) / len(seen.ms) < CPU_MS


def test_one_button_pressed_by_all_is_one_computation(server: Server) -> None:
    path = f"{NET}/dog-drawn/gradients/summary?objective=unit:conv6@1,2,3"
    seen, results = asyncio.run(herd(server, 60, path))
    assert (len(seen.ms), seen.errors, seen.refused) == (60, [], [])
    assert results <= 3, "the trace, the gradients and their view, once each"


def test_half_requests_are_nobodys_trouble(server: Server) -> None:
    async def beside() -> Seen:
        opened = await half_open(server, 100)
        seen = await classroom(server, 5, 0.5, every=0.2)
        for writer in opened:
            writer.close()
        return seen

    assert asyncio.run(beside()).errors == []


def test_too_much_is_refused_at_once_and_all_is_well_afterwards() -> None:
    async def many(server: Server) -> tuple[list[int], int]:
        people = [Student(server, k) for k in range(30)]
        for person in people:
            await person.come()
        asked = (
            person.get(f"{NET}/cat-drawn/gradients?objective=unit:conv6@1,{k % 8},{k // 8}")
            for k, person in enumerate(people)
        )
        found = [status for status, _ in await asyncio.gather(*asked)]
        again = (await people[0].get(f"{NET}/cat-drawn"))[0]
        for person in people:
            person.leave()
        return found, again

    with running(CONVOSCOPE_LIMITS__AT_ONCE="1", CONVOSCOPE_LIMITS__QUEUE_LENGTH="3") as server:
        found, again = asyncio.run(many(server))
        assert computed(server) > 0
    assert set(found) == {200, 503}
    assert found.count(200) >= 4
    assert again == 200
