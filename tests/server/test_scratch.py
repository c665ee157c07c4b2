"""Folders for a while are gone afterwards, or with the next process when theirs was killed; no others ever go."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from convoscope.server import scratch

LOCKS = pytest.mark.skipif(os.name == "nt", reason="folders are not locked there, so none is swept")
WORKS = "from convoscope.server.scratch import scratch\nwith scratch() as f: print(f, flush=True); input()"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for such, with nothing in it."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_a_folder_is_empty_and_gone_afterwards_whatever_happened_in_it(place: Path) -> None:
    with suppress(ZeroDivisionError), scratch.scratch() as folder:
        assert list(place.iterdir()) == [folder]
        assert list(folder.iterdir()) == []
        (folder / "given").write_bytes(b"a file")
        scratch.sweep()
        assert (folder / "given").exists(), "somebody works in it"
        _ = 1 / 0
    assert list(place.iterdir()) == []


@LOCKS
def test_what_a_killed_process_left_is_removed_and_nothing_else_is(place: Path) -> None:
    works = subprocess.Popen([sys.executable, "-c", WORKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with works:
        assert works.stdout is not None
        folder = Path(works.stdout.readline().strip())
        (folder / "given").write_bytes(b"a file")
        (place / "convoscope-mine").mkdir()
        (place / f"{scratch.PREFIX}abcdefgh").symlink_to(place / "convoscope-mine")
        scratch.sweep()
        assert (folder / "given").exists(), "its process lives"
        works.send_signal(signal.SIGKILL)
    scratch.sweep()
    assert {entry.name for entry in place.iterdir()} == {"convoscope-mine", f"{scratch.PREFIX}abcdefgh"}


@LOCKS
@pytest.mark.parametrize("seen", ["held", "gone"])
def test_a_folder_that_a_sweep_took_before_it_was_locked_is_made_anew(
    place: Path, monkeypatch: pytest.MonkeyPatch, seen: str
) -> None:
    real, taken = scratch.lock, list[Path]()

    def late(folder: Path, end: ExitStack) -> None:
        if not taken:
            taken.append(folder)
            sweeps: dict[str, Callable[[], object]] = {"held": lambda: real(folder, ends), "gone": folder.rmdir}
            sweeps[seen]()
        real(folder, end)

    with ExitStack() as ends:
        monkeypatch.setattr(scratch, "lock", late)
        with scratch.scratch() as folder:
            assert folder != taken[0]
            assert folder.is_dir()
