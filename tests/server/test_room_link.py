"""Whoever is in a room can show its link; nobody else is told the key, and no cache and no other site gets it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from convoscope.server.routes.room import shared
from convoscope.server.settings import Settings
from tests.server.inside import SMALL_DISK, Inside, room

ADA = "a" * 26
PAGE = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with room(tmp_path_factory.mktemp("room")) as found:
        yield found


def key(inside: Inside) -> str:
    assert inside.services.lock is not None
    return inside.services.lock.key


def test_who_is_in_is_told_the_link_by_the_name_that_the_page_has(inside: Inside) -> None:
    for host, scheme in (("192.0.2.5:8000", "http"), ("[2001:db8::5]:8000", "http"), ("localhost:8000", "http")):
        answer = inside.ask("GET", "/api/room", headers={**PAGE, **inside.cookie(ADA), "host": host})
        assert answer.said == {"link": f"{scheme}://{host}/?key={key(inside)}"}
        assert answer.headers["cache-control"] == "private, no-store"
        opened = inside.ask("GET", f"/?key={answer.said['link'].rpartition('=')[2]}", headers={"host": host})
        assert (opened.status, opened.headers["location"]) == (303, "/")


def test_who_is_not_in_is_told_no_key(inside: Inside) -> None:
    for headers in ({}, PAGE, {"cookie": f"convoscope={ADA}.{ADA}"}):
        answer = inside.ask("GET", "/api/room", headers=headers)
        assert answer.status == 403
        assert key(inside).encode() not in answer.body
        assert answer.without_its_number == inside.ask("GET", "/nowhere", headers=headers).without_its_number


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_is_not_told_the_key_of_who_reads_it(inside: Inside, site: str) -> None:
    answer = inside.ask("GET", "/api/room", headers={**inside.cookie(ADA), "sec-fetch-site": site})
    assert (answer.status, answer.said["code"]) == (403, "cross_origin")
    assert key(inside).encode() not in answer.body
    older = inside.ask("GET", "/api/room", headers={**inside.cookie(ADA), "origin": "https://evil.example"})
    assert older.said["code"] == "cross_origin"
    kind = inside.ask("GET", "/api/room", headers={**PAGE, **inside.cookie(ADA)}).headers
    assert kind["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in kind


def test_pages_of_a_room_know_that_they_are_in_one_and_hold_no_key(inside: Inside) -> None:
    for path in ("/", "/lessons", "/sandbox"):
        page = inside.ask("GET", path, headers=inside.cookie(ADA)).body
        assert b" data-room" in page
        assert key(inside).encode() not in page


def test_one_s_own_machine_is_no_room(tmp_path: Path) -> None:
    with Inside(Settings(data=str(tmp_path), log="off", limits=SMALL_DISK)) as own:
        assert own.ask("GET", "/api/room").status == 404
        assert b" data-room" not in own.ask("GET", "/").body


def test_a_machine_s_own_name_for_itself_is_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convoscope.server.routes.room.address_of_this_machine", lambda: "192.0.2.5")
    assert [shared(host) for host in ("localhost:8000", "127.0.0.1:8000", "[::1]:8000", "localhost")] == [
        "192.0.2.5:8000", "192.0.2.5:8000", "192.0.2.5:8000", "192.0.2.5",
    ]  # fmt: skip
    assert shared("class.example:8000") == "class.example:8000"


def test_who_has_no_key_reads_a_page_with_a_style_at_any_address(inside: Inside) -> None:
    for path in ("/", "/lessons/stride", "/api/room"):
        page = inside.ask("GET", path, headers={"accept": "text/html,*/*;q=0.8"})
        assert page.status == 403
        assert b"This room opens with its link." in page.body
        assert b"<style" not in page.body
        sheets = {
            inside.ask("GET", at, headers={"accept": "text/css,*/*;q=0.1"}).without_its_number[::2]
            for at in (path, "/room.css", "/lessons/room.css")
        }
        (sheet,) = sheets
        assert sheet[0] == 200
        assert b"main.error" in sheet[1]
