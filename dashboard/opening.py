"""When stores are open: `Mo-Fr 09:00-20:00, Sa 10:00-18:00`, for all stores or `store: …`, several parted by `|`."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dashboard.calendar import DAY, Calendar
from dashboard.errors import SettingWrong

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
WHOLE_DAY = 24 * 60
_RULE = re.compile(r"([A-Z][a-z])(?:-([A-Z][a-z]))? +(\d\d?):(\d\d)-(\d\d?):(\d\d)")
_STORE = re.compile(r" *([a-z0-9][a-z0-9-]{0,62}) *: *(.*)")
EXAMPLE = "Mo-Fr 09:00-20:00, Sa 10:00-18:00"


@dataclass(frozen=True)
class Stretch:
    """Open from `start` to `end` on a weekday (Monday is 1): minutes since midnight by the clock."""

    weekday: int
    start: int
    end: int


@dataclass(frozen=True)
class OpeningHours:
    """By store; the key None is for all that are not named. Empty: nobody said, all hours count."""

    by_store: Mapping[str | None, Sequence[Stretch]]
    closed: Collection[tuple[str | None, date]] = ()
    """Days on which a store, or all (None), stay shut."""

    def of(self, store: str) -> Sequence[Stretch] | None:
        """A store's week; None where nobody said."""
        return self.by_store.get(store, self.by_store.get(None))

    def is_closed(self, store: str, day: date) -> bool:
        """Whether the day is an exception."""
        return (None, day) in self.closed or (store, day) in self.closed

    def minutes(self, store: str, day: date) -> Sequence[tuple[int, int]]:
        """The stretches of a day, in minutes since its midnight."""
        if self.is_closed(store, day):
            return ()
        week = self.of(store)
        if week is None:
            return ((0, WHOLE_DAY),)
        return tuple((each.start, each.end) for each in week if each.weekday == day.isoweekday())

    def seconds(self, stores: Collection[str], calendar: Calendar, since: datetime, until: datetime) -> float:
        """How long `stores` are open in [since, until), each by itself, added up."""
        total = 0.0
        day = since.astimezone(calendar.zone).date()
        last = until.astimezone(calendar.zone).date()
        while day <= last:
            midnight = datetime(day.year, day.month, day.day, tzinfo=calendar.zone)
            for store in stores:
                for start, end in self.minutes(store, day):
                    opens = max(since, _at(midnight, start))
                    closes = min(until, _at(midnight, end))
                    total += max(0.0, closes.timestamp() - opens.timestamp())
            day += DAY
        return total

    def condition(self) -> str:
        """SQL that holds where the row's store is open at `local`, a timestamp by its clock."""
        if not self.by_store and not self.closed:
            return "true"
        cases = [f"WHEN store = '{store}' THEN {_week(week)}" for store, week in self.by_store.items() if store]
        others = _week(self.by_store[None]) if None in self.by_store else "true"
        opened = f"CASE {' '.join(cases)} ELSE {others} END" if cases else others
        shut = [
            f"(CAST(local AS DATE) = DATE '{day}'" + (f" AND store = '{store}')" if store else ")")
            for store, day in self.closed
        ]
        return f"({opened})" + (f" AND NOT ({' OR '.join(shut)})" if shut else "")


def read_opening_hours(text: str) -> OpeningHours:
    """Parse the setting. Raises SettingWrong."""
    by_store: dict[str | None, Sequence[Stretch]] = {}
    for part in filter(None, (part.strip() for part in text.split("|"))):
        named = _STORE.fullmatch(part)
        store, rules = (named[1], named[2]) if named else (None, part)
        by_store[store] = [stretch for rule in rules.split(",") for stretch in _stretches(rule.strip())]
    return OpeningHours(by_store)


def _stretches(rule: str) -> Sequence[Stretch]:
    match = _RULE.fullmatch(rule)
    if match is None or match[1] not in WEEKDAYS or (match[2] or match[1]) not in WEEKDAYS:
        raise SettingWrong(f"OPENING_HOURS: {rule!r} is not like {EXAMPLE!r}")
    start, end = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
    if start >= WHOLE_DAY or end > WHOLE_DAY or start == end or int(match[4]) > 59 or int(match[6]) > 59:
        raise SettingWrong(f"OPENING_HOURS: {rule!r} has no such time of day")
    first, last = WEEKDAYS.index(match[1]), WEEKDAYS.index(match[2] or match[1])
    days = [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    found: list[Stretch] = []
    for day in days:
        if start < end:
            found.append(Stretch(day + 1, start, end))
        else:
            found.append(Stretch(day + 1, start, WHOLE_DAY))
            if end:
                found.append(Stretch((day + 1) % 7 + 1, 0, end))
    return found


def _week(week: Sequence[Stretch]) -> str:
    days_by_hours: dict[tuple[int, int], list[str]] = {}
    for each in week:
        days_by_hours.setdefault((each.start, each.end), []).append(str(each.weekday))
    minute = "(hour(local) * 60 + minute(local))"
    return (
        " OR ".join(
            f"(isodow(local) IN ({', '.join(days)}) AND {minute} >= {start} AND {minute} < {end})"
            for (start, end), days in days_by_hours.items()
        )
        or "false"
    )


def _at(midnight: datetime, minutes: int) -> datetime:
    """A time by the clock: the difference of a day's clock change is kept."""
    return midnight + timedelta(minutes=minutes)
