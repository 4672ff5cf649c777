"""AMQP 1.0 values to bytes (part 1 of the specification): one function per type, each answers a whole encoded value.

Lists, maps and arrays take items that are encoded already, so widths and order stay what the caller chose.
"""

import struct
import uuid
from collections.abc import Iterable, Sequence

NULL, TRUE, FALSE = b"\x40", b"\x41", b"\x42"
_UINT32 = struct.Struct(">I").pack
_SIZE_AND_COUNT = struct.Struct(">II").pack


def boolean(value: bool) -> bytes:
    """A boolean, one byte."""
    return TRUE if value else FALSE


def ubyte(value: int) -> bytes:
    """0 … 255."""
    return bytes((0x50, value))


def ushort(value: int) -> bytes:
    """0 … 65,535."""
    return struct.pack(">BH", 0x60, value)


def uint(value: int) -> bytes:
    """0 … 2³²−1, as short as possible."""
    if value == 0:
        return b"\x43"
    return bytes((0x52, value)) if value < 256 else b"\x70" + _UINT32(value)


def ulong(value: int) -> bytes:
    """0 … 2⁶⁴−1."""
    return struct.pack(">BQ", 0x80, value)


def int32(value: int) -> bytes:
    """−2³¹ … 2³¹−1."""
    return struct.pack(">Bi", 0x71, value)


def long(value: int) -> bytes:
    """−2⁶³ … 2⁶³−1."""
    return struct.pack(">Bq", 0x81, value)


def double(value: float) -> bytes:
    """An IEEE 754 binary64."""
    return struct.pack(">Bd", 0x82, value)


def timestamp(milliseconds: int) -> bytes:
    """Milliseconds since 1970, UTC."""
    return struct.pack(">Bq", 0x83, milliseconds)


def uuid_value(value: uuid.UUID) -> bytes:
    """A UUID."""
    return b"\x98" + value.bytes


def binary(value: bytes) -> bytes:
    """Bytes."""
    return _variable(0xA0, value)


def string(value: str) -> bytes:
    """Text, UTF-8."""
    return _variable(0xA1, value.encode())


def symbol(value: str) -> bytes:
    """A name out of a small vocabulary, ASCII."""
    return _variable(0xA3, value.encode("ascii"))


def described(descriptor: int, value: bytes) -> bytes:
    """A value whose type the specification numbers `descriptor`, 0 … 255 (clients expect the short form)."""
    return bytes((0x00, 0x53, descriptor)) + value


def sequence(items: Iterable[bytes | None]) -> bytes:
    """A list; None is null. Trailing nulls are kept: azure-eventhub reads fields by position."""
    encoded = [NULL if item is None else item for item in items]
    body = b"".join(encoded)
    return b"\xd0" + _SIZE_AND_COUNT(len(body) + 4, len(encoded)) + body


def mapping(pairs: Sequence[bytes]) -> bytes:
    """A map of `pairs`, each an encoded key with its encoded value behind it."""
    body = b"".join(pairs)
    return b"\xd1" + _SIZE_AND_COUNT(len(body) + 4, 2 * len(pairs)) + body


def strings(values: Iterable[str]) -> bytes:
    """An array of strings."""
    return _array(0xB1, [value.encode() for value in values])


def symbols(values: Iterable[str]) -> bytes:
    """An array of symbols."""
    return _array(0xB3, [value.encode("ascii") for value in values])


def _array(constructor: int, values: Sequence[bytes]) -> bytes:
    body = bytes((constructor,)) + b"".join(_UINT32(len(value)) + value for value in values)
    return b"\xf0" + _SIZE_AND_COUNT(len(body) + 4, len(values)) + body


def _variable(constructor: int, value: bytes) -> bytes:
    if len(value) < 256:
        return bytes((constructor, len(value))) + value
    return bytes((constructor + 0x10,)) + _UINT32(len(value)) + value
