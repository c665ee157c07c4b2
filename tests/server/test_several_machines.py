"""Several machines on one s3:// store, which moto plays: nothing is lost, and the bytes are the same."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from convoscope.server.blobs import files_at
from convoscope.server.errors import Problem
from convoscope.server.limits import Limits
from convoscope.server.remote import Remote
from convoscope.server.uploads import Uploads
from tests.s3 import s3_place

LIMITS = Limits(disk_free=1, upload_days=30)


@pytest.fixture(scope="module")
def place() -> Iterator[dict[str, str]]:
    """The environment of processes that share a bucket; it holds in this process, too."""
    with s3_place() as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        fs = Remote("s3://room").fs
        fs.mkdir("room")
        yield environment


@pytest.fixture
def kept(place: dict[str, str], request: pytest.FixtureRequest) -> Uploads:
    """An empty store."""
    return Uploads(files_at(f"s3://room/{request.node.name}"), LIMITS)


def another(kept: Uploads) -> Uploads:
    """The store as another machine sees it."""
    assert isinstance(kept.files, Remote)
    return Uploads(files_at(f"s3://{kept.files.root}"), LIMITS)


def test_of_many_who_keep_the_same_at_once_each_succeeds_and_one_copy_stays(kept: Uploads) -> None:
    machines = [another(kept) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        secrets = set(pool.map(lambda machine: machine.secret(), machines))
        list(pool.map(lambda k: machines[k % 3].keep("image", f"{k % 2}", "ada", {"k": k % 2}, b"pixels"), range(6)))
    assert len(secrets) == 1
    assert (len(kept.files.names("blobs")), len(kept.of("ada")), len(kept.files.names("refs"))) == (1, 2, 2)
    assert [kept.find("image", f"{k}") for k in range(2)] == [({"k": k}, b"pixels") for k in range(2)]


def test_a_sweep_mends_the_index_and_leaves_what_somebody_may_be_about_to_refer_to(kept: Uploads) -> None:
    kept.keep("image", "a", "ada", {}, b"pixels")
    kept.files.create("blobs/00/0011", b"nobody's, yet")
    index = kept.files.names("students")
    for name in index:
        kept.files.remove(name)
    other = another(kept)
    other.sweep()
    assert other.files.names("students") == index
    assert other.files.read("blobs/00/0011") == b"nobody's, yet"
    assert kept.find("image", "a") is not None
    other.limits = Limits(disk_free=1, upload_days=1)
    other.files.now = lambda: 2e10  # type: ignore[method-assign]  # two days later, as the place counts
    other.sweep()
    assert kept.find("image", "a") is None


def test_a_place_that_does_not_answer_is_said_to_be_away(kept: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> object:
        raise RuntimeError("no route to a host of 192.0.2.1")

    assert isinstance(kept.files, Remote)
    for call in ("cat_file", "pipe_file", "find", "invalidate_cache"):
        monkeypatch.setattr(kept.files.fs, call, away)
    with pytest.raises(Problem, match=r"cannot be read at the moment\. Ask again in a second\.") as caught:
        kept.find("image", "a")
    assert (caught.value.status_code, caught.value.headers) == (503, {"Retry-After": "1"})
    with pytest.raises(Problem, match=r"cannot keep another upload at the moment\.") as caught:
        kept.keep("image", "a", "ada", {}, b"pixels")
    assert caught.value.status_code == 507
    assert not kept.files.can_write()
