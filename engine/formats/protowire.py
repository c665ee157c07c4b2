"""The wire format of protocol buffers: bytes into dataclasses and back, by the field numbers that they declare.

A message is a dataclass whose fields are made by `one` and `many`. Fields of other numbers are skipped unread, bytes
are only pointed at, and a `Quota` bounds what may be made of them, so that a file costs what it is worth and no more.

    wire type 0  varint       7 bits a byte, least significant first; negative numbers as 64-bit two's complement
              1  8 bytes      little-endian
              2  length       a varint, then so many bytes: text, bytes, a message, or packed numbers
              5  4 bytes      little-endian

Source: Protocol Buffers Documentation, "Encoding". Groups (wire types 3 and 4) are obsolete and refused.
"""

import struct
from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields
from functools import cache
from typing import Any, NamedTuple, TypeVar

from convoscope.engine.errors import FormatError, ModelTooLarge

VARINT, EIGHT, LENGTH, FOUR = 0, 1, 2, 5
LONGEST_LIST = 1 << 16
M = TypeVar("M")
Buffer = bytes | memoryview


class Span(NamedTuple):
    """A stretch of bytes that were not read yet."""

    data: Buffer
    start: int
    stop: int

    @property
    def size(self) -> int:
        """How many bytes it is."""
        return self.stop - self.start

    def view(self) -> memoryview:
        """The bytes, not copied."""
        return memoryview(self.data)[self.start : self.stop]


class Wire(NamedTuple):
    """How a field is written: its number, the type of one value, and whether there may be several."""

    number: int
    kind: type
    several: bool


@dataclass
class Quota:
    """How many values may still be made of a file; a value is a field, a number of a list, or 64 characters."""

    left: int

    def spend(self, values: int) -> None:
        """Raises ModelTooLarge once there were too many."""
        self.left -= values
        if self.left < 0:
            raise ModelTooLarge("The file describes its model in too many words: names, attributes and lists.")

    def list(self, length: int) -> None:
        """Raises ModelTooLarge for a list of numbers that should have been an array."""
        if length > LONGEST_LIST:
            said = f"The file has a list of {length} numbers or more; {LONGEST_LIST} are allowed."
            raise ModelTooLarge(said, LONGEST_LIST, length)


def one(number: int, kind: type, default: Any = None) -> Any:
    """A field with one value: int, float, str, Span for bytes, or a message."""
    return field(default=default, metadata={"wire": Wire(number, kind, False)})


def many(number: int, kind: type) -> Any:
    """A field with any number of values."""
    return field(default=(), metadata={"wire": Wire(number, kind, True)})


def whole(data: Buffer) -> Span:
    """All of `data`."""
    return Span(data, 0, memoryview(data).nbytes)


# -- reading


def pieces(span: Span) -> Iterator[tuple[int, int, int | Span]]:
    """(field number, wire type, value): an int for varints, the bytes for everything else. Raises FormatError."""
    data, at, stop = memoryview(span.data), span.start, span.stop
    while at < stop:
        tag, at = varint(data, at, stop)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, at = varint(data, at, stop)
            yield number, wire, value
            continue
        size, at = _size(wire, data, at, stop)
        if number == 0 or at + size > stop:
            raise FormatError(f"These bytes are no protocol buffer: field {number} at byte {at} runs past the end.")
        yield number, wire, Span(span.data, at, at + size)
        at += size


def _size(wire: int, data: memoryview, at: int, stop: int) -> tuple[int, int]:
    if wire == LENGTH:
        return varint(data, at, stop)
    if wire not in (EIGHT, FOUR):
        raise FormatError(f"These bytes are no protocol buffer: wire type {wire} at byte {at}.")
    return (8 if wire == EIGHT else 4), at


def varint(data: memoryview, at: int, stop: int) -> tuple[int, int]:
    """An unsigned number of at most 64 bits, and where it ends."""
    if at < stop and data[at] < 0x80:
        return data[at], at + 1  # almost all tags and lengths are one byte
    value = shift = 0
    while at < stop and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
        shift += 7
    raise FormatError(f"These bytes are no protocol buffer: the number at byte {at} does not end.")


def signed(value: int) -> int:
    """A 64-bit two's complement number."""
    return value - (1 << 64) if value >= 1 << 63 else value


@cache
def table(message: type) -> dict[int, tuple[str, Wire]]:
    """The fields of a message by number."""
    return {_wire(f).number: (f.name, _wire(f)) for f in fields(message)}


def _wire(f: "Field[Any]") -> Wire:
    wire: Wire = f.metadata["wire"]
    return wire


def decode(message: type[M], span: Span, quota: Quota) -> M:
    """The message that the bytes hold. Of a field given twice the last counts. Raises FormatError."""
    known = table(message)  # type: ignore[arg-type]  # a class is hashable, its type variable is not known to be
    values: dict[str, Any] = {}
    for number, wire, value in pieces(span):
        if number not in known:
            continue
        name, (_, kind, several) = known[number]
        quota.spend(1)
        if not several:
            values[name] = _value(kind, wire, value, quota)
        elif isinstance(value, Span) and wire == LENGTH and kind in (int, float):
            quota.list(value.size // (1 if kind is int else 4))
            values.setdefault(name, []).extend(_packed(kind, value))
        else:
            values.setdefault(name, []).append(_value(kind, wire, value, quota))
            quota.list(len(values[name]) if kind in (int, float) else 0)
    return message(**values)


def _value(kind: type, wire: int, value: int | Span, quota: Quota) -> Any:
    if isinstance(value, int):
        if kind is int:
            return signed(value)
    elif kind is float and wire == FOUR:
        return struct.unpack("<f", value.view())[0]
    elif wire == LENGTH and kind is str:
        quota.spend(value.size // 64)
        return text(value)
    elif wire == LENGTH and kind not in (int, float):
        return value if kind is Span else decode(kind, value, quota)
    raise FormatError(f"These bytes are no protocol buffer of this kind: wire type {wire} where {kind.__name__} goes.")


def _packed(kind: type, span: Span) -> list[Any]:
    if kind is float:
        return list(struct.unpack(f"<{span.size // 4}f", span.view()[: span.size // 4 * 4]))
    found, data, at = [], memoryview(span.data), span.start
    while at < span.stop:
        value, at = varint(data, at, span.stop)
        found.append(signed(value))
    return found


def text(span: Span) -> str:
    """UTF-8 text. Raises FormatError where it is none."""
    try:
        return str(span.view(), "utf-8")
    except UnicodeDecodeError as e:
        raise FormatError(f"These bytes are no protocol buffer: text at byte {span.start} is not UTF-8.") from e


# -- writing


def encode(message: Any) -> bytes:
    """The message as bytes; fields without a value are left out."""
    return b"".join(_body(message))


def _body(message: Any) -> list[Buffer]:
    """The bytes in pieces, so that large arrays are copied once, at the end."""
    out: list[Buffer] = []
    for f in fields(message):
        number, kind, several = _wire(f)
        value = getattr(message, f.name)
        if several and kind in (int, float) and len(value):
            out += _lengthy(number, [b"".join(_number(kind, v) for v in value)])
            continue
        for v in value if several else [] if value == f.default else [value]:
            out += _field(number, kind, v)
    return out


def _field(number: int, kind: type, value: Any) -> list[Buffer]:
    if kind in (int, float):
        return [_varint(number << 3 | (VARINT if kind is int else FOUR)), _number(kind, value)]
    if kind is str:
        return _lengthy(number, [str(value).encode()])
    return _lengthy(number, [value.view()] if kind is Span else _body(value))


def _lengthy(number: int, body: list[Buffer]) -> list[Buffer]:
    size = sum(memoryview(b).nbytes for b in body)
    return [_varint(number << 3 | LENGTH), _varint(size), *body]


def _number(kind: type, value: Any) -> bytes:
    return _varint(int(value) & 0xFFFF_FFFF_FFFF_FFFF) if kind is int else struct.pack("<f", value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
