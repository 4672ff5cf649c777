"""Questions to the rows and their sums, all answered as of one moment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from dashboard.columns import CROSSINGS, STAYS
from dashboard.rollup import FACE_SUMS, FACES, PLACE_SUMS, PLACES

Figures = dict[str, Any]

WHERE = "(store = $store OR $store IS NULL) AND (camera = $camera OR $camera IS NULL)"
ROWS = f"windowEnd > $since AND windowEnd <= $until AND {WHERE}"
SUMS = f"quarter >= $since AND quarter < $until AND {WHERE}"
_KINDS = {"entrance": CROSSINGS, "passage": CROSSINGS, "zone": STAYS}
_OF_FACES = {name: f'coalesce(sum("{name}"), 0)' for name in FACE_SUMS}
_OF_TRAFFIC = {
    f"{kind}{name[0].upper()}{name[1:]}": f"coalesce(sum(\"{name}\") FILTER (kind = '{kind}'), 0)"
    for kind, names in _KINDS.items()
    for name in names
} | {"watchedSeconds": 'coalesce(sum("watchedSeconds"), 0)'}


@dataclass(frozen=True)
class Selection:
    """Which stretch, (since, until] in UTC on full quarters of an hour; which store or camera (None: all).

    `by_clock` is SQL for `quarter` by the stores' clock, which conditions and keys may name as `local`; `condition`
    is SQL too, such as that the store is open.
    """

    since: datetime
    until: datetime
    store: str | None = None
    camera: str | None = None
    by_clock: str = "quarter"
    condition: str = "true"

    def parameters(self) -> Figures:
        """The values that the queries name; the database keeps UTC without a zone."""
        return {
            "since": self.since.astimezone(UTC).replace(tzinfo=None),
            "until": self.until.astimezone(UTC).replace(tzinfo=None),
            "store": self.store,
            "camera": self.camera,
        }


class Look:
    """The history at one moment."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """`cursor` is inside a transaction."""
        self._cursor = cursor

    def places(self) -> list[tuple[str, str]]:
        """All (store, camera), sorted."""
        return self._all(f'SELECT store, camera FROM "{FACES}" UNION SELECT store, camera FROM "{PLACES}" ORDER BY ALL')  # noqa: S608

    def kinds(self, store: str | None, camera: str | None) -> set[tuple[str, str]]:
        """Of which kinds there are places, with their store."""
        rows = self._all(
            f'SELECT DISTINCT store, kind FROM "{PLACES}" WHERE kind IS NOT NULL AND {WHERE}',  # noqa: S608 (tables)
            {"store": store, "camera": camera},
        )
        return {(where, kind) for where, kind in rows}

    def span(self, store: str | None, camera: str | None) -> tuple[datetime, datetime] | None:
        """The first and the last quarter of an hour in which anything came of a place, or None."""
        [(first, last)] = self._all(
            f'SELECT min(a), max(b) FROM (SELECT min(quarter) a, max(quarter) b FROM "{FACES}" WHERE {WHERE} '  # noqa: S608
            f'UNION ALL SELECT min(quarter), max(quarter) FROM "{PLACES}" WHERE {WHERE})',
            {"store": store, "camera": camera},
        )
        return None if first is None else (first.replace(tzinfo=UTC), last.replace(tzinfo=UTC))

    def faces(
        self, selection: Selection, key: str = "NULL", columns: Collection[str] = FACE_SUMS
    ) -> dict[Any, Figures]:
        """Sums over faces and visitors, by `key`: SQL on `quarter`, `local`, `store` and `camera`."""
        return self._by(FACES, {name: _OF_FACES[name] for name in columns}, selection, key)

    def traffic(
        self, selection: Selection, key: str = "NULL", columns: Collection[str] = tuple(_OF_TRAFFIC)
    ) -> dict[Any, Figures]:
        """Sums over crossings and stays by kind of place (`entranceCountIn`, `zoneStays60`, …), by `key`."""
        return self._by(PLACES, {name: _OF_TRAFFIC[name] for name in columns}, selection, key)

    def by_place(self, selection: Selection) -> list[Figures]:
        """Each place with its sums."""
        sums = ", ".join(f'sum("{name}") AS "{name}"' for name in PLACE_SUMS)
        return self._dicts(
            f'SELECT store, camera, place, kind, {sums}, max("peopleMax") AS "peopleMax" '  # noqa: S608 (columns)
            f"FROM {_chosen(PLACES, selection)} WHERE place IS NOT NULL AND {selection.condition} "
            "GROUP BY ALL ORDER BY ALL",
            selection.parameters(),
        )

    def entrances(self, selection: Selection) -> list[Figures]:
        """The newest row of each entrance: what the camera has counted since its day began."""
        return self._dicts(
            "SELECT store, camera, place, max(windowEnd) AS windowEnd, arg_max(inDay, windowEnd) AS inDay, "  # noqa: S608
            f"arg_max(outDay, windowEnd) AS outDay FROM traffic WHERE kind = 'entrance' AND {ROWS} GROUP BY ALL",
            selection.parameters(),
        )

    def newest_window(self, store: str | None, camera: str | None, after: datetime) -> list[Figures]:
        """The newest window with faces after `after`, of each camera that has one ending then."""
        parameters = {"store": store, "camera": camera, "after": after.astimezone(UTC).replace(tzinfo=None)}
        newest = f"SELECT max(windowEnd) FROM windows WHERE windowEnd > $after AND {WHERE}"  # noqa: S608 (columns)
        return self._dicts(f"SELECT * FROM windows WHERE {WHERE} AND windowEnd = ({newest})", parameters)  # noqa: S608

    def recent(self, selection: Selection) -> list[Figures]:
        """The rows of a short stretch, oldest first; a wide one stands whole, with its start."""
        return self._dicts(
            f"SELECT * FROM windows WHERE {ROWS} ORDER BY windowEnd, store, camera",  # noqa: S608 (columns)
            selection.parameters(),
        )

    def latest(self, table: str, selection: Selection, limit: int) -> list[Figures]:
        """The newest rows, newest first."""
        return self._dicts(
            f'SELECT * FROM "{table}" WHERE {ROWS} ORDER BY windowEnd DESC, store, camera LIMIT $limit',  # noqa: S608
            selection.parameters() | {"limit": limit},
        )

    def write(self, query: str, parameters: Figures, path: str, *, as_csv: bool) -> None:
        """Write a query's rows to a file."""
        rows = self._cursor.sql(query, params=parameters)
        if as_csv:
            rows.write_csv(path)
        else:
            rows.write_parquet(path)

    def _by(self, table: str, sums: Mapping[str, str], selection: Selection, key: str) -> dict[Any, Figures]:
        columns = ", ".join(f'{sql} AS "{name}"' for name, sql in sums.items())
        rows = self._dicts(
            f'SELECT {key} AS "key", {columns} FROM {_chosen(table, selection)} '  # noqa: S608 (columns)
            f'WHERE {selection.condition} GROUP BY "key" ORDER BY "key"',
            selection.parameters(),
        )
        return {row.pop("key"): row for row in rows}

    def _all(self, query: str, parameters: Figures | None = None) -> list[tuple[Any, ...]]:
        return self._cursor.execute(query, parameters or {}).fetchall()

    def _dicts(self, query: str, parameters: Figures) -> list[Figures]:
        result = self._cursor.execute(query, parameters)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _chosen(table: str, selection: Selection) -> str:
    return f'(SELECT *, {selection.by_clock} AS local FROM "{table}" WHERE {SUMS})'  # noqa: S608 (tables)


def local(column: str, offsets: Sequence[tuple[datetime, timedelta]]) -> str:
    """SQL for a UTC timestamp by the stores' clock; `offsets` as Calendar.offsets says them."""
    (_, first), *changes = offsets
    offset = _interval(first)
    for since, later in changes:
        moment = since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        offset = f"CASE WHEN {column} >= TIMESTAMP '{moment}' THEN {_interval(later)} ELSE {offset} END"
    return f"({column} + {offset})"


def _interval(offset: timedelta) -> str:
    return f"INTERVAL '{round(offset.total_seconds())} seconds'"
