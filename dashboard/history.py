"""The rows, kept in a DuckDB file beside them: each line of text is read once, memory is bounded."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from dashboard import rollup
from dashboard.columns import OUTPUTS, Output, parsed
from dashboard.errors import HistoryInUse
from dashboard.look import Look
from dashboard.tail import Mark

VERSION = 2
"""Of the tables; a file of another version is made anew from the text."""
MEMORY = "160MB"
KEEP = timedelta(days=800)
"""Two years and a month: last year's days stay at hand."""
FUTURE = timedelta(days=1)
"""A row from later than this is a clock's mistake."""


class History:
    """One writer, any number that look."""

    def __init__(self, path: Path, scratch: Path) -> None:
        """Open or create the database at `path`. Raises HistoryInUse while another process has it."""
        self._connection = _connect(path, scratch)
        self._execute("CREATE TABLE IF NOT EXISTS version (number INTEGER)")
        if self._all("SELECT number FROM version") not in ([], [(VERSION,)]):
            self._connection.close()
            path.unlink()
            self._connection = _connect(path, scratch)
            self._execute("CREATE TABLE version (number INTEGER)")
        self._create()

    def mark(self, output: Output) -> Mark:
        """How far the output's file was read."""
        rows = self._all('SELECT "offset", head_bytes, head FROM files WHERE name = $name', {"name": output.name})
        return Mark(*rows[0]) if rows else Mark()

    def unreadable(self) -> int:
        """How many lines were left out."""
        return int(self._all("SELECT coalesce(sum(unreadable), 0) FROM files")[0][0])

    def refused(self, since: datetime) -> int:
        """How many events the query refused since then."""
        cursor = self._connection.cursor()
        try:
            values = {"since": _naive(since)}
            rows = cursor.execute("SELECT count(*) FROM rejected WHERE rejectedAt > $since", values).fetchall()
        finally:
            cursor.close()
        return int(rows[0][0])

    def clear(self, output: Output) -> None:
        """Forget all that came of the output's file."""
        with self._transaction():
            for table in rollup.tables_of(output):
                self._execute(f'DELETE FROM "{table}"')  # noqa: S608 (tables)
            self._execute("DELETE FROM files WHERE name = $name", {"name": output.name})

    def add(self, output: Output, lines: Sequence[bytes], overlong: int, mark: Mark, now: datetime) -> int:
        """Take lines of the output's file, up to `mark`, all or none; answer how many could not be read."""
        text = b"\n".join(lines).decode(errors="replace")
        values = {"text": text, "latest": _naive(now + FUTURE)}
        with self._transaction():
            unreadable = overlong
            if lines:
                self._execute(f"CREATE OR REPLACE TEMP TABLE fresh AS {parsed(output)}", values)
                unreadable += int(self._all("SELECT count(*) FILTER (NOT readable) FROM fresh")[0][0])
                for statement in rollup.inserts(output):
                    self._execute(statement)
            before = self._all("SELECT unreadable FROM files WHERE name = $name", {"name": output.name})
            self._execute("DELETE FROM files WHERE name = $name", {"name": output.name})
            self._execute(
                "INSERT INTO files VALUES ($name, $offset, $head_bytes, $head, $unreadable)",
                {
                    "name": output.name,
                    "offset": mark.offset,
                    "head_bytes": mark.head_bytes,
                    "head": mark.head,
                    "unreadable": unreadable + (before[0][0] if before else 0),
                },
            )
        return unreadable

    def tidy(self, now: datetime) -> None:
        """Once a day: what is older than KEEP goes, and the sums' parts of the last days are put together."""
        oldest = {"oldest": _naive(now - KEEP)}
        with self._transaction():
            for statement in rollup.removals():
                self._execute(statement, oldest)
        with self._transaction():
            for statement in rollup.compaction():
                self._execute(statement)
        self._execute("CHECKPOINT")

    @contextmanager
    def looking(self) -> Iterator[Look]:
        """Look at one moment: what is added meanwhile does not show."""
        cursor = self._connection.cursor()
        cursor.begin()
        try:
            yield Look(cursor)
        finally:
            cursor.rollback()
            cursor.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _create(self) -> None:
        for output in OUTPUTS:
            columns = ", ".join(f'"{name}" {kind}' for name, kind in output.columns.items())
            self._execute(f'CREATE TABLE IF NOT EXISTS "{output.name}" ({columns})')
        for statement in rollup.creations():
            self._execute(statement)
        self._execute(
            "CREATE TABLE IF NOT EXISTS files "
            '(name VARCHAR, "offset" BIGINT, head_bytes BIGINT, head VARCHAR, unreadable BIGINT)'
        )
        if not self._all("SELECT number FROM version"):
            self._execute("INSERT INTO version VALUES ($number)", {"number": VERSION})

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.begin()
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def _execute(self, statement: str, parameters: dict[str, Any] | None = None) -> None:
        self._connection.execute(statement, parameters or {})

    def _all(self, query: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, parameters or {}).fetchall()


def open_history(rows: Path, scratch: Path) -> tuple[History, bool]:
    """The history beside `rows`; a passing one in `scratch` where another process has it or nothing can be written.

    Answers also whether it is the lasting one.
    """
    lasting = rows / "dashboard.duckdb"
    try:
        if os.access(rows, os.W_OK):
            return History(lasting, scratch), True
    except HistoryInUse:
        pass
    except duckdb.Error:
        # Cut short or of another DuckDB: it holds nothing that the text does not.
        with suppress(FileNotFoundError):
            lasting.unlink()
            lasting.with_name(lasting.name + ".wal").unlink(missing_ok=True)
        return History(lasting, scratch), True
    return History(scratch / "history.duckdb", scratch), False


def _connect(path: Path, scratch: Path) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "threads": "2",
        "temp_directory": str(scratch / "spill"),
        "preserve_insertion_order": "false",
    }
    try:
        connection = duckdb.connect(path, config=config)
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise HistoryInUse(f"{path.name} is in use by another process") from None
        raise
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _naive(moment: datetime) -> datetime:
    """The database keeps UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)
