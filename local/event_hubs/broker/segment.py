"""One append-only file of a partition's events.

A record is a header (length, CRC-32, sequence number, offset, enqueued time) and the event. What is written survives
the death of this process, and the part of a record that a death cut off is dropped when the file is opened again; a
power cut can take the seconds that the kernel had not written yet.
"""

import os
import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_HEADER = struct.Struct(">IIqqqH")
_CHECKED_FROM = 8
_LARGEST_BODY = 8 * 1024 * 1024
_MARK_EVERY = 32 * 1024
_CHUNK = 128 * 1024


class StoredEvent(NamedTuple):
    """An event as kept: `head` is its AMQP header section, `body` all behind it with the broker's annotations."""

    sequence: int
    offset: int
    enqueued_ms: int
    head: bytes
    body: bytes
    end: int
    """Where in the file the next record starts."""


class Mark(NamedTuple):
    """Where one in many events lies; enough to find any quickly, and little to keep."""

    sequence: int
    offset: int
    enqueued_ms: int
    position: int


Field = Callable[[Mark | StoredEvent], int]


class Segment:
    """The file of the events from number `base` on. Opening reads it through and cuts off what is not whole."""

    def __init__(self, path: Path, base: int) -> None:
        """Open or make the file. `dropped` says how many bytes were cut off."""
        self.path, self.base = path, base
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._marks: list[Mark] = []
        self.last: StoredEvent | None = None
        self.size = 0
        for event in self._scan(os.fstat(self._file).st_size):
            self._note(event, event.end)
        self.dropped = os.fstat(self._file).st_size - self.size
        if self.dropped:
            os.ftruncate(self._file, self.size)

    def close(self) -> None:
        """Write through to the disk and let the file go."""
        os.fsync(self._file)
        os.close(self._file)

    def append(self, events: Sequence[StoredEvent]) -> None:
        """Write all or none. Raises OSError (disk full); `end` of the events given does not count."""
        records = [_record(event) for event in events]
        data = b"".join(records)
        try:
            written = 0
            while written < len(data):
                written += os.pwrite(self._file, data[written:], self.size + written)
        except OSError:
            os.ftruncate(self._file, self.size)
            raise
        for event, record in zip(events, records, strict=True):
            self._note(event, self.size + len(record))
        if self.last:
            self.last = self.last._replace(head=b"", body=b"")

    def read(self, position: int, count: int) -> list[StoredEvent]:
        """Up to `count` events from `position` on, at most about 128 kB of them, one at least if there is one."""
        events: list[StoredEvent] = []
        chunk = os.pread(self._file, min(_CHUNK, self.size - position), position)
        at = 0
        while len(events) < count and position + at < self.size:
            event = _parse(chunk, at, position)
            if event is None:
                if events:
                    break
                chunk = os.pread(self._file, min(_HEADER.size + _LARGEST_BODY, self.size - position), position)
                event = _parse(chunk, at, position)
                if event is None:  # cannot be: what is in the file was checked
                    break
            events.append(event)
            at = event.end - position
        return events

    def position_after(self, field: Field, value: int) -> int:
        """Where the first event lies whose `field` is greater than `value`; the end if there is none."""
        index = bisect_right(self._marks, value, key=field)
        position = self._marks[index - 1].position if index else 0
        while position < self.size:
            for event in self.read(position, 256):
                if field(event) > value:
                    return position
                position = event.end
        return position

    def _note(self, event: StoredEvent, end: int) -> None:
        if not self._marks or self.size - self._marks[-1].position >= _MARK_EVERY:
            self._marks.append(Mark(event.sequence, event.offset, event.enqueued_ms, self.size))
        self.last, self.size = event, end

    def _scan(self, file_size: int) -> Iterator[StoredEvent]:
        """All whole records, up to the first that is not."""
        chunk, start, at = b"", 0, 0
        while True:
            event = _parse(chunk, at, start)
            if event is None:
                start, at = start + at, 0
                chunk = os.pread(self._file, min(_HEADER.size + _LARGEST_BODY, file_size - start), start)
                event = _parse(chunk, at, start)
                if event is None:
                    return
            yield event._replace(head=b"", body=b"")
            at = event.end - start


def _record(event: StoredEvent) -> bytes:
    checked = struct.pack(">qqqH", event.sequence, event.offset, event.enqueued_ms, len(event.head))
    body = event.head + event.body
    return struct.pack(">II", len(body), zlib.crc32(body, zlib.crc32(checked))) + checked + body


def _parse(chunk: bytes, at: int, start: int) -> StoredEvent | None:
    """The record at `at` of a chunk that starts at `start` in the file; None if it is not whole and right."""
    body_at = at + _HEADER.size
    if body_at > len(chunk):
        return None
    length, checksum, sequence, offset, enqueued_ms, head_length = _HEADER.unpack_from(chunk, at)
    end = body_at + length
    if length > _LARGEST_BODY or end > len(chunk):
        return None
    if zlib.crc32(chunk[at + _CHECKED_FROM : end]) != checksum:
        return None
    head_end = body_at + head_length
    return StoredEvent(sequence, offset, enqueued_ms, chunk[body_at:head_end], chunk[head_end:end], start + end)
