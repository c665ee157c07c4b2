"""What one person sent never reaches another out of a cache between them and the server, whatever it may keep."""

import io
from collections.abc import Iterator, Mapping

import pytest
from PIL import Image

from convoscope.server.release import release
from convoscope.server.settings import Settings
from tests.server.inside import SMALL_DISK, Answer, Inside, room
from tests.server.shared_cache import SharedCache

ADA, BOB, STRANGER = "a" * 26, "b" * 26, ""
MARK = b"planted-1b7e"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (7, 5), (200, 30, 30)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module", params=["room", "own machine"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    folder = tmp_path_factory.mktemp("store")
    own = Settings(data=str(folder), log="off", limits=SMALL_DISK)
    with room(folder) if request.param == "room" else Inside(own) as inside:
        yield inside


def who(server: Inside, student: str) -> dict[str, str]:
    """The headers of somebody; of nobody in particular on one's own machine."""
    return server.cookie(student) if student and server.settings.public else {}


def uploads(server: Inside) -> list[str]:
    """Addresses of what ada has sent, and of what is made of it."""
    image = server.ask("PUT", "/api/images", picture(), who(server, ADA)).said["id"]
    names = b"\n".join(MARK + b"%d" % k for k in range(4))
    network = server.ask("PUT", "/api/networks/tiny/labels", names, who(server, ADA)).said["id"]
    about = ["", "/activations?nodes=conv", "/activations.json?nodes=conv", "/gradients/summary?objective=loss:3"]
    about += ["/gradients?objective=loss:3&nodes=conv", "/nodes/logits/at/3", "/progress", "/steps?objective=loss:3"]
    about += ["?edit=logits.bias@0=1", "/difference?edit=logits.bias@0=1", "/nodes/x", "/faces?nodes=conv"]
    found = [
        trace + path for trace in (f"/api/traces/tiny/{image}", f"/api/traces/{network}/{image}") for path in about
    ]
    found += [f"/api/images/{image}", f"/api/images/{image}/picture?side=32", f"/api/networks/{network}"]
    found += [f"/api/networks/{network}/nodes/conv/filters", f"/?image={image}&network={network}"]
    found += [f"/api/batches/tiny/{image},{image}?objective=loss:3", f"/api/networks/{network}?v={release()}"]
    return found


def test_nothing_that_a_person_sent_is_kept_between_people(server: Inside) -> None:
    cache, paths = SharedCache(server.ask), uploads(server)
    answers = {path: cache.get(path, who(server, ADA)) for path in paths}
    fine = [path for path, answer in answers.items() if answer.status == 200]
    assert len(fine) > 3 * len(paths) // 4, sorted(set(paths) - set(fine))
    assert any(MARK in answer.body for answer in answers.values())
    assert list(cache.stored) == []


def test_of_a_room_nothing_at_all_is_kept_and_who_has_no_key_gets_nothing_out_of_a_cache(server: Inside) -> None:
    cache = SharedCache(server.ask)
    shipped = ["/", "/api/networks", "/api/images", "/api/networks/tiny", "/api/limits", "/lessons", "/static/main.js"]
    for path in shipped:
        cache.get(path, who(server, ADA))
    if server.settings.public:
        assert list(cache.stored) == []
        assert len({cache.get(path, who(server, STRANGER)).without_its_number[2] for path in shipped}) == 1
    else:
        assert set(cache.stored) == {*shipped} - {"/", "/lessons"}, "this cache does keep what it may"


@pytest.mark.parametrize("control", ["public, max-age=60", "public, no-cache", "max-age=60", ""])
def test_the_cache_of_these_tests_gives_away_what_a_naive_server_lets_it_keep(control: str) -> None:
    def naive(method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        told = {"cache-control": control, "etag": '"1"'}
        return Answer(304, told, b"") if "if-none-match" in headers else Answer(200, told, headers["cookie"].encode())

    cache = SharedCache(naive)
    assert [cache.get("/", {"cookie": student}).body for student in ("ada", "bob")] == [b"ada", b"ada"]


@pytest.mark.parametrize("control", ["private, max-age=60", "no-store", "private, no-cache"])
def test_and_nothing_of_what_is_said_to_be_private(control: str) -> None:
    cache = SharedCache(
        lambda method, path, body, headers: Answer(200, {"cache-control": control}, headers["cookie"].encode())
    )
    assert [cache.get("/", {"cookie": student}).body for student in ("ada", "bob")] == [b"ada", b"bob"]
