"""MQTT 3.1.1 control packets, those that azure-iot-device sends and those it is sent."""

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from local.iot_edge.errors import PacketMalformed

LARGEST_MESSAGE = 256 * 1024
"""Bytes of a message's body, as IoT Hub takes them."""
LARGEST_PACKET = LARGEST_MESSAGE + 16 * 1024
"""Bytes after the fixed header: a message and its topic, which carries the message's properties."""
LARGEST_CONNECT = 16 * 1024
CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = (
    1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14,
)  # fmt: skip


class Refusal(IntEnum):
    """Why a connection is not taken."""

    WRONG_PROTOCOL = 1
    NOT_AUTHORIZED = 5


@dataclass(frozen=True)
class Connect:
    """A client signs in; `keep_alive` in seconds, 0 for none."""

    client_id: str
    user: str
    password: str = field(repr=False)
    keep_alive: int
    clean: bool


@dataclass(frozen=True)
class Publish:
    """A message; `packet` is None with quality of service 0."""

    topic: str
    payload: bytes
    packet: int | None


@dataclass(frozen=True)
class Subscribe:
    """A client asks for topics."""

    packet: int
    filters: tuple[str, ...]


@dataclass(frozen=True)
class Unsubscribe:
    """A client asks for topics no more."""

    packet: int
    filters: tuple[str, ...]


@dataclass(frozen=True)
class Ping:
    """A client shows that it is there."""


@dataclass(frozen=True)
class Acknowledged:
    """A client has got a message."""


@dataclass(frozen=True)
class Disconnect:
    """A client goes."""


Packet: TypeAlias = Connect | Publish | Subscribe | Unsubscribe | Ping | Acknowledged | Disconnect


class _Reader:
    """Takes fields off a packet's body."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    @property
    def more(self) -> bool:
        return self._at < len(self._body)

    def take(self, size: int) -> bytes:
        taken = self._body[self._at : self._at + size]
        if len(taken) < size:
            raise PacketMalformed("a packet ends too early")
        self._at += size
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(2))

    def text(self) -> str:
        try:
            return self.take(self.number()).decode()
        except UnicodeDecodeError:
            raise PacketMalformed("a text is not UTF-8") from None

    def rest(self) -> bytes:
        return self.take(len(self._body) - self._at)


def packet(head: int, body: bytes) -> Packet:  # noqa: PLR0911 (one kind a line)
    """Read a packet: `head` is the first byte, `body` all behind the length. Raises PacketMalformed."""
    reader = _Reader(body)
    match head >> 4:
        case 1:
            return _connect(reader)
        case 3:
            return _publish(head, reader)
        case 4:
            reader.number()
            return Acknowledged()
        case 8:
            return Subscribe(reader.number(), _filters(reader, with_quality=True))
        case 10:
            return Unsubscribe(reader.number(), _filters(reader, with_quality=False))
        case 12:
            return Ping()
        case 14:
            return Disconnect()
    raise PacketMalformed(f"packets of type {head >> 4} are not taken")


def _connect(reader: _Reader) -> Connect:
    protocol, level, flags, keep_alive = reader.text(), reader.take(1), reader.take(1)[0], reader.number()
    if (protocol, level) != ("MQTT", b"\x04"):
        raise PacketMalformed("only MQTT 3.1.1 is spoken here")
    client_id = reader.text()
    if flags & 0x04:  # a will: not served
        reader.text()
        reader.take(reader.number())
    user = reader.text() if flags & 0x80 else ""
    password = reader.text() if flags & 0x40 else ""
    return Connect(client_id, user, password, keep_alive, bool(flags & 0x02))


def _publish(head: int, reader: _Reader) -> Publish:
    quality = head >> 1 & 0x03
    if quality > 1:
        raise PacketMalformed("quality of service 2 is not served, as in IoT Hub")
    topic = reader.text()
    number = reader.number() if quality else None
    return Publish(topic, reader.rest(), number)


def _filters(reader: _Reader, *, with_quality: bool) -> tuple[str, ...]:
    filters = []
    while reader.more:
        filters.append(reader.text())
        if with_quality:
            reader.take(1)
    if not filters:
        raise PacketMalformed("a subscription without topics")
    return tuple(filters)


def connack(refusal: Refusal | None = None, *, session_present: bool = False) -> bytes:
    """The answer to a Connect."""
    return _packet(CONNACK << 4, bytes((session_present, refusal or 0)))


def publish(topic: str, payload: bytes) -> bytes:
    """A message to a client, quality of service 0."""
    name = topic.encode()
    return _packet(PUBLISH << 4, struct.pack(">H", len(name)) + name + payload)


def puback(number: int) -> bytes:
    """A client's message is taken."""
    return _packet(PUBACK << 4, struct.pack(">H", number))


def suback(number: int, count: int) -> bytes:
    """`count` topics are subscribed to, with quality of service 0."""
    return _packet(SUBACK << 4, struct.pack(">H", number) + bytes(count))


def unsuback(number: int) -> bytes:
    """The subscriptions are gone."""
    return _packet(UNSUBACK << 4, struct.pack(">H", number))


def pingresp() -> bytes:
    """The server is there too."""
    return _packet(PINGRESP << 4, b"")


def _packet(head: int, body: bytes) -> bytes:
    size, length = len(body), bytearray()
    while True:
        size, digit = divmod(size, 128)
        length.append(digit | 0x80 if size else digit)
        if not size:
            return bytes((head,)) + bytes(length) + body
