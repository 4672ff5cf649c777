"""What the routes serve from: the feed, the history it fills, and the rules for showing it."""

import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime

import duckdb
from pydantic.alias_generators import to_camel

from local.dashboard.day import span_of
from local.dashboard.feed import Feed
from local.dashboard.history import History, Selection
from local.dashboard.snapshot import HOUR_COLUMNS, QUARTER, Figures, Rules, View, hours, take

MOST_VIEWS = 64


class Board:
    """One dashboard. Pages that look at the same share the work."""

    def __init__(self, feed: Feed, history: History, rules: Rules, clock: Callable[[], datetime]) -> None:
        """`clock` says the time in UTC."""
        self.feed, self.history, self.rules, self.clock = feed, history, rules, clock
        self._lock = threading.Lock()
        self._made_of: tuple[int, date] | None = None
        self._made: dict[View, Figures] = {}

    @property
    def state(self) -> tuple[int, date]:
        """Changes whenever a page's numbers may."""
        return self.feed.version, self.today()

    def today(self) -> date:
        """By the stores' clock."""
        return self.clock().astimezone(self.rules.zone).date()

    def snapshot(self, view: View) -> Figures:
        """All the page's numbers."""
        with self._lock:
            state = self.state
            if state != self._made_of or len(self._made) >= MOST_VIEWS:
                self._made_of, self._made = state, {}
            if view not in self._made:
                self._made[view] = take(self.history, view, self.rules, self.clock())
            return self._made[view]

    def health(self) -> Figures:
        """The health strip, and how many lines of the rows file could not be read."""
        strip = {to_camel(name): value for name, value in asdict(self.feed.strip).items()}
        return strip | {"unreadable": self.feed.unreadable}

    def windows(self, view: View) -> duckdb.DuckDBPyRelation:
        """The day's windows as they were released."""
        return self.history.released(self._selection(view))

    def hours(self, view: View) -> duckdb.DuckDBPyRelation:
        """The day's hours, empty ones too."""
        with self.history.looking() as look:
            quarters = look.by_bucket(self._selection(view), QUARTER)
        return self.history.relation(hours(quarters, view.day or self.today(), self.rules), HOUR_COLUMNS)

    def _selection(self, view: View) -> Selection:
        return Selection(*span_of(view.day or self.today(), self.rules.zone), view.store, view.camera)
