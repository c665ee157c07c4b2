"""State dicts of both kinds come in whole; anything that is more than tensors stays out, by name."""

import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convoscope.engine.errors import FormatError
from convoscope.engine.formats.state_dict import LEGACY_MAGIC, LEGACY_PROTOCOL, load_state_dict

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
FILES = ("state_dict_zip.pt", "state_dict_legacy.pt", "checkpoint_legacy.pt")


@pytest.mark.parametrize("name", FILES)
def test_every_type_and_stride_comes_in_as_pytorch_wrote_it(name: str) -> None:
    found = load_state_dict(REFERENCE / name)
    base = (np.arange(12, dtype=np.float32) / 8).reshape(3, 4)
    expected = {
        "weight": base,
        "transposed": base.T,
        "row": base[1],
        "half": base.astype(np.float16),
        "bfloat": base,  # eighths below 2 are exact in bfloat16
        "double": base.astype(np.float64),
        "count": np.array(7),
        "flags": np.array([True, False]),
        "empty": np.zeros((0, 3), np.float32),
    }
    assert list(found) == list(expected)
    for key, array in expected.items():
        assert found[key].dtype == array.dtype, key
        assert found[key].shape == array.shape, key
        assert np.array_equal(found[key], array), key


class Touch:
    """Unpickled by pickle itself, it would make a directory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def zipped(pickled: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.pkl", pickled)
    return out.getvalue()


def legacy(pickled: bytes) -> bytes:
    return pickle.dumps(LEGACY_MAGIC, 2) + pickle.dumps(LEGACY_PROTOCOL, 2) + pickle.dumps({}, 2) + pickled


@pytest.mark.parametrize("wrap", [zipped, legacy])
def test_a_pickle_that_would_run_code_is_refused_by_name_and_runs_nothing(wrap: object, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    data = wrap(pickle.dumps({"weight": Touch(canary)}, 2))  # type: ignore[operator]
    with pytest.raises(FormatError, match=r"The state dict asks for posix.mkdir. Only tensors and ordered dicts"):
        load_state_dict(data)
    assert not canary.exists()


@pytest.mark.parametrize(
    "names",
    [
        ("builtins", "eval"),
        ("os", "system"),
        ("torch", "load"),
        ("torch._utils", "_rebuild_xla_tensor"),
        ("collections", "deque"),
    ],
)
def test_no_other_name_is_ever_looked_up(names: tuple[str, str]) -> None:
    module, name = names
    program = b"c" + module.encode() + b"\n" + name.encode() + b"\n."
    with pytest.raises(FormatError, match=f"asks for {module}.{name}"):
        load_state_dict(zipped(program))


def test_a_tensor_that_reaches_beyond_its_storage_is_refused() -> None:
    data = (REFERENCE / "state_dict_zip.pt").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        prefix = archive.namelist()[0].split("/")[0]
        pickled = archive.read(f"{prefix}/data.pkl")
    shape = b"K\x03K\x04\x86"  # (3, 4) as the pickle says it
    assert shape in pickled
    with pytest.raises(
        FormatError, match=r"Tensor 'weight' of size \(99, 4\).* reaches beyond its storage of 12 numbers"
    ):
        load_state_dict(zipped(pickled.replace(shape, b"K\x63K\x04\x86", 1)))


def test_a_tensor_that_makes_much_out_of_few_numbers_is_refused() -> None:
    """A stride of 0 reads one number again and again: a million times a million of them."""
    with zipfile.ZipFile(REFERENCE / "state_dict_zip.pt") as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    (name,) = (n for n in entries if n.endswith("data.pkl"))
    million = b"J" + (10**6).to_bytes(4, "little")
    entries[name] = entries[name].replace(b"K\x03K\x04\x86", million * 2 + b"\x86", 1)
    entries[name] = entries[name].replace(b"K\x04K\x01\x86", b"K\x00K\x00\x86", 1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for entry, data in entries.items():
            archive.writestr(entry, data)
    with pytest.raises(
        FormatError, match=r"'weight' of size \(1000000, 1000000\) repeats the 12 numbers of its storage"
    ):
        load_state_dict(out.getvalue())


def test_a_compressed_entry_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(1000))
    with pytest.raises(FormatError, match=r"'archive/data.pkl' is compressed"):
        load_state_dict(out.getvalue())


def test_a_file_without_tensors_says_what_to_save() -> None:
    with pytest.raises(FormatError, match=r"holds no named tensors: save model.state_dict\(\)"):
        load_state_dict(zipped(pickle.dumps({"epoch": 3}, 2)))


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_in_words(data: bytes) -> None:
    for wrap in (bytes, zipped, legacy):
        with pytest.raises(FormatError):
            load_state_dict(wrap(data))


@given(st.integers(0, 1600), st.integers(0, 255))
def test_a_changed_byte_gives_tensors_or_a_refusal_and_nothing_else(at: int, value: int) -> None:
    for name in FILES[:2]:
        data = bytearray((REFERENCE / name).read_bytes())
        data[at % len(data)] = value
        try:
            found = load_state_dict(bytes(data))
        except FormatError:
            continue
        assert all(isinstance(a, np.ndarray) for a in found.values())
