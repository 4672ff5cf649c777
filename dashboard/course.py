"""How a period went: by the hour, the day or the week, and emotions by the quarter of an hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from dashboard.calendar import HOUR
from dashboard.columns import EMOTIONS
from dashboard.figures import of_faces, of_traffic, stamp
from dashboard.look import Figures, Look, Selection
from dashboard.periods import Kind, Period
from dashboard.view import Rules

MOST_DAYS = 92
"""Longer periods go by the week."""
WINDOW = timedelta(seconds=15)
RECENT = timedelta(minutes=15)


def grain(period: Period) -> str:
    """`hour`, `day` or `week`."""
    if period.kind is Kind.DAY or period.days == 1:
        return "hour"
    return "day" if period.days <= MOST_DAYS else "week"


def course(look: Look, selection: Selection, period: Period, rules: Rules) -> list[Figures]:
    """One entry for each hour, day or week, empty ones too; `start` by the stores' clock."""
    if grain(period) == "hour":
        starts = rules.calendar.hours_of(period.first)
        key = f"CAST(floor(epoch(quarter - TIMESTAMP '{_plain(starts[0])}') / {HOUR.total_seconds()}) AS INTEGER)"
        keys: Sequence[Any] = range(len(starts))
        names = [rules.calendar.local(start) for start in starts]
    else:
        start = rules.calendar.day_start
        day = f"CAST(local - INTERVAL '{start.hour * 60 + start.minute} minutes' AS DATE)"
        step = 7 if grain(period) == "week" else 1
        key = f"date_trunc('week', {day})::DATE" if step > 1 else day
        first = period.first - timedelta(days=period.first.weekday()) if step > 1 else period.first
        keys = [first + timedelta(days=n) for n in range(0, (period.last - first).days + 1, step)]
        names = [each.isoformat() for each in keys]
    faces, traffic = look.faces(selection, key), look.traffic(selection, key)
    return [
        {"start": name, **of_faces(faces.get(each)), **of_traffic(traffic.get(each))}
        for each, name in zip(keys, names, strict=True)
    ]


def quarters(look: Look, selection: Selection) -> list[Figures]:
    """Emotions for each quarter of an hour that had faces; `spread`: how many came of longer rows."""
    return [
        {
            "at": stamp(quarter),
            "faces": round(sums["faces"], 2),
            "spread": round(sums["spread"], 2),
            **{name: round(sums[name], 2) for name in EMOTIONS},
        }
        for quarter, sums in look.faces(selection, "quarter").items()
        if sums["faces"]
    ]


def recent(rows: Sequence[Figures], until: datetime) -> list[Figures]:
    """The windows of the last quarter of an hour; a row of several windows is spread over them."""
    columns = ("displayVisitors", "faces", *EMOTIONS)
    since = until - RECENT
    windows = [
        {"at": stamp(since + WINDOW * n), "spread": False, **dict.fromkeys(columns, 0.0)}
        for n in range(RECENT // WINDOW)
    ]
    for row in rows:
        width = row["windowEnd"] - row["windowStart"]
        for n, window in enumerate(windows):
            start = (since + WINDOW * n).replace(tzinfo=None)
            overlap = min(start + WINDOW, row["windowEnd"]) - max(start, row["windowStart"])
            if overlap > timedelta():
                window["spread"] = bool(window["spread"]) or width > WINDOW
                for column in columns:
                    window[column] = round(window[column] + row[column] * (overlap / width), 3)
    return [window for window in windows if window["faces"] or window["displayVisitors"]]


def _plain(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
