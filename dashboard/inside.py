"""How many people are in the store, as its entrances say, and how far such counts drift."""

from datetime import datetime, timedelta

from dashboard.calendar import DAY, Calendar
from dashboard.figures import stamp
from dashboard.look import Figures, Look, Selection


def inside(look: Look, calendar: Calendar, store: str | None, camera: str | None, now: datetime) -> Figures:
    """In less out over all entrances since the day began: `count` is never below 0, `raw` is what was counted.

    `asOf` is when the newest entrance row ended, None while nobody has come or gone today. `drift` is what was left
    at the end of the day before: people whom a camera missed on one of their ways.
    """
    today = calendar.day_of(now)
    since, _ = calendar.span_of(today, today)
    entrances = look.entrances(Selection(since, now + timedelta(hours=1), store, camera))
    came, went = sum(each["inDay"] for each in entrances), sum(each["outDay"] for each in entrances)
    before = Selection(*calendar.span_of(today - DAY, today - DAY), store, camera)
    sums = look.traffic(before).get(None, {})
    drift_in, drift_out = sums.get("entranceCountIn") or 0, sums.get("entranceCountOut") or 0
    return {
        "count": max(0, came - went),
        "raw": came - went,
        "in": came,
        "out": went,
        "asOf": stamp(max(each["windowEnd"] for each in entrances)) if entrances else None,
        "drift": {"left": round(drift_in - drift_out), "in": round(drift_in)} if drift_in or drift_out else None,
    }
