"""What a page looks at, and the rules by which figures are made."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from dashboard.calendar import Calendar
from dashboard.look import Selection, local
from dashboard.notes import Notes
from dashboard.opening import OpeningHours
from dashboard.periods import Kind, Period, period_around


@dataclass(frozen=True)
class View:
    """A day, week or month around `day` (None: today), or the days `first` to `last`; one store and camera, or all."""

    kind: Kind = Kind.DAY
    day: date | None = None
    first: date | None = None
    last: date | None = None
    store: str | None = None
    camera: str | None = None

    def period(self, today: date) -> Period:
        """The days looked at."""
        if self.first is not None and self.last is not None:
            return Period(Kind.RANGE, self.first, self.last)
        return period_around(self.kind, self.day or today)


@dataclass(frozen=True)
class Rules:
    """The stores' clock and opening hours."""

    calendar: Calendar
    opening: OpeningHours

    def with_notes(self, notes: Notes) -> "Rules":
        """The same with the days that the notes say are closed."""
        closed = tuple(notes.closed())
        return Rules(self.calendar, OpeningHours(self.opening.by_store, closed)) if closed else self

    def counted(self, since: datetime, until: datetime, store: str | None, camera: str | None) -> Selection:
        """All that was counted in a stretch, with the stores' clock."""
        return Selection(since, until, store, camera, local("quarter", self.calendar.offsets(since, until)))

    def opened(self, since: datetime, until: datetime, store: str | None, camera: str | None) -> Selection:
        """What was counted in a stretch while stores were open."""
        return replace(self.counted(since, until, store, camera), condition=self.opening.condition())
