"""Hour by weekday: how many came in an open hour, on average over the weeks looked at."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from dashboard.calendar import DAY
from dashboard.figures import TRAFFIC
from dashboard.look import Figures, Look, Selection
from dashboard.periods import Period, Stretch
from dashboard.view import Rules

LEAST_DAYS = 28
"""A day or a few are shown within the four weeks up to their last."""


def weeks_up_to(stretch: Stretch) -> Period:
    """The days that the map is made of."""
    period = stretch.period
    first = (
        min(period.first, period.last - timedelta(days=LEAST_DAYS - 1)) if period.days < LEAST_DAYS else period.first
    )
    return Period(period.kind, first, period.last)


def heat(look: Look, selection: Selection, rules: Rules, stores_by_measure: Mapping[str, Collection[str]]) -> Figures:
    """For each measure 7 rows (Monday first) of 24 hours by the clock; null where no store was open.

    `selection` reaches to the last full hour and holds open hours only. A measure's mean is over the stores that
    count it.
    """
    key = "(isodow(local) - 1) * 24 + hour(local)"
    columns = {measure: TRAFFIC.get(measure, (measure,)) for measure in stores_by_measure}
    faces = look.faces(selection, key, [name for name in columns if name not in TRAFFIC])
    traffic = look.traffic(selection, key, [each for name in columns if name in TRAFFIC for each in columns[name]])
    cells: Figures = {}
    for measure, stores in stores_by_measure.items():
        sums = traffic if measure in TRAFFIC else faces
        hours = _open_hours(stores, rules, selection.since, selection.until)
        cells[measure] = [
            [
                round(sum(sums.get(slot, {}).get(column) or 0 for column in columns[measure]) / hours[slot], 2)
                if hours[slot]
                else None
                for slot in range(day * 24, day * 24 + 24)
            ]
            for day in range(7)
        ]
    return cells


def _open_hours(stores: Collection[str], rules: Rules, since: datetime, until: datetime) -> dict[int, float]:
    """For each hour of the week, how many of it were open, over all stores."""
    hours: dict[int, float] = defaultdict(float)
    zone = rules.calendar.zone
    first, last = since.astimezone(zone), until.astimezone(zone)
    day: date = first.date()
    while day <= last.date():
        opens = first.hour * 60 + first.minute if day == first.date() else 0
        closes = last.hour * 60 + last.minute if day == last.date() else 24 * 60
        for store in stores:
            for start, end in rules.opening.minutes(store, day):
                low, high = max(start, opens), min(end, closes)
                for hour in range(low // 60, -(-high // 60)):
                    hours[day.weekday() * 24 + hour] += max(0, min(high, hour * 60 + 60) - max(low, hour * 60)) / 60
        day += DAY
    return hours
