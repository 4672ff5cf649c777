"""A store's day: where it starts and ends, and which hour a moment falls in, by the store's own clock."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

HOUR = timedelta(hours=1)


def span_of(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Midnight to midnight, in UTC: 23 to 25 hours apart."""
    start = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def day_of(window_end: datetime, zone: tzinfo) -> date:
    """The local day of a window; one that ends at midnight belongs to the day before."""
    return (window_end - timedelta(microseconds=1)).astimezone(zone).date()


def hours_of(day: date, zone: tzinfo) -> Sequence[datetime]:
    """The starts of the day's hours in local time: 24, or 23 or 25 where clocks change."""
    start, end = span_of(day, zone)
    return [(start + HOUR * step).astimezone(zone) for step in range((end - start) // HOUR)]


def hour_of(moment: datetime, zone: tzinfo) -> datetime:
    """The local hour that `moment` falls in. Zones are whole quarters of an hour off UTC, so quarters never split."""
    return moment.astimezone(zone).replace(minute=0, second=0, microsecond=0)
