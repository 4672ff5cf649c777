"""Which days are looked at, and which earlier ones they are compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from dashboard.calendar import DAY, Calendar, quarter_before

LAST_YEAR_DAYS = 364
"""As many weeks as fit into a year: the same weekday."""
OF_MEAN = 4


class Kind(StrEnum):
    """How a period is named."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    RANGE = "range"


@dataclass(frozen=True)
class Period:
    """Whole days of the stores, `first` to `last`, both included."""

    kind: Kind
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Stretch:
    """A period as far as it has come: (since, until] in UTC."""

    period: Period
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Reference:
    """What a period is compared with: `before`, `mean` (of up to four) or `year`."""

    name: str
    stretches: Sequence[Stretch]


def period_around(kind: Kind, day: date) -> Period:
    """The day, week or month that `day` is in."""
    if kind is Kind.WEEK:
        first = day - timedelta(days=day.weekday())
        return Period(kind, first, first + timedelta(days=6))
    if kind is Kind.MONTH:
        first = day.replace(day=1)
        return Period(kind, first, _months_later(first, 1) - DAY)
    return Period(kind, day, day)


def elapsed(period: Period, calendar: Calendar, now: datetime) -> Stretch:
    """`period` up to the last full quarter of an hour before `now`."""
    since, until = calendar.span_of(period.first, period.last)
    return Stretch(period, since, max(since, min(until, quarter_before(now))))


def references(stretch: Stretch, calendar: Calendar) -> Sequence[Reference]:
    """The same stretch of earlier periods: the one before, the last four, last year's; by the stores' clock."""
    earlier = [_earlier(stretch, calendar, steps) for steps in range(1, OF_MEAN + 1)]
    return (
        Reference("before", earlier[:1]),
        Reference("mean", earlier),
        Reference("year", [_last_year(stretch, calendar)]),
    )


def _earlier(stretch: Stretch, calendar: Calendar, steps: int) -> Stretch:
    period = stretch.period
    if period.kind is Kind.MONTH:
        first = _months_later(period.first, -steps)
        return _beside(stretch, calendar, Period(Kind.MONTH, first, _months_later(first, 1) - DAY))
    weeks = -(-period.days // 7)
    return _beside(stretch, calendar, _moved(period, -7 * weeks * steps))


def _last_year(stretch: Stretch, calendar: Calendar) -> Stretch:
    period = stretch.period
    if period.kind is Kind.MONTH:
        first = _months_later(period.first, -12)
        return _beside(stretch, calendar, Period(Kind.MONTH, first, _months_later(first, 1) - DAY))
    return _beside(stretch, calendar, _moved(period, -LAST_YEAR_DAYS))


def _beside(stretch: Stretch, calendar: Calendar, period: Period) -> Stretch:
    """`period`, as far as `stretch` has come in its own."""
    since, end = calendar.span_of(period.first, period.last)
    if stretch.until >= calendar.span_of(stretch.period.first, stretch.period.last)[1]:
        return Stretch(period, since, end)
    moved = calendar.shifted(stretch.until, (period.first - stretch.period.first).days)
    return Stretch(period, since, max(since, min(end, moved)))


def _moved(period: Period, days: int) -> Period:
    by = timedelta(days=days)
    return Period(period.kind, period.first + by, period.last + by)


def _months_later(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
