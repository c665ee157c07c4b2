"""A picture that crashes, hangs or swells its decoder is refused, and the next one is decoded as if nothing was."""

import io
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from convoscope.server.errors import Problem
from convoscope.server.images import Decoder
from convoscope.server.limits import Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are watched in /proc")
HERE = Path(__file__).parent


@pytest.fixture
def decoder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Decoder]:
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.chdir(tmp_path)
    found = Decoder(Limits(decode_seconds=1), decoder="harm:decode")
    yield found
    found.close()


def told(decoder: Decoder, harm: str) -> Problem:
    with pytest.raises(Problem) as caught:
        decoder.picture(harm.encode())
    return caught.value


def works(decoder: Decoder) -> bool:
    return decoder.picture(b"none").pixels == b"abc"


@pytest.mark.parametrize("harm", ["abort", "fault", "leave"])
def test_a_crash_is_the_pictures_fault_and_nobody_elses(decoder: Decoder, harm: str) -> None:
    problem = told(decoder, harm)
    assert (problem.code, problem.status_code) == ("decoder_crashed", 422)
    assert problem.detail == "The picture crashed its decoder. Save it anew as PNG or JPEG."
    assert works(decoder)
    assert decoder.failures == 1


@pytest.mark.parametrize("harm", ["spin", "wait", "killed"])
def test_a_decoder_that_does_not_end_is_ended(decoder: Decoder, harm: str) -> None:
    problem = told(decoder, harm)
    assert (problem.code, problem.status_code, problem.limit) == ("image_too_slow", 422, 1)
    assert problem.detail == "Decoding the picture took more than 1 seconds. Save it anew as PNG or JPEG."
    assert works(decoder)


def test_a_jpeg_of_ten_thousand_scans_is_ended() -> None:
    out = io.BytesIO()
    Image.new("L", (2000, 2000), 99).save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    scan = whole[whole.rindex(b"\xff\xda") : -2]
    decoder = Decoder(Limits(decode_seconds=1))
    try:
        with pytest.raises(Problem) as caught:
            decoder.picture(whole[:-2] + scan * 10_000 + whole[-2:])
        assert caught.value.code == "image_too_slow"
        assert decoder.picture(whole).width > 0
    finally:
        decoder.close()


def test_a_decoder_gets_no_more_memory_than_its_limit(decoder: Decoder) -> None:
    problem = told(decoder, "swell")
    assert (problem.code, problem.status_code) == ("image_too_much_memory", 422)
    assert problem.limit == decoder.limits.decode_memory
    assert works(decoder)


def test_whatever_a_decoder_raises_means_a_damaged_picture(decoder: Decoder) -> None:
    problem = told(decoder, "raise")
    assert (problem.code, problem.status_code) == ("image_corrupt", 422)


def test_a_decoder_writes_no_file(decoder: Decoder, tmp_path: Path) -> None:
    assert told(decoder, "write").code == "image_corrupt"
    assert [file.stat().st_size for file in tmp_path.iterdir()] in ([], [0])


def test_a_hundred_crashes_leave_no_process_and_no_file_open(decoder: Decoder) -> None:
    assert works(decoder)
    before = open_files()
    for _ in range(100):
        assert told(decoder, "fault").code == "decoder_crashed"
    assert works(decoder)
    assert open_files() == before
    assert len(descendants(decoder)) <= 1  # the last one's keeper may be about to leave


def test_a_nursery_that_was_killed_is_started_again(decoder: Decoder) -> None:
    assert works(decoder)
    process = decoder.nursery().process
    process.kill()
    process.wait()
    assert works(decoder)
    assert decoder.nursery().process is not process


def test_many_pictures_at_once_do_not_mix(decoder: Decoder) -> None:
    """Each thread gets the answer to its own picture, crashes in between or not."""

    def ask(harm: str) -> str:
        try:
            return "ok" if works(decoder) and harm == "none" else told(decoder, harm).code
        except Problem as e:
            return e.code

    asked = ["none", "fault", "raise", "swell"] * 6
    right = {"none": "ok", "fault": "decoder_crashed", "raise": "image_corrupt", "swell": "image_too_much_memory"}
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, asked)) == [right[harm] for harm in asked]


def test_closing_ends_every_process(decoder: Decoder) -> None:
    started = threading.Event()

    def hang() -> None:
        started.set()
        told(decoder, "spin")

    thread = threading.Thread(target=hang)
    thread.start()
    started.wait()
    thread.join()
    process = decoder.nursery().process
    decoder.close()
    assert process.poll() is not None
    assert works(decoder)  # and it may be used again


def test_the_nursery_ends_with_its_server(decoder: Decoder) -> None:
    assert works(decoder)
    process, control = decoder.nursery()
    control.close()  # as the end of the server's process does
    assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("harm", "code"),
    [("fault", "decoder_crashed"), ("wait", "image_too_slow"), ("raise", "image_corrupt"), ("none", None)],
)
def test_where_processes_cannot_fork_a_new_python_decodes(
    decoder: Decoder, harm: str, code: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder.forks = False
    if harm == "wait":
        monkeypatch.setattr("convoscope.server.images.WALL_TIMES_CPU", 1)
    if code is None:
        assert works(decoder)
    else:
        assert told(decoder, harm).code == code


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def descendants(decoder: Decoder) -> set[int]:
    """The processes that the nursery started and that still are."""
    process, found = decoder.nursery().process, set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        if int(fields[1]) == process.pid:
            found.add(int(stat.parent.name))
    return found
