"""File mode: all events at once, every window closed at the end."""

# ruff: noqa: S608 - SQL is what this module makes, out of a query that the operator wrote

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb

from local.windows.dataflow import Dataflow
from local.windows.errors import EventsUnreadableError
from local.windows.ordering import Arrivals, Counts, EventOrdering, moment
from local.windows.plan import Plan


class FileRun:
    """A query over one file of events; `counts` are complete once `rows` has started to give."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan, ordering: EventOrdering) -> None:
        self._connection = connection
        self._flow = Dataflow(connection, plan)
        self._columns = plan.columns
        self._event_time = plan.query.event_time
        self._arrivals = Arrivals(connection, plan.columns, ordering)
        self.counts = Counts()

    def rows(self, events: Path) -> Iterator[tuple[str, list[str]]]:
        """Each output's rows, as JSON, over JSON lines `{"body": {…}, "enqueuedAt": "…"}`.

        Events arrive in the order of enqueuedAt, those of one moment in the order of their lines. One without
        enqueuedAt counts as having arrived when it happened.

        Raises EventsUnreadableError if the file is missing or a line is no such JSON.
        """
        self._read(events)
        self._sort()
        self.counts = self._arrivals.take(partition=0)
        yield from self._flow.over(self._arrivals.ordered)

    def _read(self, events: Path) -> None:
        shape = ", ".join(f'"{column}" VARCHAR' for column in self._columns)
        body = "".join(f', body."{column}" AS "{column}"' for column in self._columns)
        happened = moment(f'body."{self._event_time}"') if self._event_time else "__stamp"
        try:
            self._connection.execute(
                f"""CREATE TABLE arrived AS
                SELECT row_number() OVER () AS __sequence, body IS NOT NULL AS __readable,
                    {moment("enqueuedAt")} AS __stamp, {happened} AS __event_time,
                    coalesce(__stamp, __event_time) AS __arrival,
                    enqueuedAt IS NOT NULL AND __stamp IS NULL AS __undated{body}
                FROM read_json(?, format = 'newline_delimited', maximum_object_size = 1048576,
                    columns = {{body: 'STRUCT({shape})', enqueuedAt: 'VARCHAR'}})""",
                [str(events)],
            )
        except duckdb.IOException:
            raise EventsUnreadableError(f"cannot read {events}") from None
        except duckdb.Error:
            raise EventsUnreadableError(f"{events}, {_first_fault(events)}") from None
        undated = self._connection.execute("SELECT min(__sequence) FROM arrived WHERE __undated").fetchall()[0][0]
        if undated:
            raise EventsUnreadableError(f"{events}, line {undated}: enqueuedAt is not a time in ISO 8601")

    def _sort(self) -> None:
        """Bring the events into the order of their arrival, where the file is not already in it."""
        behind = "SELECT __arrival < lag(__arrival) OVER () AS behind FROM arrived"
        if self._connection.execute(f"SELECT 1 FROM ({behind}) WHERE behind LIMIT 1").fetchone():
            self._connection.execute(
                "CREATE TABLE sorted AS SELECT * FROM arrived ORDER BY __arrival, __sequence; DROP TABLE arrived; "
                "ALTER TABLE sorted RENAME TO arrived"
            )


def _first_fault(events: Path) -> str:
    """What is wrong with the first line that is no event; the line itself may hold anything and is not repeated."""
    expected = 'write {"body": {…}, "enqueuedAt": "…"}'
    with events.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                event = json.loads(line) if line.strip() else {}
            except ValueError:
                return f"line {number}: not JSON; {expected}"
            if not isinstance(event, dict) or not isinstance(event.get("body", {}), dict | None):
                return f"line {number}: not an event; {expected}"
    return f"a line is not an event; {expected}"
