"""What the tests of the lessons share: a client of the live server, and every beat of every lesson."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from convoscope.server import lessons
from tests.live import LiveServer

BEATS = [(lesson.slug, beat.name) for lesson in (*lessons.lessons(), lessons.sandbox_lesson()) for beat in lesson.beats]


@pytest.fixture(scope="session")
def client(server: LiveServer) -> Iterator[httpx.Client]:
    """A program that talks to the live server."""
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False, verify=False) as found:
        yield found


@pytest.fixture(scope="session")
def board(client: httpx.Client) -> Any:
    """Asks for the figure of a beat: `board("stride", "slide", t=3)`."""

    def ask(slug: str, beat: str, /, **values: Any) -> dict[str, Any]:
        answer = client.get(f"/api/lessons/{slug}/{beat}", params={"values": json_of(values)})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return ask


@pytest.fixture(scope="session")
def predict(client: httpx.Client) -> Any:
    """Answers the question of a beat: `predict("stride", "predict", 4)`."""

    def say(slug: str, beat: str, given: Any, /, **values: Any) -> dict[str, Any]:
        query = {"given": json_of(given), "values": json_of(values)}
        answer = client.get(f"/api/lessons/{slug}/{beat}/answer", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return say


def json_of(value: Any) -> str:
    """A value as the query has it."""
    import json

    return json.dumps(value)


def items(board: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The parts of a figure of one kind."""
    return [item for row in board["rows"] for item in row if item["kind"] == kind]


def grid(board: dict[str, Any], name: str) -> Any:
    """The numbers of the grid whose name or title starts with `name`."""
    for item in items(board, "grid"):
        if item["name"].startswith(name):
            return item["values"]
    raise AssertionError(f"no grid {name!r} among {[item['name'] for item in items(board, 'grid')]}")
