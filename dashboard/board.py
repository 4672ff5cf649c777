"""What the routes serve from: the feed, the history it fills, and the rules for showing it."""

import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from pydantic.alias_generators import to_camel

from dashboard import export
from dashboard.calendar import quarter_before
from dashboard.feed import Feed
from dashboard.history import History
from dashboard.look import Figures
from dashboard.notes import Notes, NotesFile
from dashboard.snapshot import take
from dashboard.view import Rules, View

MOST_VIEWS = 64

State = tuple[int, datetime, Notes]


class Board:
    """One dashboard. Pages that look at the same share the work."""

    def __init__(
        self, feed: Feed, history: History, rules: Rules, notes: NotesFile, clock: Callable[[], datetime]
    ) -> None:
        """`clock` says the time in UTC."""
        self.feed, self.history, self.rules, self.notes, self.clock = feed, history, rules, notes, clock
        self._lock = threading.Lock()
        self._made_of: State | None = None
        self._made: dict[View, Figures] = {}

    @property
    def state(self) -> State:
        """Changes whenever a page's numbers may: with rows, with notes, and each quarter of an hour."""
        return self.feed.version, quarter_before(self.clock()), self.notes.read()

    def snapshot(self, view: View) -> Figures:
        """All the page's numbers."""
        with self._lock, self.feed.turns.looking():
            state = self.state
            if state != self._made_of or len(self._made) >= MOST_VIEWS:
                self._made_of, self._made = state, {}
            if view not in self._made:
                with self.history.looking() as look:
                    self._made[view] = take(look, view, self.rules, state[2], self.clock())
            return self._made[view] | {"reading": self.feed.reading}

    def health(self) -> Figures:
        """The health strip, what could not be read or was refused, and how far history is read; answers at once."""
        strip = {to_camel(name): value for name, value in asdict(self.feed.strip).items()}
        return strip | {
            "unreadable": self.feed.unreadable + self.notes.read().unreadable,
            "refused": self.feed.refused,
            "reading": self.feed.reading,
        }

    def export(self, view: View, grain: export.Grain, form: export.Form, path: Path) -> None:
        """Write the period's rows or sums to a file."""
        calendar = self.rules.calendar
        period = view.period(calendar.day_of(self.clock()))
        with self.history.looking() as look:
            export.write(look, export.Wanted(grain, form, period, view.store, view.camera), calendar, path)
