"""A partition's events on disk, in segments, so that what is old can go."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from local.event_hubs.broker.record import StoredEvent
from local.event_hubs.broker.segment import Field, Segment

_FILE_NAME = re.compile(r"\d{20}\.log")


class Storable(NamedTuple):
    """An event to keep: its head, its size in bytes, and a function that gives the rest, told its place in the log."""

    head: bytes
    size: int
    stamped: Callable[[int, int, int], bytes]


class Cursor(NamedTuple):
    """A place in the log: the segment that starts with event `base`, and the byte in it."""

    base: int
    position: int


@dataclass(frozen=True)
class Retention:
    """How much is kept: whole segments go when all in them is older, or when the log grows beyond the bytes."""

    hours: float = 24.0
    log_bytes: int = 1024**3
    segment_bytes: int = 64 * 1024**2


class EventLog:
    """Numbers events from 0, gives each its offset and time, keeps them. Used by one thread."""

    def __init__(self, folder: Path, retention: Retention, now: Callable[[], float] = time.time) -> None:
        """Open or make the log in `folder`; files of other names in it are let be.

        `dropped` and `damaged` say how many half-written bytes were cut off, and how many are passed over.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._retention, self._now = folder, retention, now
        found = sorted(int(path.stem) for path in folder.iterdir() if _FILE_NAME.fullmatch(path.name))
        self._segments = [self._segment(base) for base in found or [0]]
        self.dropped = sum(segment.dropped for segment in self._segments)
        self.damaged = sum(segment.damaged for segment in self._segments)
        lasts = [segment.last for segment in self._segments if segment.last]
        self.last: StoredEvent | None = lasts[-1] if lasts else None
        self._next_sequence = max(self._segments[-1].base, self.last.sequence + 1 if self.last else 0)
        self._next_offset = self.last.offset + 1 if self.last else 0
        self._expire()

    @property
    def first_sequence(self) -> int:
        """The number of the oldest event kept, or of the next if there is none."""
        return self._segments[0].base

    @property
    def next_sequence(self) -> int:
        """The number the next event gets."""
        return self._next_sequence

    @property
    def end(self) -> Cursor:
        """Behind the newest event."""
        return Cursor(self._segments[-1].base, self._segments[-1].size)

    def append(self, events: Sequence[Storable]) -> None:
        """Keep all or none; they are with the kernel when this returns. Raises OSError."""
        if self._segments[-1].size >= self._retention.segment_bytes:
            self._segments.append(self._segment(self._next_sequence))
            self._expire()
        enqueued_ms = max(int(self._now() * 1000), self.last.enqueued_ms if self.last else 0)
        sequence, offset = self._next_sequence, self._next_offset
        stored = []
        for event in events:
            body = event.stamped(sequence, offset, enqueued_ms)
            stored.append(StoredEvent(sequence, offset, enqueued_ms, event.head, body, 0))
            sequence, offset = sequence + 1, offset + event.size
        self._segments[-1].append(stored)
        self._next_sequence, self._next_offset, self.last = sequence, offset, self._segments[-1].last

    def read(self, cursor: Cursor, count: int) -> list[tuple[StoredEvent, Cursor]]:
        """Up to `count` events from `cursor` on, each with the place behind it."""
        for segment in self._segments:
            if segment.base < cursor.base:
                continue
            position = cursor.position if segment.base == cursor.base else 0
            events = segment.read(position, count)
            if events:
                return [(event, Cursor(segment.base, event.end)) for event in events]
        return []

    def after(self, field: Field, value: int) -> Cursor:
        """The place of the first event whose `field` is greater than `value`."""
        for segment in self._segments:
            if segment.last and field(segment.last) > value:
                return Cursor(segment.base, segment.position_after(field, value))
        return self.end

    def close(self) -> None:
        """Write through to the disk."""
        for segment in self._segments:
            segment.close()

    def _segment(self, base: int) -> Segment:
        return Segment(self._folder / f"{base:020d}.log", base)

    def _expire(self) -> None:
        oldest_ms = (self._now() - self._retention.hours * 3600) * 1000
        while len(self._segments) > 1:
            first = self._segments[0]
            over = sum(segment.size for segment in self._segments) > self._retention.log_bytes
            if not over and first.last and first.last.enqueued_ms >= oldest_ms:
                return
            first.close()
            first.path.unlink()
            del self._segments[0]
