"""Store and forward: pictures and counts in the order they were taken, bounded by megabytes and hours."""

import contextlib
import os
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from edge.errors import SpoolUnusable
from edge.parcel import Parcel
from edge.spool import disk
from edge.spool.clock import SpoolClock
from edge.spool.key import check_same
from edge.spool.seal import seal, unseal

SUFFIX = ".picture"
NAME = re.compile(r"\d{12}-(?P<put_at>\d+)\.picture")
EPOCH_SECONDS = 1e9
"""No spool is as old as this; what has such a time was put there by a version that took the wall clock's."""
MOST_IN_MEMORY = 8
"""Pictures kept in memory alone when the disk takes none."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the spool may hold. Over it, the oldest pictures go first."""

    most_bytes: int
    most_seconds: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture in the spool: its file's name, size, and when it was put there (seconds of the spool's clock).

    `parcel` is set if the disk didn't take it and memory alone holds it.
    """

    file: str
    size: int
    put_at: float
    parcel: Parcel | None = None


class Spool:
    """A folder of encrypted pictures for one process. Safe for threads; use as a context manager."""

    def __init__(self, folder: Path, key: Callable[[], bytes], steady: Callable[[], float] = time.monotonic) -> None:
        """folder: made if missing; key: asked once the folder is there and this process' own, and again if it raises
        OSError; steady: a clock that runs evenly since the machine's boot.

        Raises SpoolUnusable if the folder can't be made, another process uses it, or another key sealed what waits.
        """
        self._folder = folder
        self._lock = disk.lock(folder)
        self._ask_key = key
        self._key: bytes | None = None
        self._changed = threading.Condition()
        found = tuple(_entries(folder))
        try:
            with contextlib.suppress(OSError):
                check_same(folder, self._known_key(), bool(found))
        except SpoolUnusable:
            os.close(self._lock)
            raise
        self._clock = SpoolClock(folder, _latest(found), steady)
        now = self._clock.now()
        self._entries = deque(replace(entry, put_at=min(entry.put_at, now)) for entry in found)
        self._fault: str | None = None
        self._next_number = int(self._entries[-1].file.split("-")[0]) + 1 if self._entries else 1
        self._dropped = 0

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._lock)

    def put(self, parcel: Parcel, bounds: Bounds) -> None:
        """Keep a picture, on disk before this returns.

        Makes room by dropping the oldest. Where the disk doesn't take it even so, memory keeps the last few.
        """
        with self._changed:
            now = self._clock.now()
            file = f"{self._next_number:012d}-{int(now)}{SUFFIX}"
            self._next_number += 1
            sealed, fault = self._sealed(parcel, file)
            size = len(sealed or parcel.content)
            self._shrink(Bounds(bounds.most_bytes - size, bounds.most_seconds))
            self._fault = fault or disk.write(self._folder / file, sealed)
            held = parcel if self._fault else None
            self._entries.append(Entry(file, size, now, held))
            if held and sum(1 for entry in self._entries if entry.parcel) > MOST_IN_MEMORY:
                self._drop(next(entry for entry in self._entries if entry.parcel))
            self._changed.notify_all()

    def oldest(self, timeout: float) -> tuple[Entry, Parcel] | None:
        """The picture to send next; waits up to `timeout` seconds for one.

        Damaged ones are dropped. Those that can't be read now are passed over, and asked again the next time.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._entries, timeout)
            for entry in tuple(self._entries):
                with contextlib.suppress(OSError):
                    if parcel := entry.parcel or self._open(entry):
                        return entry, parcel
                    self._drop(entry)
            if self._entries:
                self._changed.wait(timeout)
            return None

    def postpone(self, entry: Entry) -> None:
        """Storage refuses this one picture: let the others go before it."""
        with self._changed, contextlib.suppress(ValueError):
            self._entries.remove(entry)
            self._entries.append(entry)

    def done(self, entry: Entry) -> None:
        """The picture has arrived: forget it."""
        with self._changed:
            self._forget(entry)
            self._changed.notify_all()

    def shrink(self, bounds: Bounds) -> None:
        """Drop what is over the bounds. To be called now and then."""
        with self._changed:
            self._clock.save()
            self._shrink(bounds)

    def purge(self) -> int:
        """Drop everything; how many pictures that was."""
        with self._changed:
            count = len(self._entries)
            for entry in tuple(self._entries):
                self._drop(entry)
            self._changed.notify_all()
            return count

    def wait_empty(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds until nothing is left; whether that came to be."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._entries, timeout)

    @property
    def waiting(self) -> int:
        """Pictures in the spool."""
        return len(self._entries)

    @property
    def dropped(self) -> int:
        """Pictures given up since the start: over the bounds, unreadable, or purged."""
        return self._dropped

    @property
    def fault(self) -> str | None:
        """Why the disk didn't take the last picture, so that memory alone holds it; None if it did."""
        return self._fault

    @property
    def size(self) -> int:
        """Bytes of the pictures in the spool."""
        with self._changed:
            return sum(entry.size for entry in self._entries)

    def oldest_age(self) -> float:
        """Seconds since the oldest picture was put here; 0 if there is none."""
        with self._changed:
            return self._clock.now() - min(entry.put_at for entry in self._entries) if self._entries else 0.0

    def _shrink(self, bounds: Bounds) -> None:
        now = self._clock.now()
        for entry in tuple(self._entries):
            if now - entry.put_at > bounds.most_seconds:
                self._drop(entry)
        size = sum(entry.size for entry in self._entries)
        while self._entries and size > bounds.most_bytes:
            size -= self._entries[0].size
            self._drop(self._entries[0])

    def _drop(self, entry: Entry) -> None:
        self._dropped += self._forget(entry)

    def _forget(self, entry: Entry) -> bool:
        try:
            self._entries.remove(entry)
        except ValueError:
            return False
        disk.remove(self._folder / entry.file)
        return True

    def _sealed(self, parcel: Parcel, file: str) -> tuple[bytes, str | None]:
        """The picture's sealed bytes, or why there is no key to be had."""
        try:
            return seal(parcel, self._known_key(), file), None
        except OSError as error:
            return b"", error.strerror or type(error).__name__

    def _open(self, entry: Entry) -> Parcel | None:
        sealed = disk.read(self._folder / entry.file)
        return unseal(sealed, self._known_key(), entry.file) if sealed else None

    def _known_key(self) -> bytes:
        self._key = self._key or self._ask_key()
        return self._key


def _entries(folder: Path) -> Iterator[Entry]:
    """What an earlier run left, oldest first: a file's name holds its number and when it was put there."""
    for file, size in disk.leftovers(folder, SUFFIX):
        if match := NAME.fullmatch(file):
            yield Entry(file, size, float(match["put_at"]))


def _latest(entries: Sequence[Entry]) -> float:
    """When the last of these was put here."""
    return max((entry.put_at for entry in entries if entry.put_at < EPOCH_SECONDS), default=0.0)
