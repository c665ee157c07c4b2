"""An upload that was acknowledged is there after a kill, bit for bit, or is said to be damaged; never other pixels."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from convoscope.server.blobs import Folder, files_at
from convoscope.server.errors import Problem
from convoscope.server.limits import Limits
from convoscope.server.uploads import Uploads, place
from tests.live import live_server
from tests.server.test_room import picture

LIMITS = Limits(disk_free=1)
REFERENCE = Path(__file__).parents[1] / "reference"
WRITER = """
import os, signal, sys
from pathlib import Path
from convoscope.server.blobs import Folder
from convoscope.server.limits import Limits
from convoscope.server.uploads import Uploads

def write(round, out):
    kept = Uploads(Folder(Path(sys.argv[1])), Limits(disk_free=1))
    for k in range(10**6):
        kept.keep("image", f"{round}x{k}", "ada", {"k": k}, f"{round} {k} ".encode() * 50)
        os.write(out, b".")

for round in range(int(sys.argv[2])):
    said, out = os.pipe()
    child = os.fork()
    if child == 0:
        write(round, out)
    wanted = 1 + 2 * (round % 9)
    acknowledged = sum(len(os.read(said, 1)) for _ in range(wanted))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print(round, acknowledged)
"""
KILLS = int(os.environ.get("CONVOSCOPE_KILLS", "4"))
"""1,000 in the long form."""


@pytest.fixture(params=["folder", "memory://store"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Uploads]:
    """An empty store: in a folder, and behind a URL of fsspec."""
    files = files_at(str(tmp_path) if request.param == "folder" else request.param)
    yield Uploads(files, LIMITS)
    for name in (*files.names("blobs"), *files.names("refs"), *files.names("students"), "secret"):
        files.remove(name)


def test_what_was_kept_is_found_by_any_process_with_the_same_files(kept: Uploads) -> None:
    kept.keep("image", "a", "ada", {"width": 3}, b"pixels")
    kept.keep("image", "b", "bob", {"width": 3}, b"pixels")
    other = Uploads(kept.files, LIMITS)
    found = other.find("image", "a")
    assert found is not None
    assert (found.about, found.data) == ({"width": 3}, b"pixels")
    assert (other.find("image", "c"), other.find("network", "a")) == (None, None)
    assert other.size == len(b"pixels"), "equal bytes are kept once"
    assert other.secret() == kept.secret()
    assert len(kept.secret()) == 32


def test_the_index_is_made_again_from_the_refs(kept: Uploads) -> None:
    kept.keep("image", "a", "ada", {}, b"pixels")
    index = kept.files.names("students")
    for name in index:
        kept.files.remove(name)
    kept.files.create("students/bob/7-image-gone", b"")
    assert kept.of("ada") == []
    kept.sweep()
    assert kept.files.names("students") == index
    assert kept.of("ada") == [(place("image", "a"), 6)]


def test_nothing_that_anybody_sent_is_part_of_a_path(kept: Uploads) -> None:
    for sent in ("../secret", "a/b", "a\0b", "C:\\a", "." * 300, "é"):
        kept.keep("image", sent, sent, {}, b"pixels")
        found = kept.find("image", sent)
        assert found is not None
        assert found.data == b"pixels"
    names = [part for folder in ("refs", "students") for name in kept.files.names(folder) for part in name.split("/")]
    assert all(re.fullmatch("refs|students|(6-)?[0-9a-f]{64}", part) for part in names)
    assert len(names) == 6 * 2 + 6 * 3


def test_a_sweep_leaves_what_is_referred_to_and_nothing_else(tmp_path: Path) -> None:
    kept = Uploads(Folder(tmp_path), LIMITS)
    kept.keep("image", "a", "ada", {}, b"pixels")
    kept.files.create("blobs/00/0011", b"nobody's")
    abandoned = tmp_path / "aside" / "x"
    abandoned.write_bytes(b"half")
    os.utime(abandoned, (1, 1))
    kept.sweep()
    assert len(kept.files.names("blobs")) == 1
    assert not abandoned.exists()
    assert kept.find("image", "a") is not None


def test_a_folder_that_cannot_be_read_is_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Uploads(Folder(tmp_path), LIMITS)
    kept.keep("image", "a", "ada", {}, b"pixels")
    real = os.scandir

    def fails(place: str) -> Any:
        if str(place).endswith("refs"):
            raise OSError(5, "Input/output error")
        return real(place)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", fails)
        with pytest.raises(OSError, match="Input/output error"):
            kept.sweep()
    found = kept.find("image", "a")
    assert found is not None
    assert found.data == b"pixels"


def test_a_damaged_ref_is_mended_by_sending_the_upload_again(tmp_path: Path) -> None:
    kept = Uploads(Folder(tmp_path), LIMITS)
    kept.keep("image", "a", "ada", {}, b"pixels")
    (tmp_path / place("image", "a")).write_bytes(b"{}")
    kept.keep("image", "a", "ada", {}, b"pixels")
    assert kept.find("image", "a") is not None


def test_a_flipped_byte_anywhere_is_never_other_pixels(tmp_path: Path) -> None:
    kept = Uploads(Folder(tmp_path), LIMITS)
    kept.keep("image", "a", "ada", {"width": 2, "height": 1}, b"pixels")
    truth = kept.find("image", "a")
    for name in (*kept.files.names("blobs"), *kept.files.names("refs")):
        file = tmp_path / name
        whole = file.read_bytes()
        for k in range(len(whole)):
            file.write_bytes(whole[:k] + bytes([whole[k] ^ 1]) + whole[k + 1 :])
            with pytest.raises(Problem, match=r"damaged on the server's disk\. Send it again\.") as caught:
                kept.find("image", "a")
            assert caught.value.status_code == 410
        file.write_bytes(whole)
    assert kept.find("image", "a") == truth


def test_an_upload_that_is_damaged_is_mended_by_sending_it_again(tmp_path: Path) -> None:
    kept = Uploads(Folder(tmp_path), LIMITS)
    kept.keep("image", "a", "ada", {}, b"pixels")
    (tmp_path / kept.files.names("blobs")[0]).write_bytes(b"")
    kept.keep("image", "a", "ada", {}, b"pixels")
    found = kept.find("image", "a")
    assert found is not None
    assert found.data == b"pixels"


def test_of_many_who_keep_the_same_at_once_each_succeeds_and_one_copy_stays(tmp_path: Path) -> None:
    kept = Uploads(Folder(tmp_path), LIMITS)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda k: kept.keep("image", f"{k % 3}", "ada", {}, b"pixels"), range(24)))
    assert (len(kept.files.names("blobs")), len(kept.of("ada"))) == (1, 3)
    assert list((tmp_path / "aside").iterdir()) == []


@pytest.mark.parametrize("call", ["open", "fsync", "link", "utime"])
def test_whichever_call_fails_nothing_half_is_found_and_the_next_try_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """The n-th of these calls fails, for n = 1, 2, … until none is left to fail, as SQLite tests itself."""
    real = getattr(os, call)
    for n in range(1, 40):
        kept, left = Uploads(Folder(tmp_path / str(n)), LIMITS), [n]

        def fails(*args: object, left: list[int] = left, **how: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                raise OSError(28, "No space left on device")
            return real(*args, **how)

        with monkeypatch.context() as patch:
            patch.setattr(os, call, fails)
            with suppress(Problem):
                kept.keep("image", "a", "ada", {}, b"pixels")
        found = kept.find("image", "a")
        assert found is None or found.data == b"pixels"
        kept.keep("image", "a", "ada", {}, b"pixels")
        kept.sweep()
        assert kept.find("image", "a") is not None
        assert kept.of("ada") == [(place("image", "a"), 6)]
        if left[0] > 0:
            return
    pytest.fail("it never succeeds")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="writers are forked and killed")
def test_nothing_acknowledged_is_lost_by_a_kill_at_any_moment(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), str(KILLS)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    rounds = [tuple(map(int, line.split())) for line in said.splitlines()]
    assert len(rounds) == KILLS
    kept = Uploads(Folder(tmp_path), LIMITS)
    kept.sweep()
    for round, acknowledged in rounds:
        for k in range(acknowledged):
            found = kept.find("image", f"{round}x{k}")
            assert found is not None, (round, k)
            assert (found.about, found.data) == ({"k": k}, f"{round} {k} ".encode() * 50)


def test_an_upload_survives_the_server(tmp_path: Path) -> None:
    with live_server(tmp_path) as live:
        told = httpx.put(f"{live.url}/api/images", content=picture(9), trust_env=False, timeout=30).json()
        preview = httpx.get(f"{live.url}/api/images/{told['id']}/picture", trust_env=False, timeout=30).content
        file = REFERENCE / "exported_legacy_13.onnx"
        network = httpx.put(
            f"{live.url}/api/networks?title=mine", content=file.read_bytes(), trust_env=False, timeout=30
        ).json()
        named = httpx.put(
            f"{live.url}/api/networks/{network['id']}/labels",
            content="\n".join(f"class of mine {k}" for k in range(network["nodes"][-1]["shape"][0])),
            trust_env=False,
            timeout=30,
        ).json()
        seen = f"/api/traces/{named['id']}/{told['id']}"
        trace = httpx.get(f"{live.url}{seen}", trust_env=False, timeout=30).json()
    assert len(list((tmp_path / "store" / "blobs").rglob("*"))) == 4, "the picture, and the network once; two folders"
    with live_server(tmp_path) as live:
        assert httpx.get(f"{live.url}/api/images/{told['id']}", trust_env=False, timeout=30).json() == told
        for view in (network, named):
            assert httpx.get(f"{live.url}/api/networks/{view['id']}", trust_env=False, timeout=30).json() == view
        assert httpx.get(f"{live.url}{seen}", trust_env=False, timeout=30).json() == trace
        assert httpx.get(f"{live.url}/api/images/{told['id']}/picture", trust_env=False, timeout=30).content == preview
