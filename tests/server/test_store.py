"""Memory is bounded by bytes, forgets the least recently used, and computes once for all who ask."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convoscope.server.store import Memory, Results, content_id


def test_an_id_depends_on_every_byte_and_on_where_the_parts_end() -> None:
    assert content_id(b"a") == content_id(b"a")
    assert len({content_id(b"ab"), content_id(b"a", b"b"), content_id(b"", b"ab"), content_id(b"ab", b"")}) == 4
    assert len(content_id(b"")) == 26


def test_what_was_used_least_recently_goes_first() -> None:
    memory: Memory[str] = Memory(3)
    for name in "abc":
        memory.put(name, name, 1)
    assert memory.get("a") == "a"
    memory.put("d", "d", 1)
    assert [memory.get(name) for name in "abcd"] == ["a", None, "c", "d"]


def test_a_value_that_is_put_again_counts_once() -> None:
    memory: Memory[str] = Memory(10)
    memory.put("a", "old", 6)
    memory.put("a", "new", 7)
    assert (memory.get("a"), memory.size, len(memory)) == ("new", 7, 1)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 12)), max_size=60))
def test_memory_never_holds_more_than_its_limit(puts: list[tuple[int, int]]) -> None:
    memory: Memory[int] = Memory(10)
    for key, size in puts:
        memory.put(key, size, size)
        assert memory.size <= 10
        assert (memory.get(key) == size) is (size <= 10)
    assert memory.size == sum(v for k in range(6) if (v := memory.get(k)) is not None)


def test_all_who_ask_at_once_share_one_computation() -> None:
    results, everybody = Results(1000), threading.Barrier(16)
    asked: list[int] = []

    def make() -> str:
        asked.append(1)
        return "made"

    def ask(_: int) -> str:
        everybody.wait()
        return results.get("key", make, len)

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(16))) == {"made"}
    assert len(asked) == 1


def test_those_who_wait_get_the_value_even_when_it_is_too_large_to_keep() -> None:
    results, begun, go = Results(1), threading.Event(), threading.Event()

    def make() -> str:
        begun.set()
        go.wait()
        return "large"

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(results.get, "key", make, len)
        begun.wait()
        second = pool.submit(results.get, "key", make, len)
        while not second.running():
            pass
        go.set()
        assert (first.result(), second.result()) == ("large", "large")
    assert len(results.memory) == 0


def test_a_failure_reaches_all_who_wait_and_is_tried_again_next_time() -> None:
    results = Results(1000)

    def fail() -> str:
        raise ValueError("not this time")

    with pytest.raises(ValueError, match="not this time"):
        results.get("key", fail, len)
    assert results.get("key", lambda: "made", len) == "made"


def test_different_keys_do_not_wait_for_one_another() -> None:
    results, inner = Results(1000), threading.Event()

    def outer() -> str:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(results.get, "b", lambda: "b", len).add_done_callback(lambda _: inner.set())
            assert inner.wait(10)
        return "a"

    assert results.get("a", outer, len) == "a"
