"""One append-only file of a partition's events.

What is written survives the death of this process, and the part of a record that a death cut off is dropped when the
file is opened again; a power cut can take the seconds that the kernel had not written yet. A record that was written
whole and is no longer right, as after a fault of the disk, is passed over alone: it stays where it is, and so does all
behind it.
"""

import os
from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from local.event_hubs.broker.record import (
    HEADER,
    LARGEST_BODY,
    StoredEvent,
    newest_damaged,
    next_whole,
    pack,
    parse,
)

_MARK_EVERY = 32 * 1024
_CHUNK = 128 * 1024


class Mark(NamedTuple):
    """Where one in many events lies; enough to find any quickly, and little to keep."""

    sequence: int
    offset: int
    enqueued_ms: int
    position: int


Field = Callable[[Mark | StoredEvent], int]


class Segment:
    """The file of the events from number `base` on. Opening reads it through and cuts off what is half written."""

    def __init__(self, path: Path, base: int) -> None:
        """Open or make the file. `dropped` and `damaged` say how many bytes were cut off, and are passed over."""
        self.path, self.base = path, base
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._marks: list[Mark] = []
        self._holes: dict[int, int] = {}
        self.last: StoredEvent | None = None
        self.size = 0
        file_size = os.fstat(self._file).st_size
        while self._note_whole(file_size) and self._pass_over_damage(file_size):
            pass
        self.dropped, self.damaged = file_size - self.size, sum(end - at for at, end in self._holes.items())
        if self.dropped:
            os.ftruncate(self._file, self.size)

    def close(self) -> None:
        """Write through to the disk and let the file go."""
        os.fsync(self._file)
        os.close(self._file)

    def append(self, events: Sequence[StoredEvent]) -> None:
        """Write all or none. Raises OSError (disk full); `end` of the events given does not count."""
        records = [pack(event) for event in events]
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
        position = self._holes.get(position, position)
        events: list[StoredEvent] = []
        chunk = os.pread(self._file, min(_CHUNK, self.size - position), position)
        at = 0
        while len(events) < count and position + at < self.size and position + at not in self._holes:
            event = parse(chunk, at, position)
            if event is None:
                if events:
                    break
                chunk = os.pread(self._file, min(HEADER.size + LARGEST_BODY, self.size - position), position)
                event = parse(chunk, at, position)
                if event is None:  # cannot be: what is in the file was checked
                    break
            events.append(event)
            at = event.end - position
        return events

    def position_after(self, field: Field, value: int) -> int:
        """Where the first event lies whose `field` is greater than `value`; the end if there is none."""
        index = bisect_right(self._marks, value, key=field)
        position = self._marks[index - 1].position if index else 0
        while events := self.read(position, 256):
            for event in events:
                if field(event) > value:
                    return position
                position = event.end
        return self.size

    def _note(self, event: StoredEvent, end: int) -> None:
        if not self._marks or self.size - self._marks[-1].position >= _MARK_EVERY:
            self._marks.append(Mark(event.sequence, event.offset, event.enqueued_ms, self.size))
        self.last, self.size = event, end

    def _note_whole(self, file_size: int) -> bool:
        """Note the whole records from here on; whether there is something else behind them."""
        chunk, start, at = b"", self.size, 0
        while True:
            event = parse(chunk, at, start)
            if event is None:
                start, at = start + at, 0
                chunk = os.pread(self._file, min(HEADER.size + LARGEST_BODY, file_size - start), start)
                event = parse(chunk, at, start)
                if event is None:
                    return self.size < file_size
            self._note(event._replace(head=b"", body=b""), event.end)
            at = event.end - start

    def _pass_over_damage(self, file_size: int) -> bool:
        """Step behind what is not right, if that was written whole; whether there is more behind it."""
        before = self.last or StoredEvent(self.base - 1, -1, 0, b"", b"", 0)
        damaged = os.pread(self._file, file_size - self.size, self.size)
        length = next_whole(damaged, before)
        if length is None:
            newest = newest_damaged(damaged, before)
            if newest is None:
                return False
            length, self.last = len(damaged), newest
        self._holes[self.size] = self.size + length
        self.size += length
        return self.size < file_size
