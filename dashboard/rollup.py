"""Sums by quarter of an hour, camera and place, kept beside the rows so that a year is added up in a moment.

A row that reaches over several quarters is spread over them by time, as if its people had come evenly, each in one
quarter: parts are whole, and any stretches that make up a longer one add up to it. `spread` says how much of a
quarter's count came so, `spreadHours` how many of its rows reach over a full hour.
"""

from collections.abc import Sequence

from dashboard.columns import CROSSINGS, FACE_COUNTS, REJECTED, STAYS, TRAFFIC, TRAFFIC_COUNTS, WINDOWS, Output

FACES = "faceQuarters"
PLACES = "placeQuarters"
FACE_SUMS = (*FACE_COUNTS, "sentimentSum", "sentimentFaces", "spread", "spreadHours")
PLACE_SUMS = (*TRAFFIC_COUNTS, "watchedSeconds", "spread")
_COMPACT_DAYS = 3


def tables_of(output: Output) -> Sequence[str]:
    """The tables that are filled from the output."""
    return {WINDOWS.name: (WINDOWS.name, FACES), TRAFFIC.name: (TRAFFIC.name, PLACES)}.get(output.name, (output.name,))


def creations() -> Sequence[str]:
    """SQL that makes the tables of sums."""
    faces = ", ".join(f'"{name}" {"DOUBLE" if name == "sentimentSum" else "INTEGER"}' for name in FACE_SUMS)
    places = ", ".join(f'"{name}" INTEGER' for name in PLACE_SUMS)
    return (
        f'CREATE TABLE IF NOT EXISTS "{FACES}" (quarter TIMESTAMP, store VARCHAR, camera VARCHAR, {faces})',
        f'CREATE TABLE IF NOT EXISTS "{PLACES}" (quarter TIMESTAMP, store VARCHAR, camera VARCHAR, place VARCHAR, '
        f'kind VARCHAR, {places}, "peopleMax" INTEGER)',
    )


def inserts(output: Output) -> Sequence[str]:
    """SQL that takes the readable ones of the rows in `fresh`. Heartbeats are kept as sums only."""
    columns = ", ".join(f'"{name}"' for name in output.columns)
    rows = f'INSERT INTO "{output.name}" SELECT {columns} FROM fresh WHERE readable'  # noqa: S608 (columns)
    if output is WINDOWS:
        return rows, f'INSERT INTO "{FACES}" {_faces()}'
    if output is TRAFFIC:
        return f"{rows} AND place IS NOT NULL", f'INSERT INTO "{PLACES}" {_places()}'
    return (rows,)


def removals() -> Sequence[str]:
    """SQL that removes what is older than `$oldest`."""
    columns = {WINDOWS.name: "windowEnd", TRAFFIC.name: "windowEnd", REJECTED.name: "rejectedAt"}
    columns |= {FACES: "quarter", PLACES: "quarter"}
    return [f'DELETE FROM "{table}" WHERE "{column}" <= $oldest' for table, column in columns.items()]  # noqa: S608


def compaction() -> Sequence[str]:
    """SQL that makes one row of the parts of each quarter and place, for the newest days."""
    statements: list[str] = []
    for table, keys, sums, most in (
        (FACES, ("quarter", "store", "camera"), FACE_SUMS, ()),
        (PLACES, ("quarter", "store", "camera", "place", "kind"), PLACE_SUMS, ("peopleMax",)),
    ):
        parts = ", ".join(
            (
                *keys,
                *(f'sum("{name}") AS "{name}"' for name in sums),
                *(f'max("{name}") AS "{name}"' for name in most),
            )
        )
        since = f'(SELECT max(quarter) - INTERVAL {_COMPACT_DAYS} DAY FROM "{table}")'  # noqa: S608 (tables)
        statements += [
            f'CREATE OR REPLACE TEMP TABLE whole AS SELECT {parts} FROM "{table}" '  # noqa: S608 (columns)
            f"WHERE quarter >= {since} GROUP BY {', '.join(keys)}",
            f'DELETE FROM "{table}" WHERE quarter >= {since}',  # noqa: S608 (tables)
            f'INSERT INTO "{table}" SELECT * FROM whole',  # noqa: S608 (tables)
            "DROP TABLE whole",
        ]
    return statements


_BUCKET = "time_bucket(INTERVAL 15 MINUTE, {})"
_LAST = "windowEnd - INTERVAL 1 MICROSECOND"
_OVER_QUARTERS = f"{_BUCKET.format('windowStart')} <> {_BUCKET.format(_LAST)}"
_OVER_HOURS = f"date_trunc('hour', windowStart) <> date_trunc('hour', {_LAST})"


def _faces() -> str:
    sums = [f'sum({_part(name)}) AS "{name}"' for name in FACE_COUNTS]
    sums += [
        f"coalesce(sum(avgSentiment * {_part('faces')}), 0)",
        f"coalesce(sum({_part('faces')}) FILTER (avgSentiment IS NOT NULL), 0)",
        f"coalesce(sum({_part('displayVisitors')} + {_part('faces')}) FILTER ({_OVER_QUARTERS}), 0)",
        f"count(*) FILTER ({_OVER_HOURS})",
    ]
    return f"SELECT quarter, store, camera, {', '.join(sums)} FROM ({_spread()}) GROUP BY ALL"  # noqa: S608


def _places() -> str:
    sums = [f'sum({_part(name)}) AS "{name}"' for name in (*TRAFFIC_COUNTS, "watchedSeconds")]
    counted = " + ".join(_part(name) for name in (*CROSSINGS, STAYS[0]))
    sums += [f"coalesce(sum({counted}) FILTER ({_OVER_QUARTERS}), 0)", "max(peopleMax)"]
    return f"SELECT quarter, store, camera, place, kind, {', '.join(sums)} FROM ({_spread()}) GROUP BY ALL"  # noqa: S608


def _part(count: str) -> str:
    """How many of a row's `count` fall into the quarter: of n in a row the k-th stands at (k - ½) / n of its time."""
    return f"(({_UP_TO.format(count, 'ends')}) - ({_UP_TO.format(count, 'begins')}))"


_UP_TO = '(2 * "{}"::BIGINT * {} + width) // (2 * width)'


def _spread() -> str:
    """The readable rows for each quarter that they reach over; seconds since the row's start."""
    quarters = f"range({_BUCKET.format('windowStart')}, windowEnd, INTERVAL 15 MINUTE)"
    return (
        "SELECT *, epoch(windowEnd - windowStart)::BIGINT AS width, "  # noqa: S608 (columns)
        "epoch(greatest(windowStart, quarter) - windowStart)::BIGINT AS begins, "
        "epoch(least(windowEnd, quarter + INTERVAL 15 MINUTE) - windowStart)::BIGINT AS ends "
        f"FROM (SELECT *, unnest({quarters}) AS quarter FROM fresh WHERE readable)"
    )
