"""PyTorch state dicts, of the legacy and the zip kind, read without PyTorch.

A state dict is a pickle, and a pickle is a program. The unpickler here can build nothing but ordered dicts and
tensors: every other name in the file is refused by that name, before anything is called.
Source: torch.save's two formats, as PyTorch 2 writes them (`_use_new_zipfile_serialization` true and false).
"""

import io
import pickle
import pickletools
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from convoscope.engine.errors import FormatError
from convoscope.engine.types import Array

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_PROTOCOL = 1001
BFLOAT16 = "bfloat16"
STORAGES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "BFloat16Storage": BFLOAT16,
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "|i1",
    "ByteStorage": "|u1",
    "BoolStorage": "|b1",
}
PROTOCOL = 2
"""Of pickle; torch.save writes no newer one."""
PUTS = ("PUT", "BINPUT", "LONG_BINPUT")
"""Opcodes that make room for as many objects as their argument says."""
LONGEST = 2**31
"""Cells along one axis, which an empty tensor could otherwise have any number of."""

WRAPPERS = ("state_dict", "model_state_dict", "model")


@dataclass(frozen=True)
class StorageKind:
    """What `torch.FloatStorage` is to us: the type of the numbers."""

    dtype: str

    @property
    def width(self) -> int:
        """Bytes per number."""
        return 2 if self.dtype == BFLOAT16 else np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class Storage:
    """A block of numbers somewhere in the file."""

    key: str
    kind: StorageKind
    count: int


@dataclass(frozen=True)
class Strided:
    """A tensor as the pickle describes it: a view into a storage."""

    storage: Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


def load_state_dict(source: Path | bytes) -> dict[str, Array]:
    """The tensors of a state dict by name; bfloat16 is widened to float32.

    Raises FormatError for anything that is no state dict, for a pickle that names anything but tensors and ordered
    dicts, and for a tensor that reaches beyond its storage.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    try:
        found, blocks = _zipped(data) if zipfile.is_zipfile(io.BytesIO(data)) else _legacy(data)
    except FormatError:
        raise
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as e:
        raise FormatError(f"The zip file around this state dict is damaged: {e}.") from e
    return {name: _array(name, t, blocks) for name, t in _tensors(found).items()}


class _Unpickler(pickle.Unpickler):
    """Builds ordered dicts and `Strided`, nothing else; remembers the storages that it met."""

    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream)
        self.storages: dict[str, Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        """Stands in for the few names that a state dict uses. Raises FormatError for any other."""
        if module == "torch" and name in STORAGES:
            return StorageKind(STORAGES[name])
        known = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch", "Size"): tuple,
            ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
            ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
        }
        if (module, name) not in known:
            raise FormatError(
                f"The state dict asks for {module}.{name}. Only tensors and ordered dicts are read: save "
                "model.state_dict(), not the model."
            )
        return known[(module, name)]

    def persistent_load(self, pid: Any) -> Storage:
        """A reference to a block of numbers: ('storage', kind, key, device, count, …)."""
        if not (isinstance(pid, tuple) and len(pid) >= 5 and pid[0] == "storage" and isinstance(pid[1], StorageKind)):
            raise FormatError("The state dict refers to something that is no tensor storage.")
        if len(pid) > 5 and pid[5] is not None:
            raise FormatError(f"Storage {pid[2]!r} is a view of another storage, which only very old files have.")
        if not isinstance(pid[4], int) or pid[4] < 0:
            raise FormatError(f"Storage {pid[2]!r} holds {pid[4]!r} numbers; it must be a whole number from 0 up.")
        return self.storages.setdefault(str(pid[2]), Storage(str(pid[2]), pid[1], pid[4]))


def _rebuild_tensor(storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> Strided:
    if not isinstance(storage, Storage) or not isinstance(size, tuple) or not isinstance(stride, tuple):
        raise FormatError("A tensor in this state dict has no storage, no size or no stride.")
    return Strided(storage, offset, size, stride)


def _rebuild_parameter(data: Strided, *_: Any) -> Strided:
    return data


def _unpickled(stream: io.BytesIO) -> tuple[Any, Mapping[str, Storage]]:
    """The next pickle of the stream, read only after all of its opcodes were seen to be harmless."""
    start = stream.tell()
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            if opcode.proto > PROTOCOL or (opcode.name in PUTS and int(argument or 0) > len(stream.getbuffer())):
                raise FormatError(
                    f"The pickle in this state dict uses {opcode.name}, which torch.save never writes so."
                )
    except FormatError:
        raise
    except Exception as e:  # a broken pickle can raise anything at all
        raise FormatError(f"The pickle in this state dict cannot be read: {type(e).__name__}.") from e
    stream.seek(start)
    reader = _Unpickler(stream)
    try:
        return reader.load(), reader.storages
    except FormatError:
        raise
    except Exception as e:  # a broken pickle can raise anything at all
        raise FormatError(f"The pickle in this state dict cannot be read: {type(e).__name__}.") from e


def _zipped(data: bytes) -> tuple[Any, Mapping[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [i.filename for i in archive.infolist()]
        pickles = [n for n in names if n.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise FormatError("This zip file is no state dict: it holds no data.pkl.")
        for info in archive.infolist():
            if info.compress_type != zipfile.ZIP_STORED:
                raise FormatError(f"Entry {info.filename!r} is compressed; torch.save stores entries as they are.")
        prefix = pickles[0].removesuffix("data.pkl")
        order = archive.read(prefix + "byteorder") if prefix + "byteorder" in names else b"little"
        if order != b"little":
            raise FormatError("This state dict was written on a big-endian machine; only little-endian ones are read.")
        folder = prefix + "data/"
        blocks = {n.removeprefix(folder): archive.read(n) for n in names if n.startswith(folder)}
        return _unpickled(io.BytesIO(archive.read(pickles[0])))[0], blocks


def _legacy(data: bytes) -> tuple[Any, Mapping[str, bytes]]:
    stream = io.BytesIO(data)
    if _unpickled(stream)[0] != LEGACY_MAGIC or _unpickled(stream)[0] != LEGACY_PROTOCOL:
        raise FormatError("These bytes are no state dict: they do not start as torch.save writes.")
    _unpickled(stream)  # sizes of C types on the machine that wrote it
    found, storages = _unpickled(stream)
    blocks = {}
    keys = _unpickled(stream)[0]
    if not isinstance(keys, list):
        raise FormatError("The list of storages in this state dict is no list.")
    for key in map(str, keys):
        if key not in storages:
            raise FormatError(f"Storage {key!r} is listed in the state dict, but no tensor uses it.")
        count = int.from_bytes(stream.read(8), "little", signed=True)
        blocks[key] = stream.read(min(max(count, 0) * storages[key].kind.width, len(data)))
    return found, blocks


def _tensors(found: Any) -> dict[str, Strided]:
    """The named tensors, also where they lie under `state_dict`; other entries (epochs, versions) are left out."""
    for wrapper in WRAPPERS:
        if isinstance(found, dict) and isinstance(found.get(wrapper), dict):
            found = found[wrapper]
    tensors = {str(k): v for k, v in found.items() if isinstance(v, Strided)} if isinstance(found, dict) else {}
    if not tensors:
        raise FormatError("This file holds no named tensors: save model.state_dict() with torch.save.")
    return tensors


def _array(name: str, t: Strided, blocks: Mapping[str, bytes]) -> Array:
    block, kind = blocks.get(t.storage.key, b""), t.storage.kind
    whole = [t.offset, *t.size, *t.stride]
    if not all(isinstance(n, int) and n >= 0 for n in whole) or len(t.size) != len(t.stride):
        _lies(name, t)
    last = t.offset + sum((n - 1) * s for n, s in zip(t.size, t.stride, strict=True))
    empty = 0 in t.size
    if not empty and (last >= t.storage.count or (last + 1) * kind.width > len(block)):
        _lies(name, t)
    if prod(t.size) > t.storage.count or max(t.size, default=0) > LONGEST:  # a stride of 0 makes much out of nothing
        raise FormatError(f"Tensor {name!r} of size {t.size} repeats the {t.storage.count} numbers of its storage.")
    raw = np.frombuffer(block, "<u2" if kind.dtype == BFLOAT16 else kind.dtype, len(block) // kind.width)
    if empty:
        return np.zeros(t.size, raw.dtype)
    steps = tuple(s * kind.width if n > 1 else 0 for n, s in zip(t.size, t.stride, strict=True))
    view = np.lib.stride_tricks.as_strided(raw[t.offset :], t.size, steps, writeable=False)
    if kind.dtype == BFLOAT16:
        return (view.astype(np.uint32) << 16).view(np.float32)
    return view.copy()


def _lies(name: str, t: Strided) -> NoReturn:
    raise FormatError(
        f"Tensor {name!r} of size {t.size}, stride {t.stride} and offset {t.offset} reaches beyond its storage of "
        f"{t.storage.count} numbers."
    )
