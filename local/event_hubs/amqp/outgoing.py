"""The performatives this server sends, always with all their fields: azure-eventhub reads them by position."""

import struct

from local.event_hubs.amqp import encode
from local.event_hubs.amqp.frames import MAX_FRAME_SIZE, SASL, frame
from local.event_hubs.amqp.incoming import ATTACH, BEGIN, CLOSE, DETACH, DISPOSITION, END, FLOW, OPEN, Attach
from local.event_hubs.errors import Refused

MAX_CHANNEL, MAX_HANDLE = 63, 255
MAX_MESSAGE_SIZE = 1024 * 1024
"""Bytes of a message that a client may send."""
_ANY_SIZE = 2**64 - 1
"""What is said of messages to a client: they carry our annotations on top of what was sent."""
WINDOW = 2**31 - 1
ACCEPTED = encode.described(0x24, encode.sequence([]))
TRANSFER_OVERHEAD = 80
"""Bytes of a transfer frame that are not payload, at most."""
_SOURCE, _TARGET = 0x28, 0x29


def sasl_mechanisms() -> bytes:
    """Whoever connects may go on: who may do what is settled by tokens at `$cbs`."""
    names = encode.symbols(["MSSBCBS", "ANONYMOUS", "PLAIN", "EXTERNAL"])
    return frame(0, encode.described(0x40, encode.sequence([names])), kind=SASL)


def sasl_outcome() -> bytes:
    """SASL is done."""
    return frame(0, encode.described(0x44, encode.sequence([encode.ubyte(0), None])), kind=SASL)


def open_() -> bytes:
    """Our side of the connection."""
    properties = encode.mapping([encode.symbol("product") + encode.string("footfall-event-hubs")])
    sizes = [encode.uint(MAX_FRAME_SIZE), encode.ushort(MAX_CHANNEL)]
    container = encode.string("footfall-event-hubs")
    return frame(0, encode.described(OPEN, encode.sequence([container, None, *sizes, *[None] * 5, properties])))


def begin(channel: int) -> bytes:
    """Our side of the session, on the client's channel."""
    windows = [encode.uint(0), encode.uint(WINDOW), encode.uint(WINDOW), encode.uint(MAX_HANDLE)]
    fields = [encode.ushort(channel), *windows, None, None, None]
    return frame(channel, encode.described(BEGIN, encode.sequence(fields)))


def attach(channel: int, asked: Attach) -> bytes:
    """Our side of a link, on the client's handle."""
    source = asked.source.encoded or encode.described(_SOURCE, encode.sequence([None]))
    target = asked.target.encoded or encode.described(_TARGET, encode.sequence([None]))
    return _attach(channel, asked, source, target)


def attach_refused(channel: int, asked: Attach, error: Refused) -> bytes:
    """A link that is not to be: attached without source and target, then detached with the reason."""
    return _attach(channel, asked, None, None) + detach(channel, asked.handle, error)


def _attach(channel: int, asked: Attach, source: bytes | None, target: bytes | None) -> bytes:
    settle_mode = 1 if asked.client_receives else asked.settle_mode
    fields = [
        encode.string(asked.name),
        encode.uint(asked.handle),
        encode.boolean(not asked.client_receives),
        encode.ubyte(settle_mode & 0xFF),
        encode.ubyte(0),
        source,
        target,
        None,
        None,
        encode.uint(0) if asked.client_receives else None,
        encode.ulong(_ANY_SIZE if asked.client_receives else MAX_MESSAGE_SIZE),
        None,
        None,
        None,
    ]
    return frame(channel, encode.described(ATTACH, encode.sequence(fields)))


def flow(channel: int, next_incoming: int, next_outgoing: int, link: tuple[int, int, int] | None, drain: bool) -> bytes:
    """Our window, and (handle, delivery count, credit) of a link."""
    windows = [encode.uint(next_incoming), encode.uint(WINDOW), encode.uint(next_outgoing), encode.uint(WINDOW)]
    of_link = [encode.uint(number) for number in link] if link else [None] * 3
    fields = [*windows, *of_link, None, encode.boolean(drain), encode.FALSE, None]
    return frame(channel, encode.described(FLOW, encode.sequence(fields)))


def transfer(channel: int, handle: int, message: bytes, *, delivery: int, tag: int, max_frame: int) -> list[bytes]:
    """A message as settled transfer frames of up to `max_frame` bytes."""
    room = max_frame - TRANSFER_OVERHEAD
    start = b"".join(
        [encode.uint(handle), encode.uint(delivery), encode.binary(struct.pack(">I", tag)), encode.uint(0), encode.TRUE]
    )
    frames = []
    for at in range(0, len(message) or 1, room):
        fields = start + encode.boolean(at + room < len(message)) + encode.NULL * 5
        performative = b"\x00\x53\x14\xd0" + struct.pack(">II", len(fields) + 4, 11) + fields
        frames.append(frame(channel, performative, message[at : at + room]))
    return frames


def disposition(channel: int, delivery: int, state: bytes) -> bytes:
    """What became of a client's message."""
    number = encode.uint(delivery)
    fields = [encode.TRUE, number, number, encode.TRUE, state, None]
    return frame(channel, encode.described(DISPOSITION, encode.sequence(fields)))


def rejected(error: Refused) -> bytes:
    """The outcome of a message that was not taken."""
    return encode.described(0x25, encode.sequence([_error(error)]))


def detach(channel: int, handle: int, error: Refused | None = None) -> bytes:
    """A link is closed."""
    fields = [encode.uint(handle), encode.TRUE, _error(error) if error else None]
    return frame(channel, encode.described(DETACH, encode.sequence(fields)))


def end(channel: int, error: Refused | None = None) -> bytes:
    """A session is over."""
    return frame(channel, encode.described(END, encode.sequence([_error(error) if error else None])))


def close(error: Refused | None = None) -> bytes:
    """The connection is over."""
    return frame(0, encode.described(CLOSE, encode.sequence([_error(error) if error else None])))


def _error(error: Refused) -> bytes:
    return encode.described(
        0x1D, encode.sequence([encode.symbol(error.condition), encode.string(error.description), None])
    )
