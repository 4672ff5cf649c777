"""All that the page shows at one moment, worked out from the history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from local.dashboard.day import day_of, hour_of, hours_of, span_of
from local.dashboard.history import AVERAGES, COUNTS, History, Look, Selection
from local.dashboard.windows import PARTS, WINDOW

QUARTER = timedelta(minutes=15)
RECENT = timedelta(minutes=15)
LATEST_ROWS = 40
SPLIT_COLUMNS = tuple(column for columns in PARTS.values() for column in columns)
COURSE_COLUMNS = ("visitors", "faces", *PARTS["emotions"])
HOUR_COLUMNS = {
    "hour": "VARCHAR",
    **dict.fromkeys(COUNTS, "INTEGER"),
    **dict.fromkeys(AVERAGES, "DOUBLE"),
}

Figures = dict[str, Any]


@dataclass(frozen=True)
class View:
    """What a page looks at: a day by the store's clock (None: today), one store and camera, or all."""

    day: date | None
    store: str | None
    camera: str | None


@dataclass(frozen=True)
class Rules:
    """How figures are shown: the zone of the stores' clocks, and how many people make the smallest group."""

    zone: tzinfo
    zone_name: str
    min_group: int

    @property
    def pooled(self) -> bool:
        """Whether windows are pooled, so that parts of an hour can't be told."""
        return self.min_group > 1


def take(history: History, view: View, rules: Rules, now: datetime) -> Figures:
    """Work out the page, all of it at one moment of the history. A `None` among the counts is withheld."""
    with history.looking() as look:
        return _take(look, view, rules, now)


def _take(look: Look, view: View, rules: Rules, now: datetime) -> Figures:
    today = now.astimezone(rules.zone).date()
    day = view.day or today
    selection = Selection(*span_of(day, rules.zone), view.store, view.camera)
    span = look.span(view.store, view.camera)
    newest = span and span[1]
    quarters = look.by_bucket(selection, QUARTER)
    return {
        "day": day.isoformat(),
        "today": today.isoformat(),
        "timeZone": rules.zone_name,
        "minGroup": rules.min_group if rules.pooled else 0,
        "store": view.store,
        "camera": view.camera,
        "places": _places(look.places()),
        "firstDay": _day(span and span[0], rules.zone),
        "lastDay": _day(newest, rules.zone),
        "now": _now(look, view, newest),
        "total": _total(look.total(selection)),
        "dayBefore": _day_before(look, view, day, rules, now),
        "hours": hours(quarters, day, rules),
        "quarters": _course(quarters),
        "recent": _recent(look, view, newest),
        "rows": look.latest(selection, LATEST_ROWS),
    }


def hours(quarters: Sequence[Figures], day: date, rules: Rules) -> list[Figures]:
    """The day's hours. Where windows are pooled, only whole groups are shown, not what they were like."""
    by_hour: dict[datetime, list[Figures]] = {}
    for quarter in quarters:
        by_hour.setdefault(hour_of(quarter["bucket"], rules.zone), []).append(quarter)
    return [
        {"hour": start.isoformat(timespec="minutes"), **_add_up(by_hour.get(start, ()), hide=rules.pooled)}
        for start in hours_of(day, rules.zone)
    ]


def _add_up(quarters: Sequence[Figures], *, hide: bool) -> Figures:
    figures: Figures = {}
    for column in COUNTS:
        figures[column] = sum(quarter[column] or 0 for quarter in quarters)
    if hide:
        figures |= dict.fromkeys(SPLIT_COLUMNS)
    for column in AVERAGES:
        known = [(quarter[column], quarter["faces"]) for quarter in quarters if quarter[column] is not None]
        faces = sum(weight for _, weight in known)
        figures[column] = _rounded(sum(value * weight for value, weight in known) / faces if faces else None)
    return figures


def _total(sums: Mapping[str, Any]) -> Figures:
    """The day in one row, and for each split how many of its total it leaves out."""
    nothing = sums["visitors"] is None
    total = {column: 0 if nothing else sums[column] for column in COUNTS}
    withheld = {
        part: total["faces" if part == "emotions" else "visitors"] - sum(total[column] or 0 for column in columns)
        for part, columns in PARTS.items()
    }
    return total | {column: _rounded(sums[column]) for column in AVERAGES} | {"withheld": withheld}


def _now(look: Look, view: View, newest: datetime | None) -> Figures | None:
    """The newest window, over all cameras that have one ending then."""
    if newest is None:
        return None
    selection = Selection(newest - timedelta(microseconds=1), newest, view.store, view.camera)
    sums = look.total(selection)
    return {
        "windowStart": min(row["windowStart"] for row in look.latest(selection, LATEST_ROWS)),
        "windowEnd": _stamp(newest),
        "visitors": sums["visitors"],
        "faces": sums["faces"],
        "sentiment": _rounded(sums["avgSentiment"]),
    }


def _day_before(look: Look, view: View, day: date, rules: Rules, now: datetime) -> int | None:
    """Visitors of the day before: up to the same time where the day is still on. None if it has no data at all."""
    start, end = span_of(day - timedelta(days=1), rules.zone)
    until = min(end, now - timedelta(days=1))
    visitors: int | None = look.total(Selection(start, until, view.store, view.camera))["visitors"]
    return visitors


def _course(buckets: Sequence[Figures]) -> list[Figures]:
    return [
        {"at": _stamp(bucket["bucket"]), **{column: bucket[column] for column in COURSE_COLUMNS}} for bucket in buckets
    ]


def _recent(look: Look, view: View, newest: datetime | None) -> list[Figures]:
    if newest is None:
        return []
    return _course(look.by_bucket(Selection(newest - RECENT, newest, view.store, view.camera), WINDOW))


def _places(places: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    stores: dict[str, list[str]] = {}
    for store, camera in places:
        stores.setdefault(store, []).append(camera)
    return [{"store": store, "cameras": cameras} for store, cameras in stores.items()]


def _day(moment: datetime | None, zone: tzinfo) -> str | None:
    return None if moment is None else day_of(moment, zone).isoformat()


def _rounded(mean: float | None) -> float | None:
    return None if mean is None else round(mean, 2)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
