"""What may be shown, kept in a DuckDB file that lives as long as the process: bounded memory, any day of the month."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from local.dashboard.windows import PARTS, Release

COUNTS = ("faces", "visitors", *(column for columns in PARTS.values() for column in columns))
AVERAGES = ("avgSentiment", "avgDwellSeconds")
COLUMNS = {
    "windowStart": "TIMESTAMP",
    "windowEnd": "TIMESTAMP",
    "store": "VARCHAR",
    "camera": "VARCHAR",
    **dict.fromkeys(COUNTS, "INTEGER"),
    **dict.fromkeys(AVERAGES, "DOUBLE"),
}
MEMORY = "256MB"
KEEP = timedelta(days=35)
SUMS = ", ".join(f'sum("{column}")::INTEGER AS "{column}"' for column in COUNTS)
MEANS = ", ".join(
    f'sum("{column}" * faces) / nullif(sum(faces) FILTER ("{column}" IS NOT NULL), 0) AS "{column}"'
    for column in AVERAGES
)
AS_RELEASED = "SELECT " + ", ".join(
    f'strftime("{name}", \'%Y-%m-%dT%H:%M:%SZ\') AS "{name}"' if kind == "TIMESTAMP" else f'"{name}"'
    for name, kind in COLUMNS.items()
)
WHERE = (
    "windowEnd > $since AND windowEnd <= $until "
    "AND (store = $store OR $store IS NULL) AND (camera = $camera OR $camera IS NULL)"
)


@dataclass(frozen=True)
class Selection:
    """Which rows: windows that end in (since, until], of one store or camera, or of all where None."""

    since: datetime
    until: datetime
    store: str | None = None
    camera: str | None = None

    def parameters(self) -> dict[str, Any]:
        """The values of WHERE; the database keeps UTC without a zone."""
        return {
            "since": self.since.astimezone(UTC).replace(tzinfo=None),
            "until": self.until.astimezone(UTC).replace(tzinfo=None),
            "store": self.store,
            "camera": self.camera,
        }


class History:
    """Releases by time and place: one writer, any number that look."""

    def __init__(self, path: Path) -> None:
        """Create the database at `path`."""
        self._connection = duckdb.connect(path, config={"memory_limit": MEMORY, "threads": "2"})
        self._connection.execute("SET TimeZone = 'UTC'")
        self._create()
        self.newest: datetime | None = None

    def clear(self) -> None:
        """Forget all."""
        self._connection.execute("DROP TABLE shown")
        self._create()
        self.newest = None

    def add(self, releases: Sequence[Release]) -> None:
        """Append; what is older than KEEP before the newest goes."""
        if not releases:
            return
        self._connection.execute(f"INSERT INTO shown {_unpacked(COLUMNS)}", {"rows": _packed(releases, COLUMNS)})
        newest = max(release["windowEnd"] for release in releases)
        if self.newest is None or newest > self.newest:
            if self.newest is None or newest.date() != self.newest.date():
                oldest = (newest - KEEP).astimezone(UTC).replace(tzinfo=None)
                self._connection.execute("DELETE FROM shown WHERE windowEnd <= $oldest", {"oldest": oldest})
            self.newest = newest

    @contextmanager
    def looking(self) -> Iterator["Look"]:
        """Look at one moment: what is added meanwhile does not show."""
        cursor = self._connection.cursor()
        cursor.begin()
        try:
            yield Look(cursor)
        finally:
            cursor.rollback()
            cursor.close()

    def released(self, selection: Selection) -> duckdb.DuckDBPyRelation:
        """All rows as they were released, oldest first, for an export."""
        cursor = self._connection.cursor()
        return cursor.sql(
            f"{AS_RELEASED} FROM shown WHERE {WHERE} ORDER BY windowEnd, store, camera",
            params=selection.parameters(),
        )

    def relation(self, rows: Sequence[dict[str, Any]], columns: dict[str, str]) -> duckdb.DuckDBPyRelation:
        """Rows of our own as a relation, for an export."""
        parameters = {"rows": _packed(rows, columns)}
        return self._connection.cursor().sql(_unpacked(columns), params=parameters)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _create(self) -> None:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
        self._connection.execute(f"CREATE TABLE shown ({columns})")


class Look:
    """The history at one moment."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """`cursor` is inside a transaction."""
        self._cursor = cursor

    def places(self) -> list[tuple[str, str]]:
        """All (store, camera), sorted."""
        return self._all("SELECT DISTINCT store, camera FROM shown ORDER BY ALL")

    def span(self, store: str | None, camera: str | None) -> tuple[datetime, datetime] | None:
        """First and last windowEnd of a place, or None where nothing is."""
        [(first, last)] = self._all(
            "SELECT min(windowEnd), max(windowEnd) FROM shown "
            "WHERE (store = $store OR $store IS NULL) AND (camera = $camera OR $camera IS NULL)",
            {"store": store, "camera": camera},
        )
        return None if first is None else (first.replace(tzinfo=UTC), last.replace(tzinfo=UTC))

    def total(self, selection: Selection) -> dict[str, Any]:
        """One row of sums and means (of faces); None where nothing was released."""
        return self._dicts(f"SELECT {SUMS}, {MEANS} FROM shown WHERE {WHERE}", selection)[0]  # noqa: S608 (columns)

    def by_bucket(self, selection: Selection, width: timedelta) -> list[dict[str, Any]]:
        """Sums and means for each stretch of `width` that has any; `bucket` is its start, in UTC.

        The stretches take windows as they end, (start, end], like the windows themselves.
        """
        # DuckDB's buckets take their start in, ours their end: a microsecond earlier they agree.
        bucket = "time_bucket($width, windowEnd - INTERVAL 1 MICROSECOND, TIMESTAMP '2000-01-01')"
        rows = self._dicts(
            f"SELECT {bucket} AS bucket, {SUMS}, {MEANS} FROM shown WHERE {WHERE} GROUP BY 1 ORDER BY 1",  # noqa: S608
            selection,
            width=width,
        )
        return [row | {"bucket": row["bucket"].replace(tzinfo=UTC)} for row in rows]

    def latest(self, selection: Selection, limit: int) -> list[dict[str, Any]]:
        """The newest rows as they were released, newest first."""
        newest = f"SELECT * FROM shown WHERE {WHERE} ORDER BY windowEnd DESC, store, camera LIMIT $limit"  # noqa: S608
        return self._dicts(
            f"{AS_RELEASED} FROM ({newest}) ORDER BY windowEnd DESC, store, camera", selection, limit=limit
        )

    def _all(self, query: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self._cursor.execute(query, parameters or {}).fetchall()

    def _dicts(self, query: str, selection: Selection, **more: object) -> list[dict[str, Any]]:
        result = self._cursor.execute(query, selection.parameters() | more)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _packed(rows: Sequence[Mapping[str, Any]], columns: Iterable[str]) -> str:
    """Rows as one JSON text: a single statement then takes thousands, where each by itself would take a millisecond."""
    return json.dumps([[_plain(row[column]) for column in columns] for row in rows])


def _unpacked(columns: Mapping[str, str]) -> str:
    fields = ", ".join(f'(row->>{index})::{kind} AS "{name}"' for index, (name, kind) in enumerate(columns.items()))
    return f"SELECT {fields} FROM (SELECT unnest(from_json($rows, '[\"JSON\"]')) AS row)"  # noqa: S608 (columns)


def _plain(value: object) -> object:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() if isinstance(value, datetime) else value
