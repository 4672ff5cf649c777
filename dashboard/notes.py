"""Notes on days, in a file beside the rows: `notes.csv` with the columns date, store, kind, text.

An empty store means all. `kind` is `campaign`, `holiday`, `note`, or `closed`, which also takes the day out of the
opening hours. Lines that can't be read are left out and counted.
"""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

KINDS = ("campaign", "holiday", "closed", "note")
FILE = "notes.csv"
MOST_NOTES = 5000
MOST_BYTES = 1 << 20
LONGEST_TEXT = 200


@dataclass(frozen=True)
class Note:
    """One remark on a day."""

    day: date
    store: str | None
    kind: str
    text: str


@dataclass(frozen=True)
class Notes:
    """All of them, and how many lines could not be read."""

    notes: tuple[Note, ...] = ()
    unreadable: int = 0

    def closed(self) -> tuple[tuple[str | None, date], ...]:
        """The days that are said to be closed, with their store."""
        return tuple((note.store, note.day) for note in self.notes if note.kind == "closed")

    def within(self, first: date, last: date, store: str | None) -> list[Note]:
        """Those of a period that concern a store, or any."""
        return [
            note
            for note in self.notes
            if first <= note.day <= last and (store is None or note.store is None or note.store == store)
        ]


class NotesFile:
    """Read again whenever the file has changed."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where the rows are."""
        self._path = folder / FILE
        self._stamp: tuple[int, int] | None = None
        self._notes = Notes()

    def read(self) -> Notes:
        """The notes as they are now; none where there is no file."""
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._stamp:
                with self._path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                    self._notes = parse(file.read(MOST_BYTES))
                self._stamp = stamp
        except OSError:
            self._stamp, self._notes = None, Notes()
        return self._notes


def parse(text: str) -> Notes:
    """Read the file's text. Each line by itself: a quote that nobody closes takes no other note with it."""
    notes: list[Note] = []
    unreadable = 0
    for line in text.splitlines():
        try:
            cells = [cell.strip() for cell in next(csv.reader([line]), [])]
            if not any(cells) or cells[0].lower() == "date":
                continue
            day, store, kind, words = date.fromisoformat(cells[0]), *cells[1:4]
        except (csv.Error, ValueError):
            unreadable += 1
            continue
        if kind not in KINDS or len(notes) >= MOST_NOTES:
            unreadable += 1
            continue
        notes.append(Note(day, store or None, kind, words[:LONGEST_TEXT]))
    return Notes(tuple(sorted(notes, key=lambda note: (note.day, note.store or ""))), unreadable)
