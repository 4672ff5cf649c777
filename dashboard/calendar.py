"""A store's calendar: when its days start and end, and how far its clock is from UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The stores' clock, and the time of day at which their day begins (on a full quarter of an hour)."""

    zone: tzinfo
    zone_name: str
    day_start: time = time()

    def start_of(self, day: date) -> datetime:
        """When `day` begins, in UTC."""
        return datetime.combine(day, self.day_start, self.zone).astimezone(UTC)

    def span_of(self, first: date, last: date) -> tuple[datetime, datetime]:
        """From the start of `first` to the end of `last`, in UTC: 23 to 25 hours for each day."""
        return self.start_of(first), self.start_of(last + DAY)

    def day_of(self, moment: datetime) -> date:
        """The store's day that `moment` falls in. Where clocks go back over its start, the first time counts."""
        local = moment.astimezone(self.zone).date()
        return next(day for day in (local + DAY, local, local - DAY, local - 2 * DAY) if self.start_of(day) <= moment)

    def day_ending(self, window_end: datetime) -> date:
        """The day of a window: one that ends as the day does belongs to that day."""
        return self.day_of(window_end - timedelta(microseconds=1))

    def hours_of(self, day: date) -> Sequence[datetime]:
        """The starts of the day's hours, in UTC: 24, or 23 or 25 where clocks change.

        In UTC, since Python takes the two local times of a repeated hour for equal.
        """
        start, end = self.span_of(day, day)
        return [start + HOUR * step for step in range((end - start) // HOUR)]

    def shifted(self, moment: datetime, days: int) -> datetime:
        """The same time by the clock, so many days later, in UTC."""
        local = moment.astimezone(self.zone).replace(tzinfo=None) + days * DAY
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def local(self, moment: datetime) -> str:
        """`moment` by the stores' clock, with its distance from UTC, to the minute."""
        return moment.astimezone(self.zone).isoformat(timespec="minutes")

    def offsets(self, since: datetime, until: datetime) -> Sequence[tuple[datetime, timedelta]]:
        """From when on in [since, until] which distance from UTC holds; clocks change on quarters of an hour."""
        found = [(since, self._offset(since))]
        moment = since
        while moment < until:
            later = min(moment + DAY, until)
            if self._offset(later) != found[-1][1]:
                found.append(self._change(moment, later))
            moment = later
        return found

    def _change(self, before: datetime, after: datetime) -> tuple[datetime, timedelta]:
        steps = 1
        while self._offset(before + steps * QUARTER) != self._offset(after):
            steps += 1
        # Full quarters of UTC, whatever second the search began at.
        moment = before + steps * QUARTER
        moment = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
        return moment, self._offset(after)

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self.zone).utcoffset() or timedelta()


def quarter_before(moment: datetime) -> datetime:
    """The full quarter of an hour at or before `moment`."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
