"""Store and forward: pictures in the order they were taken, bounded by megabytes and hours."""

import os
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from edge.picture import Picture
from edge.spool import disk
from edge.spool.seal import seal, unseal

SUFFIX = ".picture"
NAME = re.compile(r"\d{12}-(?P<put_at>\d+)\.picture")
MOST_IN_MEMORY = 8
"""Pictures kept in memory alone when the disk is full."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the spool may hold. Over it, the oldest pictures go first."""

    most_bytes: int
    most_seconds: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture in the spool: its file's name, size, and when it was put there (seconds since the epoch).

    `picture` is set if the disk was full and memory alone holds it.
    """

    file: str
    size: int
    put_at: float
    picture: Picture | None = None


class Spool:
    """A folder of encrypted pictures for one process. Safe for threads; use as a context manager."""

    def __init__(self, folder: Path, key: Callable[[], bytes]) -> None:
        """folder: made if missing; key: asked once the folder is there and this process' own.

        Raises SpoolUnusable if the folder can't be made, or another process uses it.
        """
        self._folder = folder
        self._lock = disk.lock(folder)
        self._key = key()
        self._changed = threading.Condition()
        self._entries = deque(_entries(folder))
        self._next_number = int(self._entries[-1].file.split("-")[0]) + 1 if self._entries else 1
        self._dropped = 0

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._lock)

    def put(self, picture: Picture, now: float, bounds: Bounds) -> None:
        """Keep a picture, on disk before this returns. `now` in seconds since the epoch.

        Makes room by dropping the oldest. Where the disk is full even so, memory keeps the last few.
        """
        with self._changed:
            file = f"{self._next_number:012d}-{int(now)}{SUFFIX}"
            self._next_number += 1
            sealed = seal(picture, self._key, file)
            self._shrink(now, Bounds(bounds.most_bytes - len(sealed), bounds.most_seconds))
            held = None if disk.write(self._folder / file, sealed) else picture
            self._entries.append(Entry(file, len(sealed), now, held))
            if held and sum(1 for entry in self._entries if entry.picture) > MOST_IN_MEMORY:
                self._drop(next(entry for entry in self._entries if entry.picture))
            self._changed.notify_all()

    def oldest(self, timeout: float) -> tuple[Entry, Picture] | None:
        """The picture to send next; waits up to `timeout` seconds for one. Unreadable ones are dropped."""
        with self._changed:
            self._changed.wait_for(lambda: self._entries, timeout)
            while self._entries:
                entry = self._entries[0]
                picture = entry.picture or self._open(entry)
                if picture:
                    return entry, picture
                self._drop(entry)
            return None

    def done(self, entry: Entry) -> None:
        """The picture has arrived: forget it."""
        with self._changed:
            self._forget(entry)
            self._changed.notify_all()

    def shrink(self, now: float, bounds: Bounds) -> None:
        """Drop what is over the bounds."""
        with self._changed:
            self._shrink(now, bounds)

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
    def size(self) -> int:
        """Bytes of the pictures in the spool."""
        with self._changed:
            return sum(entry.size for entry in self._entries)

    def oldest_age(self, now: float) -> float:
        """Seconds since the oldest picture was put here; 0 if there is none."""
        with self._changed:
            return max(0.0, now - self._entries[0].put_at) if self._entries else 0.0

    def _shrink(self, now: float, bounds: Bounds) -> None:
        size = sum(entry.size for entry in self._entries)
        while self._entries:
            oldest = self._entries[0]
            if size <= bounds.most_bytes and now - oldest.put_at <= bounds.most_seconds:
                return
            size -= oldest.size
            self._drop(oldest)

    def _drop(self, entry: Entry) -> None:
        self._dropped += self._forget(entry)

    def _forget(self, entry: Entry) -> bool:
        try:
            self._entries.remove(entry)
        except ValueError:
            return False
        (self._folder / entry.file).unlink(missing_ok=True)
        return True

    def _open(self, entry: Entry) -> Picture | None:
        sealed = disk.read(self._folder / entry.file)
        return unseal(sealed, self._key, entry.file) if sealed else None


def _entries(folder: Path) -> Iterator[Entry]:
    """What an earlier run left, oldest first: a file's name holds its number and when it was put there."""
    for file, size in disk.leftovers(folder, SUFFIX):
        if match := NAME.fullmatch(file):
            yield Entry(file, size, float(match["put_at"]))
