"""Bytes to AMQP 1.0 values (part 1 of the specification). The bytes are a stranger's: anything may be in them.

Integers of all widths and timestamps become int; decimals and characters stay bytes. Raises DecodeError, never more.
"""

import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from local.event_hubs.errors import DecodeError

DEEPEST = 32
"""How many lists, maps, arrays and descriptions may lie in one another."""

_FIXED = {
    constructor: struct.Struct(form)
    for constructor, form in {
        0x50: ">B", 0x51: ">b", 0x52: ">B", 0x53: ">B", 0x54: ">b", 0x55: ">b", 0x60: ">H", 0x61: ">h",
        0x70: ">I", 0x71: ">i", 0x72: ">f", 0x80: ">Q", 0x81: ">q", 0x82: ">d", 0x83: ">q",
    }.items()
}  # fmt: skip
_CONSTANT: dict[int, object] = {0x40: None, 0x41: True, 0x42: False, 0x43: 0, 0x44: 0}
_OPAQUE = {0x73: 4, 0x74: 4, 0x84: 8, 0x94: 16}
_UINT32 = struct.Struct(">I").unpack_from
_Answer = TypeVar("_Answer")


class Symbol(str):
    """A name out of a small vocabulary; equal to the text it holds."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Described:
    """A value with the descriptor that gives its type, normally an int."""

    descriptor: object
    value: object


def decode(buffer: bytes, at: int = 0) -> tuple[object, int]:
    """The value whose encoding starts at `at`, and the index behind it."""
    return _checked(_value, buffer, at)


def skip(buffer: bytes, at: int = 0) -> int:
    """The index behind the value that starts at `at`, which is not looked into."""
    return _checked(_skip, buffer, at)


def list_items(buffer: bytes, at: int = 0) -> list[tuple[int, int]]:
    """Start and end of each item of the list (or map: keys and values in turn) at `at`."""
    return _checked(_list_items, buffer, at)


def _checked(read: Callable[[bytes, int, int], _Answer], buffer: bytes, at: int) -> _Answer:
    try:
        return read(buffer, at, 0)
    except (IndexError, struct.error):
        raise DecodeError("a value goes on past the end") from None
    except UnicodeDecodeError:
        raise DecodeError("a string is not UTF-8") from None


def _value(buffer: bytes, at: int, depth: int) -> tuple[object, int]:
    constructor = buffer[at]
    if constructor:
        return _body(constructor, buffer, at + 1, depth)
    _check_depth(depth)
    descriptor, at = _value(buffer, at + 1, depth + 1)
    value, at = _value(buffer, at, depth + 1)
    return Described(descriptor, value), at


def _body(constructor: int, buffer: bytes, at: int, depth: int) -> tuple[object, int]:
    """The value behind a constructor that was read before."""
    kind = constructor >> 4
    if kind < 0xA:
        return _fixed(constructor, buffer, at)
    if kind in (0xA, 0xB):
        return _variable(constructor, buffer, at)
    _check_depth(depth)
    return _array(constructor, buffer, at, depth) if kind >= 0xE else _compound(constructor, buffer, at, depth)


def _fixed(constructor: int, buffer: bytes, at: int) -> tuple[object, int]:
    if constructor in _CONSTANT:
        return _CONSTANT[constructor], at
    if fixed := _FIXED.get(constructor):
        return fixed.unpack_from(buffer, at)[0], at + fixed.size
    if constructor == 0x45:
        return [], at
    if constructor == 0x56:
        return buffer[at] == 1, at + 1
    if constructor == 0x98:
        return uuid.UUID(bytes=_cut(buffer, at, 16)), at + 16
    if size := _OPAQUE.get(constructor):
        return _cut(buffer, at, size), at + size
    raise DecodeError(f"no AMQP type has the constructor {constructor:#04x}")


def _variable(constructor: int, buffer: bytes, at: int) -> tuple[object, int]:
    size, at = (buffer[at], at + 1) if constructor < 0xB0 else (_UINT32(buffer, at)[0], at + 4)
    raw = _cut(buffer, at, size)
    match constructor & 0x0F:
        case 0:
            return raw, at + size
        case 1:
            return raw.decode(), at + size
        case 3:
            return Symbol(raw.decode()), at + size
    raise DecodeError(f"no AMQP type has the constructor {constructor:#04x}")


def _compound(constructor: int, buffer: bytes, at: int, depth: int) -> tuple[object, int]:
    count, at, end = _extent(constructor < 0xD0, buffer, at)
    items: list[object] = []
    for _ in range(count):
        item, at = _value(buffer, at, depth + 1)
        items.append(item)
    if at != end:
        raise DecodeError("a list or map is not of the size it gives")
    match constructor & 0x0F:
        case 0:
            return items, at
        case 1:
            return _map(items), at
    raise DecodeError(f"no AMQP type has the constructor {constructor:#04x}")


def _map(items: list[object]) -> dict[object, object]:
    if len(items) % 2:
        raise DecodeError("a map has a key without a value")
    keys = items[::2]
    if any(isinstance(key, list | dict | Described) for key in keys):
        raise DecodeError("a map has a key that is no scalar")
    return dict(zip(keys, items[1::2], strict=True))


def _array(constructor: int, buffer: bytes, at: int, depth: int) -> tuple[object, int]:
    if constructor & 0x0F:
        raise DecodeError(f"no AMQP type has the constructor {constructor:#04x}")
    count, at, end = _extent(constructor < 0xF0, buffer, at)
    constructor, at = buffer[at], at + 1
    descriptor: object = None
    described = constructor == 0
    if described:
        descriptor, at = _value(buffer, at, depth + 1)
        constructor, at = buffer[at], at + 1
    items: list[object] = []
    for _ in range(count):
        item, at = _body(constructor, buffer, at, depth + 1)
        items.append(Described(descriptor, item) if described else item)
    if at != end:
        raise DecodeError("an array is not of the size it gives")
    return items, at


def _extent(short: bool, buffer: bytes, at: int) -> tuple[int, int, int]:
    """How many items follow, where they start, where they must end."""
    if short:
        size, count, start = buffer[at], buffer[at + 1], at + 2
        end = at + 1 + size
    else:
        size, count, start = _UINT32(buffer, at)[0], _UINT32(buffer, at + 4)[0], at + 8
        end = at + 4 + size
    if end > len(buffer) or count > max(end - start, 0):  # an item takes a byte, but for arrays of constants: refused
        raise DecodeError("a list, map or array is not of the size it gives")
    return count, start, end


def _cut(buffer: bytes, at: int, size: int) -> bytes:
    if at + size > len(buffer):
        raise DecodeError("a value goes on past the end")
    return bytes(buffer[at : at + size])


def _skip(buffer: bytes, at: int, depth: int) -> int:
    constructor = buffer[at]
    if constructor == 0:
        _check_depth(depth)
        return _skip(buffer, _skip(buffer, at + 1, depth + 1), depth + 1)
    kind = constructor >> 4
    if 4 <= kind <= 9:
        end = at + 1 + (0, 1, 2, 4, 8, 16)[kind - 4]
    elif kind in (0xA, 0xC, 0xE):
        end = at + 2 + buffer[at + 1]
    elif kind in (0xB, 0xD, 0xF):
        end = at + 5 + int(_UINT32(buffer, at + 1)[0])
    else:
        raise DecodeError(f"no AMQP type has the constructor {constructor:#04x}")
    if end > len(buffer):
        raise DecodeError("a value goes on past the end")
    return end


def _list_items(buffer: bytes, at: int, depth: int) -> list[tuple[int, int]]:
    constructor = buffer[at]
    if constructor == 0x45:
        return []
    if constructor not in (0xC0, 0xC1, 0xD0, 0xD1):
        raise DecodeError("neither a list nor a map where one must be")
    count, at, end = _extent(constructor < 0xD0, buffer, at + 1)
    items = []
    for _ in range(count):
        start, at = at, _skip(buffer, at, depth)
        items.append((start, at))
    if at != end:
        raise DecodeError("a list or map is not of the size it gives")
    return items


def _check_depth(depth: int) -> None:
    if depth >= DEEPEST:
        raise DecodeError(f"values lie more than {DEEPEST} deep in one another")
