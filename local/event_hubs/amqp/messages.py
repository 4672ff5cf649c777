"""Encoded messages (part 3.2 of the specification): their sections, events out of a batch, answers to requests.

An event stays as its sender encoded it; only annotations are put in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from local.event_hubs.amqp import encode
from local.event_hubs.amqp.decode import Described, decode, list_items, skip
from local.event_hubs.errors import DecodeError

HEADER, DELIVERY_ANNOTATIONS, MESSAGE_ANNOTATIONS, PROPERTIES, APPLICATION_PROPERTIES, DATA, _SEQUENCE, VALUE = range(
    0x70, 0x78
)
FOOTER = 0x78
BATCH_FORMAT = 0x80013700
"""The message format of several events in one message, each an encoded message in a data section of its own."""
_MAX_HEADER = 1024
_SMALL_ULONG = b"\x53"
_PARTITION_KEY = "x-opt-partition-key"
_OURS = frozenset({_PARTITION_KEY, "x-opt-sequence-number", "x-opt-offset", "x-opt-enqueued-time"})
_SEQUENCE_NUMBER, _OFFSET, _ENQUEUED, _KEY = (
    encode.symbol(name) for name in ("x-opt-sequence-number", "x-opt-offset", "x-opt-enqueued-time", _PARTITION_KEY)
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an encoded message: its code, where it starts, where its value starts, where it ends."""

    code: int
    start: int
    value: int
    end: int


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it was sent, without the annotations that a broker gives."""

    head: bytes
    annotations: Sequence[bytes]
    rest: bytes
    key: str | None

    def stamped(self, sequence: int, offset: int, enqueued_ms: int) -> bytes:
        """All but the head, with the broker's annotations."""
        ours = [
            _SEQUENCE_NUMBER + encode.long(sequence),
            _OFFSET + encode.string(str(offset)),
            _ENQUEUED + encode.timestamp(enqueued_ms),
        ]
        if self.key:
            ours.append(_KEY + encode.string(self.key))
        return encode.described(MESSAGE_ANNOTATIONS, encode.mapping([*ours, *self.annotations])) + self.rest


@dataclass(frozen=True, slots=True)
class Request:
    """A message to `$cbs` or `$management`; the id stays encoded, for the answer."""

    message_id: bytes
    reply_to: str
    properties: dict[object, object]
    body: object


def sections(message: bytes) -> Iterator[Section]:
    """The sections in order. Raises DecodeError."""
    at = 0
    while at < len(message):
        if message[at] != 0:
            raise DecodeError("a message holds something that is no section")
        short = message[at + 1 : at + 2] == _SMALL_ULONG and at + 2 < len(message)
        code, value = (message[at + 2], at + 3) if short else decode(message, at + 1)
        if type(code) is not int or not HEADER <= code <= FOOTER:
            raise DecodeError("a message holds an unknown section")
        end = skip(message, value)
        yield Section(code, at, value, end)
        at = end


def events_of(message: bytes, message_format: int) -> list[Event]:
    """The events of a message, one or a batch; all have the batch's partition key. Raises DecodeError."""
    if message_format != BATCH_FORMAT:
        return [_event(message, None)]
    key, encoded = None, []
    for section in sections(message):
        if section.code == MESSAGE_ANNOTATIONS:
            key, _ = _annotations(message, section)
        elif section.code == DATA:
            data, _ = decode(message, section.value)
            if not isinstance(data, bytes):
                raise DecodeError("a batch holds a section that is not binary")
            encoded.append(data)
    if not encoded:
        raise DecodeError("a batch without events")
    return [_event(each, key) for each in encoded]


def request_of(message: bytes) -> Request:
    """A request out of its message. Raises DecodeError."""
    message_id, reply_to, body = encode.NULL, "", None
    properties: dict[object, object] = {}
    for section in sections(message):
        if section.code == PROPERTIES:
            spans = list_items(message, section.value)
            if spans:
                message_id = message[slice(*spans[0])]
            to = decode(message, spans[4][0])[0] if len(spans) > 4 else None
            reply_to = to if isinstance(to, str) else to.decode(errors="replace") if isinstance(to, bytes) else ""
        elif section.code == APPLICATION_PROPERTIES:
            value = decode(message, section.value)[0]
            properties = {_text(key): _text(each) for key, each in value.items()} if isinstance(value, dict) else {}
        elif section.code == VALUE:
            body = _text(decode(message, section.value)[0])
    return Request(message_id, reply_to, properties, body)


def answer(request: Request, status: int, description: str, body: bytes = encode.NULL) -> bytes:
    """The message that answers `request`: correlation id, status, and an encoded value."""
    pairs = [
        encode.string("status-code") + encode.int32(status),
        encode.string("status-description") + encode.string(description),
    ]
    return (
        encode.described(PROPERTIES, encode.sequence([*[None] * 5, request.message_id]))
        + encode.described(APPLICATION_PROPERTIES, encode.mapping(pairs))
        + encode.described(VALUE, body)
    )


def _event(message: bytes, key: str | None) -> Event:
    head, rest, body_seen = b"", None, False
    annotations: list[bytes] = []
    for section in sections(message):
        if section.code == HEADER:
            head = message[section.start : section.end]
        elif section.code == MESSAGE_ANNOTATIONS:
            own, annotations = _annotations(message, section)
            key = key or own
        elif section.code != DELIVERY_ANNOTATIONS and rest is None:
            rest = message[section.start :]
        body_seen = body_seen or DATA <= section.code <= VALUE
    if not body_seen or rest is None or len(head) > _MAX_HEADER:
        raise DecodeError("an event has no body, or a header that is too long")
    return Event(head, annotations, rest, key)


def _annotations(message: bytes, section: Section) -> tuple[str | None, list[bytes]]:
    """The partition key, and the annotations that are the sender's own, as they are."""
    key, others = None, []
    spans = list_items(message, section.value)
    for (name_start, name_end), (start, end) in zip(spans[::2], spans[1::2], strict=False):
        name = _text(decode(message, name_start)[0])
        if not isinstance(name, str | int):
            raise DecodeError("an annotation's key is neither a symbol nor a number")
        if name == _PARTITION_KEY:
            value = _text(decode(message, start)[0])
            key = value if isinstance(value, str) else None
        elif name not in _OURS:
            others.append(message[name_start:name_end] + message[start:end])
    return key, others


def _text(value: object) -> object:
    """pyamqp writes some strings as binary: read them as text."""
    if isinstance(value, Described):
        value = value.value
    return value.decode(errors="replace") if isinstance(value, bytes) else value
