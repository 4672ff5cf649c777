"""When a store's day starts, for totals that run through the day."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FORM = re.compile(r"(?P<hour>\d\d):(?P<minute>\d\d)(?: (?P<zone>[A-Za-z0-9_+/-]{1,64}))?")


@dataclass(frozen=True, slots=True)
class DayStart:
    """A time of day in a time zone."""

    at: time
    zone: ZoneInfo

    @classmethod
    def read(cls, text: str) -> "DayStart":
        """From `HH:MM` (UTC) or `HH:MM Area/City`. Raises ValueError."""
        form = FORM.fullmatch(text)
        if not form:
            raise ValueError("expected HH:MM or HH:MM Area/City, such as 06:00 Europe/Berlin")
        try:
            zone = ZoneInfo(form["zone"] or "UTC")
        except (KeyError, ValueError, OSError):
            raise ValueError("no such time zone; expected a name such as Europe/Berlin") from None
        try:
            return cls(time(int(form["hour"]), int(form["minute"])), zone)
        except ValueError:
            raise ValueError("expected a time of day from 00:00 to 23:59") from None

    def day(self, moment: datetime) -> date:
        """The date on which the day of this moment (UTC) started.

        A day starts once: where clocks go back over its start, the first time counts.
        """
        local = moment.astimezone(self.zone).date()
        days = (local + timedelta(days=offset) for offset in (1, 0, -1, -2))
        return next(day for day in days if self._start(day) <= moment)

    def _start(self, day: date) -> datetime:
        return datetime.combine(day, self.at, self.zone).astimezone(UTC)
