"""What the routes serve from: the feed, the history it fills, and the rules for showing it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime

import duckdb
from pydantic.alias_generators import to_camel

from local.dashboard.day import span_of
from local.dashboard.feed import Feed
from local.dashboard.history import History, Selection
from local.dashboard.snapshot import HOUR_COLUMNS, QUARTER, Figures, Rules, View, hours, take


@dataclass(frozen=True)
class Board:
    """One dashboard. `clock` says the time in UTC."""

    feed: Feed
    history: History
    rules: Rules
    clock: Callable[[], datetime]

    def today(self) -> date:
        """By the stores' clock."""
        return self.clock().astimezone(self.rules.zone).date()

    def snapshot(self, view: View) -> Figures:
        """All the page's numbers."""
        return take(self.history, view, self.rules, self.clock())

    def health(self) -> Figures:
        """The health strip, and how many lines of the rows file could not be read."""
        strip = {to_camel(name): value for name, value in asdict(self.feed.strip).items()}
        return strip | {"unreadable": self.feed.unreadable}

    def windows(self, view: View) -> duckdb.DuckDBPyRelation:
        """The day's windows as they were released."""
        return self.history.released(self._selection(view))

    def hours(self, view: View) -> duckdb.DuckDBPyRelation:
        """The day's hours, empty ones too."""
        quarters = self.history.by_bucket(self._selection(view), QUARTER)
        return self.history.relation(hours(quarters, view.day or self.today(), self.rules), HOUR_COLUMNS)

    def _selection(self, view: View) -> Selection:
        return Selection(*span_of(view.day or self.today(), self.rules.zone), view.store, view.camera)
