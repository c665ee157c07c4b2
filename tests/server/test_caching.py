"""A browser that has an answer is told so for nothing; what may be kept, by whom and how long, is said exactly."""

import gzip
import io
from pathlib import Path

import httpx
import pytest
from PIL import Image

from convoscope.server.assets import Assets
from tests.server.conftest import CAT, NET

SHIPPED = [
    "/api/limits",
    "/api/networks",
    NET,
    f"{NET}/nodes/conv1/filters",
    "/api/images",
    "/api/images/cat-photo",
    "/api/images/cat-photo/picture?side=64",
    CAT,
    f"{CAT}/activations?nodes=conv1",
    f"{CAT}/gradients?objective=loss:3&nodes=conv1",
    f"{CAT}/nodes/conv1/at/0,0,0",
]


@pytest.fixture(scope="module")
def upload(client: httpx.Client) -> str:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(out, "PNG")
    return str(client.put("/api/images", content=out.getvalue()).json()["id"])


@pytest.fixture(scope="module")
def release(client: httpx.Client) -> str:
    """The release that the page says it is made for."""
    return client.get("/").text.partition('data-release="')[2].partition('"')[0]


@pytest.mark.parametrize("path", SHIPPED)
def test_what_is_shipped_may_be_kept_by_anyone_and_is_asked_about_each_time(client: httpx.Client, path: str) -> None:
    first = client.get(path)
    assert first.headers["cache-control"] == "public, no-cache"
    again = client.get(path, headers={"If-None-Match": f'"x", {first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert client.get(path, headers={"If-None-Match": '"another"'}).content == first.content


@pytest.mark.parametrize("path", SHIPPED)
def test_under_this_release_it_may_be_kept_for_ever(client: httpx.Client, release: str, path: str) -> None:
    mark = "&" if "?" in path else "?"
    kept = client.get(f"{path}{mark}v={release}")
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get(f"{path}{mark}v=another").headers["cache-control"] == "public, no-cache"


def test_an_upload_is_kept_by_its_own_browser_alone(client: httpx.Client, release: str, upload: str) -> None:
    trace = f"/api/traces/example-cnn/{upload}"
    for path in (f"/api/images/{upload}", f"/api/images/{upload}/picture", trace, f"{trace}/activations"):
        first = client.get(path)
        assert first.headers["cache-control"] == "private, no-cache"
        assert client.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
        versioned = client.get(path, params={"v": release})
        assert versioned.headers["cache-control"] == "private, max-age=31536000, immutable"


def test_every_answer_has_an_etag_of_its_own(client: httpx.Client, upload: str) -> None:
    paths = [*SHIPPED, f"/api/traces/example-cnn/{upload}", f"/api/images/{upload}"]
    assert len({client.get(path).headers["etag"] for path in paths}) == len(paths)


def test_both_formats_of_one_address_have_etags_of_their_own(client: httpx.Client) -> None:
    path = f"{CAT}/activations"
    as_json = client.get(path, headers={"Accept": "application/json"})
    assert as_json.headers["etag"] != client.get(path).headers["etag"]
    assert "Accept" in as_json.headers["vary"].split(", ")


def test_a_refusal_is_never_kept(client: httpx.Client) -> None:
    assert client.get("/api/networks/nothing").headers["cache-control"] == "no-store"


def test_structure_is_zipped_and_numbers_are_not(client: httpx.Client) -> None:
    assert client.get(NET).headers["content-encoding"] == "gzip"
    assert client.get(CAT).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get(f"{CAT}/activations").headers
    assert "content-encoding" not in client.get("/api/images/cat-photo/picture").headers
    plain = client.get(NET, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == client.get(NET).json()


# -- static/


def test_a_script_comes_as_a_script_zipped(client: httpx.Client) -> None:
    answer = client.get("/static/main.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, no-cache"
    assert client.get("/static/main.js", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    plain = client.get("/static/main.js", headers={"Accept-Encoding": "identity"})
    assert plain.content == answer.content


def test_the_page_names_files_that_may_be_kept_for_ever(client: httpx.Client) -> None:
    page = client.get("/").text
    prefix = page.partition('src="/static/')[2].partition("/")[0]
    assert prefix.startswith("~")
    for name in ("main.js", "css/tokens.css"):
        answer = client.get(f"/static/{prefix}/{name}")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.content == client.get(f"/static/{name}").content
    old = client.get("/static/~0000000000000000/main.js")  # of a page that was opened before an update
    assert (old.status_code, old.headers["cache-control"]) == (200, "public, no-cache")


def test_a_file_that_changes_is_served_as_it_is_now(tmp_path: Path) -> None:
    file = tmp_path / "sub" / "a.js"
    file.parent.mkdir()
    file.write_text("let a = 1;" * 50)
    assets = Assets(tmp_path)
    first, version = assets.get("sub/a.js"), assets.version
    assert first is not None
    assert first.zipped is not None
    assert gzip.decompress(first.zipped) == first.body == b"let a = 1;" * 50
    assert assets.version == version
    file.write_text("let b = 2;")
    second = assets.get("sub/a.js")
    assert second is not None
    assert (second.body, second.zipped) == (b"let b = 2;", None)
    assert assets.version != version
    (tmp_path / "new.css").write_text("a{}")
    assert assets.get("new.css") is not None
    file.unlink()
    assert assets.get("sub/a.js") is None


def test_only_known_kinds_of_files_are_served(tmp_path: Path) -> None:
    for name in ("a.d.ts", "a.py", ".env", "a.html", "a"):
        (tmp_path / name).write_text("x")
    assets = Assets(tmp_path)
    for name in ("a.d.ts", "a.py", ".env", "a.html", "a", "", ".", "..", "../a.js", "/etc/passwd"):
        assert assets.get(name) is None
