"""File mode: all events at once, every window closed at the end."""

# ruff: noqa: S608 - SQL is what this module makes, of parts that are quoted or its own

import json
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from windows.database import connect, evaluation
from windows.dataflow import Dataflow
from windows.errors import EventsUnreadableError
from windows.kinds import literal, moment_of, quoted
from windows.ordering import Arrivals, Counts, EventOrdering
from windows.plan import Plan, Shape, columns_of
from windows.query import ARRIVAL
from windows.readings import moment

LONGEST_EVENT = 1048576
PIECE = 8 * 2**20  # bytes that one thread reads at a time; with smaller ones it takes longer to put them in order
MOST_THREADS = 4  # each holds some 40 MB of rows that the table has not got yet
EXPECTED = 'write {"body": {…}, "enqueuedAt": "…"}'


class FileRun:
    """A query over one file of events; `counts` are complete once `rows` has started to give."""

    def __init__(self, plan: Plan, ordering: EventOrdering) -> None:
        self._plan = plan
        self._ordering = ordering
        self.counts = Counts()

    def rows(self, events: Path) -> Iterator[tuple[str, list[str]]]:
        """Each output's rows, as JSON, over JSON lines `{"body": {…}, "enqueuedAt": "…"}`.

        Events arrive in the order of enqueuedAt, those of one moment in the order of their lines. One without
        enqueuedAt counts as having arrived when it happened.

        Raises EventsUnreadableError if the file is missing or a line is no such JSON, EvaluationError if the query
        comes upon a value that it cannot take.
        """
        with TemporaryDirectory() as folder:
            mended = Path(folder) / "mended.jsonl"
            connection = connect(files=[events.absolute(), mended], threads=_threads(self._plan))
            flow = Dataflow(connection, self._plan)
            if not any(self._reads(connection, events, shape) for shape in (Shape.WHOLE, Shape.NUMBER, Shape.TEXT)):
                _mend(events, mended)
                with evaluation():
                    self._read(connection, mended, Shape.TEXT)
            connection.execute("CREATE VIEW arrived AS SELECT rowid + 1 AS __sequence, * FROM lines")
            self._check_arrivals(connection, events)
            self._sort(connection)
            arrivals = Arrivals(connection, self._plan.columns, self._ordering)
            with evaluation():
                self.counts = arrivals.take(partition=0)
            yield from flow.over(arrivals.ordered)

    def _reads(self, connection: duckdb.DuckDBPyConnection, events: Path, shape: Shape) -> bool:
        """Whether DuckDB's reader takes the file. The narrower the numbers the faster; it fails at others."""
        try:
            self._read(connection, events, shape)
        except duckdb.Error:
            return False
        return True

    def _read(self, connection: duckdb.DuckDBPyConnection, events: Path, shape: Shape) -> None:
        plan = self._plan
        doubles = plan.doubles if shape is not Shape.TEXT else frozenset()
        fields = ", ".join(f"{quoted(name)} {'DOUBLE' if name in doubles else 'VARCHAR'}" for name in plan.fields)
        body = "".join(f"{column}, " for column in columns_of(plan, "body", shape))
        event_time = plan.query.event_time
        happened = quoted(moment_of(event_time)) if event_time else "__stamp"
        values = [f"body.{quoted(name)}" for name in doubles] if shape is Shape.WHOLE else []
        fraction = f"greatest({', '.join(f'{value} - floor({value})' for value in values)})"
        only = f"WHERE CASE WHEN {fraction} <> 0 THEN error('a fraction') ELSE TRUE END" if values else ""
        read = f"""SELECT {body}body IS NOT NULL AS __readable,
                {moment('"enqueuedAt"')} AS __stamp, {happened} AS __event_time,
                coalesce(__stamp, __event_time) AS __arrival, __arrival AS {quoted(ARRIVAL)},
                "enqueuedAt" IS NOT NULL AND __stamp IS NULL AS __undated
            FROM read_json(?, format = 'newline_delimited', maximum_object_size = {PIECE // 2},
                columns = {{body: {literal(f"STRUCT({fields})")}, enqueuedAt: 'VARCHAR'}}) {only}"""
        beside = "__readable, __event_time, __arrival, __undated"
        try:
            connection.execute(f"CREATE TABLE lines AS {plan.intake(read, beside, shape)}", [str(events.absolute())])
        except duckdb.IOException:
            raise EventsUnreadableError(f"cannot read {events}") from None

    def _check_arrivals(self, connection: duckdb.DuckDBPyConnection, events: Path) -> None:
        undated = connection.execute("SELECT min(__sequence) FROM arrived WHERE __undated").fetchall()[0][0]
        if undated:
            raise EventsUnreadableError(f"{events}, line {undated}: enqueuedAt is not a time in ISO 8601")

    def _sort(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Bring the events into the order of their arrival, where the file is not already in it."""
        behind = "SELECT __arrival < lag(__arrival) OVER () AS behind FROM arrived"
        if connection.execute(f"SELECT 1 FROM ({behind}) WHERE behind LIMIT 1").fetchone():
            connection.execute(
                "CREATE TABLE sorted AS SELECT * FROM arrived ORDER BY __arrival, __sequence; DROP VIEW arrived; "
                "DROP TABLE lines; ALTER TABLE sorted RENAME TO arrived"
            )


def _threads(plan: Plan) -> int:
    """As many as there are cores; one where a sum would depend on it."""
    return 1 if plan.adds_floats else min(MOST_THREADS, len(os.sched_getaffinity(0)))


def _mend(events: Path, mended: Path) -> None:
    """Write the events anew, where DuckDB's reader refuses the file for one of them.

    What Python's reader takes and JSON does not know (NaN, half a surrogate) makes that event unreadable, not the file.

    Raises EventsUnreadableError for a line that is no event; it may hold anything and is not repeated.
    """
    try:
        with events.open("rb") as lines, mended.open("w", encoding="utf-8") as out:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    out.write(_mended(line, f"{events}, line {number}"))
    except OSError:
        raise EventsUnreadableError(f"cannot read {events}") from None


def _mended(line: bytes, where: str) -> str:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        raise EventsUnreadableError(f"{where}: not JSON; {EXPECTED}") from None
    if not isinstance(event, dict) or not isinstance(event.get("body", {}), dict | None):
        raise EventsUnreadableError(f"{where}: not an event; {EXPECTED}")
    arrival = event.get("enqueuedAt")
    for body in (event.get("body"), None):
        try:
            text = json.dumps({"body": body, "enqueuedAt": arrival}, ensure_ascii=False, allow_nan=False)
            text.encode()
        except (ValueError, RecursionError):
            continue
        if len(text) < LONGEST_EVENT:
            break
    return f"{text}\n"
