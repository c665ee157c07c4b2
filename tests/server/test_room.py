"""A room opens by its key alone; without it there is one answer, and inside nobody sees what another has sent."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import httpx
import pytest
from PIL import Image

from convoscope.server.guards import armour, is_address
from convoscope.server.sessions import Lock, is_https, is_local
from convoscope.server.settings import Settings
from tests.live import LiveServer, live_server

OUTSIDE = ["/", "/nowhere", "/api/networks", "/api/images/cat-photo", "/static/main.js", "/api/docs", "/metrics"]
LOCK = Lock(bytes(32))
NETWORK = Path(__file__).parents[1] / "reference" / "exported_legacy_13.onnx"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A room on this machine, whose pages one other site may show in a frame."""
    variables = {"CONVOSCOPE_HOST": "127.0.0.1", "CONVOSCOPE_EMBED_ORIGINS": '["https://course.example"]'}
    with live_server(tmp_path_factory.mktemp("room"), CONVOSCOPE_PUBLIC="true", **variables) as live:
        yield live


@pytest.fixture(scope="module")
def key(room: LiveServer) -> str:
    found = re.search(r"/\?key=([a-z2-7]{26})", room.said())
    assert found, room.said()
    return found[1]


def nearly(key: str) -> str:
    """Another key, whose last letter differs."""
    return key[:-1] + ("y" if key.endswith("x") else "x")


def somebody(room: LiveServer) -> httpx.Client:
    """Who has not been let in."""
    return httpx.Client(base_url=room.url, timeout=30, trust_env=False, headers={"X-Forwarded-For": "192.0.2.9"})


@contextmanager
def student(room: LiveServer, key: str) -> Iterator[httpx.Client]:
    """Who has opened the link."""
    with somebody(room) as client:
        assert client.get("/", params={"key": key}).status_code == 303
        yield client


def picture(seed: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (seed, 30, 30)).save(out, "PNG")
    return out.getvalue()


def test_without_the_key_nothing_answers_and_says_it_in_the_same_bytes(room: LiveServer, key: str) -> None:
    wrong = [{}, {"Cookie": "convoscope=x"}, {"Authorization": f"Bearer {nearly(key)}"}, {"Host": "evil.example"}]
    wrong += [{"Cookie": f"convoscope={'a' * 26}.{'b' * 26}"}, {"Sec-Fetch-Site": "cross-site"}]
    with somebody(room) as client:
        told = {
            (a.status_code, a.content, *sorted((k, v) for k, v in a.headers.items() if k != "date"))
            for method, path, headers in product(("GET", "PUT", "DELETE"), OUTSIDE, wrong)
            for a in [client.request(method, path, headers=headers)]
        }
        assert len(told) == 1
        answer = client.get("/", params={"key": f"{nearly(key)}"})
        assert (answer.status_code, answer.json()["code"]) == (403, "room_key")
        for path in (f"/api/networks?key={key}", f"/lessons?key={key}", f"/?key={key}&key={key}"):
            assert client.get(path).status_code == 403
        page = client.get("/", headers={"Accept": "text/html"})
        assert "This room opens with its link." in page.text
        assert page.headers["content-length"] == str(len(page.content))


def test_the_link_gives_a_cookie_and_leaves_the_key_behind(room: LiveServer, key: str) -> None:
    with somebody(room) as client:
        answer = client.get("/", params={"key": key, "image": "cat-photo", "x": "//evil.example"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/?image=cat-photo&x=%2F%2Fevil.example")
        cookie = answer.headers["set-cookie"]
        assert re.fullmatch(
            r"convoscope=[a-z2-7]{26}\.[a-z2-7]{26}; Path=/; HttpOnly; Max-Age=2592000; SameSite=Lax", cookie
        )
        assert client.get(answer.headers["location"]).status_code == 200
        assert client.get("/api/networks").headers["cache-control"] == "private, no-cache"
        again = client.get("/", params={"key": key}).headers["set-cookie"]
        assert again.partition(";")[0] == cookie.partition(";")[0], "who is known stays the same student"
        encrypted = client.get("/", params={"key": key}, headers={"X-Forwarded-Proto": "https"}).headers["set-cookie"]
        assert encrypted.endswith("; SameSite=None; Partitioned; Secure")


def test_a_program_gets_in_by_its_header(room: LiveServer, key: str) -> None:
    with somebody(room) as client:
        assert client.get("/api/limits", headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_nobody_finds_what_another_has_sent_unless_told_its_id(room: LiveServer, key: str) -> None:
    with student(room, key) as ada, student(room, key) as bob:
        hers, his = (c.put("/api/images", content=picture()).json()["id"] for c in (ada, bob))
        assert hers != his, "equal pictures of two students have ids that do not tell so"
        assert ada.put("/api/images", content=picture()).json()["id"] == hers
        assert "upload" not in bob.get("/api/images").text
        assert bob.get(f"/api/images/{hers}").status_code == 200, "the owner gave the link away"
        absent = bob.get(f"/api/images/{'a' * 26}")
        guessed = bob.get(f"/api/images/{LOCK.sign('x', hers)}")
        assert absent.status_code == 404
        assert absent.json() | {"request_id": ""} == guessed.json() | {"request_id": ""}


def test_nobody_finds_what_network_another_has_opened(room: LiveServer, key: str) -> None:
    with student(room, key) as ada, student(room, key) as bob:
        hers, his = (c.put("/api/networks", content=NETWORK.read_bytes()).json()["id"] for c in (ada, bob))
        assert hers != his
        assert bob.get(f"/api/networks/{hers}").status_code == 200, "the owner gave the link away"
        assert {n["id"] for n in bob.get("/api/networks").json()["networks"]}.isdisjoint({hers, his})


def test_a_room_goes_by_any_address_and_by_no_other_name(room: LiveServer, key: str) -> None:
    with student(room, key) as client:
        for host, status in (("192.0.2.7:8000", 200), ("[2001:db8::7]", 200), ("evil.example", 421), ("7", 421)):
            cookie = f"convoscope={client.cookies['convoscope']}"
            assert client.get("/api/limits", headers={"Host": host, "Cookie": cookie}).status_code == status


def test_a_frame_is_for_the_listed_site_alone(room: LiveServer, key: str) -> None:
    with student(room, key) as client:
        headers = client.get("/").headers
    assert "frame-ancestors https://course.example;" in headers["content-security-policy"]
    assert "x-frame-options" not in headers
    assert armour()["X-Frame-Options"] == "DENY"


def test_a_cookie_is_only_what_the_secret_has_signed() -> None:
    from starlette.datastructures import Headers

    def who(lock: Lock, value: str) -> str | None:
        return lock.student(Headers({"Cookie": f"other=1; convoscope={value}"}))

    good = LOCK.cookie("a" * 26)
    assert who(LOCK, good) == "a" * 26
    assert who(Lock(bytes(31) + b"x"), good) is None
    for k in range(len(good)):
        assert who(LOCK, good[:k] + ("b" if good[k] != "b" else "c") + good[k + 1 :]) is None


@pytest.mark.parametrize(
    ("host", "address"), [("10.0.0.1", True), ("[::1]", True), ("::1", False), ("[10.0.0.1]", False)]
)
def test_an_address_is_what_urls_write_as_one(host: str, address: bool) -> None:
    assert is_address(host) is address


@pytest.mark.parametrize(
    ("peer", "headers", "https", "local"),
    [
        ("127.0.0.1", {}, False, True),
        ("127.0.0.1", {"Host": "[::1]:8000"}, False, True),
        ("127.0.0.1", {"Host": "class.example"}, False, False),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, True, True),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, False, False),
        ("192.0.2.1", {"X-Forwarded-Proto": "https"}, False, False),
        ("192.0.2.1", {"X-Forwarded-For": "127.0.0.1"}, False, False),
    ],
)
def test_what_a_proxy_says_counts_from_this_machine_alone(
    peer: str, headers: dict[str, str], https: bool, local: bool
) -> None:
    raw = [(k.lower().encode(), v.encode()) for k, v in {"Host": "127.0.0.1:8000", **headers}.items()]
    scope = {"type": "http", "scheme": "http", "client": (peer, 1), "headers": raw}
    assert (is_https(scope), is_local(scope)) == (https, local)


@pytest.mark.parametrize(
    "wrong", ["*", "'none'", "course.example", "https://a.example/x", "https://a.example; script-src *"]
)
def test_a_site_that_is_none_may_not_be_listed(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"is no origin; one is written https://course\.example"):
        Settings(embed_origins=(wrong,))


def test_beyond_this_machine_it_listens_only_as_a_room() -> None:
    command = [sys.executable, "-m", "convoscope.server", "--no-browser", "--port", "0", "--host", "0.0.0.0"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "listens on 0.0.0.0 only with --public" in ended.stderr
