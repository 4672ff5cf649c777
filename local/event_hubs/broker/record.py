"""How an event lies in a file: a header (length, CRC-32, sequence number, offset, enqueued time) and the event."""

import re
import struct
import zlib
from typing import NamedTuple

HEADER = struct.Struct(">IIqqqH")
_INT64 = struct.Struct(">q")
LARGEST_BODY = 8 * 1024 * 1024
_CHECKED_FROM = 8
_SEQUENCE_AT = 8
_MOST_SIZE = 2 * LARGEST_BODY


class StoredEvent(NamedTuple):
    """An event as kept: `head` is its AMQP header section, `body` all behind it with the broker's annotations."""

    sequence: int
    offset: int
    enqueued_ms: int
    head: bytes
    body: bytes
    end: int
    """Where in the file the next record starts."""


def pack(event: StoredEvent) -> bytes:
    """The record of an event."""
    checked = struct.pack(">qqqH", event.sequence, event.offset, event.enqueued_ms, len(event.head))
    body = event.head + event.body
    return struct.pack(">II", len(body), zlib.crc32(body, zlib.crc32(checked))) + checked + body


def parse(chunk: bytes, at: int, start: int) -> StoredEvent | None:
    """The record at `at` of a chunk that starts at `start` in the file; None if it is not whole and right."""
    body_at = at + HEADER.size
    if body_at > len(chunk):
        return None
    length, checksum, sequence, offset, enqueued_ms, head_length = HEADER.unpack_from(chunk, at)
    end = body_at + length
    if length > LARGEST_BODY or end > len(chunk):
        return None
    if zlib.crc32(chunk[at + _CHECKED_FROM : end]) != checksum:
        return None
    head_end = body_at + head_length
    return StoredEvent(sequence, offset, enqueued_ms, chunk[body_at:head_end], chunk[head_end:end], start + end)


def next_whole(damaged: bytes, before: StoredEvent) -> int | None:
    """Where in `damaged`, which starts with a record that is not right, the next right one starts.

    Only what could follow the event `before` counts: what looks like a record inside of an event's body does not fit.
    """
    nearest = (before.sequence + 1).to_bytes(8)[:4]  # events so far apart that these change are not in one file
    found = re.compile(rb"(?s)(?=\x00(?!\x00\x00\x00).{7}" + re.escape(nearest) + rb")")
    for match in found.finditer(damaged, 1):
        at = match.start()
        (sequence,) = _INT64.unpack_from(damaged, at + _SEQUENCE_AT) if at + HEADER.size <= len(damaged) else (-1,)
        if not before.sequence < sequence <= before.sequence + 2 + at // HEADER.size:
            continue
        event = parse(damaged, at, 0)
        if event is not None and event.offset >= before.offset:
            return at
    return None


def newest_damaged(damaged: bytes, before: StoredEvent) -> StoredEvent | None:
    """The event whose record `damaged` is, its content lost, if it was written whole; None for half a record.

    Its number must not be given to another event: readers may have come past it.
    """
    if len(damaged) < HEADER.size:
        return None
    length, _, sequence, offset, _, _ = HEADER.unpack_from(damaged)
    if HEADER.size + length != len(damaged) or sequence != before.sequence + 1:
        return None
    return before._replace(
        sequence=sequence,
        offset=offset if before.offset < offset <= before.offset + _MOST_SIZE else before.offset + 1,
    )
