"""The 15-second grid, and where a store's days and hours begin."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

QUARTER_MINUTE = timedelta(seconds=15)
HOUR = timedelta(hours=1)
_DAY_START = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?: ([A-Za-z][A-Za-z0-9_+/-]{0,62}))?")
_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def window_end(moment: datetime) -> datetime:
    """The end of the quarter minute (start, end] that holds a UTC moment."""
    minute = moment.replace(second=0, microsecond=0)
    quarters = -((minute - moment) // QUARTER_MINUTE)
    return minute + quarters * QUARTER_MINUTE


def next_mark(moment: datetime, step: timedelta) -> datetime:
    """The first full step of the UTC day at or after a moment: with 5 minutes, 10:15 for 10:11:30."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - (midnight - moment) // step * step


def last_mark(moment: datetime, step: timedelta) -> datetime:
    """The last full step of the UTC day at or before a moment: with 5 minutes, 10:10 for 10:11:30."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // step * step


def text(moment: datetime) -> str:
    """A UTC moment of whole seconds as the contracts write it: 2026-11-22T14:15:15Z."""
    naive = moment.replace(tzinfo=None)
    return f"{naive.isoformat(timespec='seconds')}Z"  # strftime writes the year 999 in three digits


def moment(text: str) -> datetime:
    """The other way. Raises ValueError for anything else."""
    if _TEXT.fullmatch(text) is None:
        raise ValueError("not of the form 2026-11-22T14:15:15Z")
    return datetime.fromisoformat(text)  # strptime takes 20 times as long, and one digit for two


@dataclass(frozen=True, slots=True)
class Span:
    """(start, end], both UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class DayStart:
    """When a store's day begins: a time of day in a time zone."""

    at: time
    zone: tzinfo

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `HH:MM` (UTC) or `HH:MM Area/City`. Raises ValueError saying what would do."""
        found = _DAY_START.fullmatch(text)
        if found is None:
            raise ValueError("is a time of day such as 04:00, or one with a time zone such as 04:00 Europe/Paris")
        hours, minutes, zone = found.groups()
        try:
            return cls(time(int(hours), int(minutes)), ZoneInfo(zone) if zone else UTC)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("names a time zone that is not known; a name like Europe/Paris is") from None

    def day_of(self, window_end: datetime) -> Span:
        """The store's day that holds the quarter minute up to `window_end`."""
        begun = window_end - QUARTER_MINUTE
        on = begun.astimezone(self.zone).date()
        starts = [self._on(on + timedelta(days=days)) for days in (-2, -1, 0, 1, 2)]
        return Span(max(start for start in starts if start <= begun), min(start for start in starts if start > begun))

    def hour_of(self, window_end: datetime) -> Span:
        """The full UTC hour that holds the quarter minute up to `window_end`, cut where a day begins in it."""
        begun = window_end - QUARTER_MINUTE
        hour = begun.replace(minute=0, second=0, microsecond=0)
        day = self.day_of(window_end)
        return Span(max(hour, day.start), min(hour + HOUR, day.end))

    def _on(self, date: date) -> datetime:
        return datetime.combine(date, self.at, self.zone).astimezone(UTC)
