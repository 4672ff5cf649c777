"""A period's rows or sums as a file: CSV or Parquet, typed, with place and both UTC and the stores' time."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dashboard.calendar import DAY, Calendar
from dashboard.columns import FACE_COUNTS, TRAFFIC, TRAFFIC_COUNTS, WINDOWS
from dashboard.look import ROWS, SUMS, Look, Selection, local
from dashboard.periods import Period
from dashboard.rollup import FACES, PLACES


class Form(StrEnum):
    """File formats, by extension."""

    CSV = "csv"
    PARQUET = "parquet"


class Grain(StrEnum):
    """Rows as they came, of faces or of traffic; or their sums by hour or day, camera and place."""

    WINDOWS = "windows"
    TRAFFIC = "traffic"
    HOURS = "hours"
    DAYS = "days"
    TRAFFIC_HOURS = "trafficHours"
    TRAFFIC_DAYS = "trafficDays"


MEDIA_TYPES = {Form.CSV: "text/csv; charset=utf-8", Form.PARQUET: "application/vnd.apache.parquet"}


@dataclass(frozen=True)
class Wanted:
    """What to write."""

    grain: Grain
    form: Form
    period: Period
    store: str | None
    camera: str | None


def write(look: Look, wanted: Wanted, calendar: Calendar, path: Path) -> None:
    """Write to `path`. Every hour and day of the period is there for every camera or place, with zeros where nothing
    was counted."""
    selection = Selection(*calendar.span_of(wanted.period.first, wanted.period.last), wanted.store, wanted.camera)
    parameters = selection.parameters()
    if wanted.grain in (Grain.WINDOWS, Grain.TRAFFIC):
        query = _rows(wanted.grain, calendar, selection)
    else:
        query = _sums(wanted, calendar, selection)
    look.write(query, parameters, str(path), as_csv=wanted.form is Form.CSV)


def _rows(grain: Grain, calendar: Calendar, selection: Selection) -> str:
    output = WINDOWS if grain is Grain.WINDOWS else TRAFFIC
    counts = ", ".join(
        f'"{name}"'
        for name, kind in output.columns.items()
        if kind != "TIMESTAMP" and name not in ("store", "camera", "watchedSeconds")
    )
    offsets = calendar.offsets(selection.since, selection.until)
    # A row that ends as clocks change belongs to the hour before.
    ends = local("(windowEnd - INTERVAL 1 MICROSECOND)", offsets) + " + INTERVAL 1 MICROSECOND"
    return (
        f"SELECT {_utc('windowStart')} AS windowStart, {_utc('windowEnd')} AS windowEnd, "  # noqa: S608 (columns)
        f"{local('windowStart', offsets)} AS localStart, {ends} AS localEnd, store, camera, {counts} "
        f'FROM "{output.name}" WHERE {ROWS} ORDER BY windowEnd, store, camera'
    )


def _sums(wanted: Wanted, calendar: Calendar, selection: Selection) -> str:
    is_faces = wanted.grain in (Grain.HOURS, Grain.DAYS)
    is_hours = wanted.grain in (Grain.HOURS, Grain.TRAFFIC_HOURS)
    table = FACES if is_faces else PLACES
    keys = ("store", "camera") if is_faces else ("store", "camera", "place", "kind")
    counts = FACE_COUNTS if is_faces else (*TRAFFIC_COUNTS, "watchedSeconds")
    sums = [f'round(sum("{name}"))::BIGINT AS "{name}"' for name in counts]
    shown = [f'coalesce("{name}", 0) AS "{name}"' for name in counts]
    if is_faces:
        sums += [
            'round(sum("sentimentSum") / nullif(sum("sentimentFaces"), 0), 3) AS "avgSentiment"',
            'sum("spreadHours") > 0 AS "approximate"',
        ]
        shown += ['"avgSentiment"', 'coalesce("approximate", false) AS "approximate"']
    start = "hourStart" if is_hours else "dayStart"
    offsets = calendar.offsets(selection.since, selection.until)
    return (
        f"WITH buckets(starts, day) AS (VALUES {_buckets(wanted.period, calendar, is_hours=is_hours)}), "  # noqa: S608
        f'parts AS (SELECT * FROM "{table}" WHERE {SUMS}), '
        f"names AS (SELECT DISTINCT {', '.join(keys)} FROM parts), "
        f"added AS (SELECT starts, {', '.join((*keys, *sums))} "
        "FROM parts ASOF JOIN buckets ON quarter >= starts GROUP BY ALL) "
        f"SELECT day, {_utc('buckets.starts')} AS {start}, {local('buckets.starts', offsets)} AS localStart, "
        f"{', '.join((*(f'names.{key}' for key in keys), *shown))} "
        "FROM buckets CROSS JOIN names LEFT JOIN added ON added.starts = buckets.starts AND "
        f"{' AND '.join(f'added.{key} IS NOT DISTINCT FROM names.{key}' for key in keys)} "
        f"ORDER BY buckets.starts, {', '.join(f'names.{key}' for key in keys)}"
    )


def _buckets(period: Period, calendar: Calendar, *, is_hours: bool) -> str:
    """The period's hours or days as SQL values: when each starts, and of which day it is."""
    days = [period.first + n * DAY for n in range(period.days)]
    return ", ".join(
        f"(TIMESTAMP '{start:%Y-%m-%d %H:%M:%S}', DATE '{day}')"
        for day in days
        for start in (calendar.hours_of(day) if is_hours else [calendar.start_of(day)])
    )


def _utc(column: str) -> str:
    return f"timezone('UTC', {column})"
