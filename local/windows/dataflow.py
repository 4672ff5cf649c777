"""The query at work: rows go in as they come, windows come out as the watermark passes them.

Steps that only project and filter are folded into the step or output that reads them. What is left are steps that
window (they keep rows until their window is over) and steps with ISFIRST (they remember what they saw until the
interval is over). That is all the state there is: its size follows from the windows' sizes, not from how long it runs.
"""

# ruff: noqa: S608 - SQL is what this module makes, out of a query that the operator wrote

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from local.windows.dialect import ARRIVAL, AT, BUCKET, ORDER, StepSql, bucket, input_columns, reads, step_sql
from local.windows.errors import QueryInvalidError
from local.windows.query import Query, Step, Tumbling

END_OF_TIME = 2**62


def connect(threads: int | None = None, memory: str = "1GB") -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that reckons as Stream Analytics does: UTC, whole-number division of whole numbers."""
    connection = duckdb.connect(":memory:")
    connection.execute(f"SET TimeZone = 'UTC'; SET integer_division = true; SET memory_limit = '{memory}'")
    if threads:
        connection.execute(f"SET threads = {threads}")
    return connection


@dataclass(frozen=True)
class Node:
    """A step that keeps state, or an output.

    `origin` names the node (or the input) whose batch it reads; `folded` is the SQL of the projections and filters in
    between, over `{rows}`.
    """

    step: Step
    origin: str
    folded: str
    sql: StepSql

    @property
    def buffer(self) -> str:
        """The table of rows whose window is not over."""
        return f'"{self.step.name} rows"'

    @property
    def batch(self) -> str:
        """The table of rows that this advance of the watermark brought out of the step."""
        return _batch(self.step.name)


def _batch(name: str) -> str:
    return f'"{name} batch"'


ARRIVALS = '"arrivals rows"'


class Dataflow:
    """One query over one DuckDB connection; the tables in `state` are all that it remembers.

    Raises QueryInvalidError if a step reads what there is not.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, query: Query) -> None:
        self.columns = input_columns(query)
        self.finest = query.finest
        self._connection = connection
        self._input = query.input
        self._nodes = _plan(query)
        self._json: dict[str, str] = {}
        self._whole: dict[str, str] = {}
        self.state = self._create_tables()

    def add(self, table: str) -> None:
        """Take a table over whose columns are the input's, the arrival time, `__at` and `__order`."""
        if self._empty(ARRIVALS):
            self._connection.execute(f"DROP TABLE {ARRIVALS}; ALTER TABLE {table} RENAME TO {ARRIVALS}")
        else:
            self._connection.execute(f"INSERT INTO {ARRIVALS} SELECT * FROM {table}; DROP TABLE {table}")

    def advance(self, watermark: int | None) -> Iterator[tuple[str, list[str]]]:
        """Close every window that ends before the watermark (microseconds since the epoch; None: close all).

        Gives each output's new rows as JSON, in the query's order of outputs and each output's in the order of time.
        """
        mark = END_OF_TIME if watermark is None else watermark
        self._release(ARRIVALS, f"epoch_us({AT})", mark, _batch(self._input))
        for node in self._nodes:
            source = node.folded.format(rows=_batch(node.origin))
            if isinstance(node.step.window, Tumbling):
                if mark == END_OF_TIME and self._empty(node.buffer):
                    source = f"SELECT * FROM ({source})"
                else:
                    self._connection.execute(f"INSERT INTO {node.buffer} {source}")
                    size = node.step.window.size
                    self._release(node.buffer, f"{bucket(AT, size)} * {size}", mark, '"ready"')
                    source = "SELECT * FROM ready"
            statement = self._whole[node.step.name].format(rows=f"({source})")
            if node.step.output:
                rows = self._connection.execute(
                    f"SELECT {self._json[node.step.name]} FROM ({statement}) ORDER BY {AT}, {ORDER}"
                ).fetchall()
                if rows:
                    yield node.step.output, [row for (row,) in rows]
            else:
                self._connection.execute(f"CREATE OR REPLACE TABLE {node.batch} AS {statement}")
                self._remember(node, source, mark)

    def _empty(self, table: str) -> bool:
        return self._connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None

    def _release(self, table: str, due: str, mark: int, batch: str) -> None:
        """Move the rows that are due before the mark into a batch.

        The table is made anew, because rows that are deleted from one leave their memory behind.
        """
        self._connection.execute(f"DROP TABLE IF EXISTS {batch}")
        if mark == END_OF_TIME:
            self._connection.execute(f"ALTER TABLE {table} RENAME TO {batch}")
            self._connection.execute(f"CREATE TABLE {table} AS FROM {batch} LIMIT 0")
            return
        self._connection.execute(f"CREATE TABLE {batch} AS SELECT * FROM {table} WHERE {due} < {mark}")
        self._connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {table} WHERE {due} >= {mark}")

    def _remember(self, node: Node, source: str, mark: int) -> None:
        """Keep the keys that ISFIRST saw, until their interval is over."""
        for first in node.sql.firsts:
            if mark == END_OF_TIME:
                self._connection.execute(f'CREATE OR REPLACE TABLE "{first.memory}" AS FROM "{first.memory}" LIMIT 0')
                continue
            keys = "".join(f', "{key}"' for key in first.keys)
            self._connection.execute(
                f"""CREATE OR REPLACE TABLE "{first.memory}" AS SELECT DISTINCT * FROM (
                    SELECT * FROM "{first.memory}"
                    UNION ALL SELECT {bucket(AT, first.size)} AS {BUCKET}{keys} FROM ({source})
                ) WHERE {BUCKET} * {first.size} >= {mark}"""
            )

    def _create_tables(self) -> tuple[str, ...]:
        """Make each table empty with the right types, in the order of the steps; this also proves the query."""
        fields = "".join(f'"{column}" VARCHAR, ' for column in self.columns)
        columns = f'({fields}"{ARRIVAL}" TIMESTAMP, {AT} TIMESTAMP, {ORDER} BIGINT)'
        state = [ARRIVALS]
        try:
            for table in (ARRIVALS, _batch(self._input)):
                self._connection.execute(f"CREATE TABLE {table} {columns}")
            for node in self._nodes:
                source = node.folded.format(rows=_batch(node.origin))
                for first in node.sql.firsts:
                    keys = "".join(f', "{key}"' for key in first.keys)
                    interval = f"{bucket(AT, first.size)} AS {BUCKET}"
                    self._connection.execute(
                        f'CREATE TABLE "{first.memory}" AS SELECT {interval}{keys} FROM ({source})'
                    )
                    state.append(f'"{first.memory}"')
                if isinstance(node.step.window, Tumbling):
                    self._connection.execute(f"CREATE TABLE {node.buffer} AS {source}")
                    state.append(node.buffer)
                self._connection.execute(f"CREATE TABLE {node.batch} AS {node.sql.text.format(rows=f'({source})')}")
                self._whole[node.step.name] = self._with_bigints(node)
                self._connection.execute(
                    f"CREATE OR REPLACE TABLE {node.batch} AS {self._whole[node.step.name].format(rows=f'({source})')}"
                )
                self._json[node.step.name] = self._row_as_json(node)
        except duckdb.Error as error:
            raise QueryInvalidError(f"the query does not hold together: {str(error).splitlines()[0]}") from None
        return tuple(state)

    def _with_bigints(self, node: Node) -> str:
        """The step's SQL with sums as BIGINT, as in Stream Analytics; DuckDB makes them wider."""
        columns = self._connection.execute(f"DESCRIBE {node.batch}").fetchall()
        casts = ", ".join(f'"{name}"::BIGINT AS "{name}"' for name, kind, *_ in columns if kind == "HUGEINT")
        return f"SELECT * REPLACE ({casts}) FROM ({node.sql.text})" if casts else node.sql.text

    def _row_as_json(self, node: Node) -> str:
        """SQL for a row as JSON: times in ISO 8601 UTC, no negative zero."""
        columns = self._connection.execute(f"DESCRIBE {node.batch}").fetchall()
        fields = []
        for name, kind, *_ in columns:
            value = f'"{name}"'
            if kind == "TIMESTAMP":
                fraction = f"CASE WHEN epoch_us({value}) % 1000000 = 0 THEN '' ELSE strftime({value}, '.%f') END"
                value = f"strftime({value}, '%Y-%m-%dT%H:%M:%S') || {fraction} || 'Z'"
            elif kind == "DOUBLE":
                value = f"CASE WHEN {value} = 0 THEN 0.0::DOUBLE ELSE {value} END"
            if name not in (AT, ORDER):
                fields.append(f'"{name}" := {value}')
        return f"to_json(struct_pack({', '.join(fields)}))::VARCHAR"


def _plan(query: Query) -> tuple[Node, ...]:
    """Fold each step that keeps no state into its readers."""
    steps = {step.name: step for step in query.steps}
    sqls = {step.name: step_sql(step) for step in query.steps}
    for step in query.steps:
        if step.source in steps:
            _check_columns(step, steps[step.source])

    def keeps_state(step: Step) -> bool:
        return step.window is not None or bool(sqls[step.name].firsts)

    def reach(name: str) -> tuple[str, str]:
        """The node or input from which the rows of this name come, and the SQL from there."""
        if name not in steps or keeps_state(steps[name]):
            return name, "SELECT * FROM {rows}"
        origin, folded = reach(steps[name].source)
        return origin, sqls[name].text.format(rows=f"({folded})")

    return tuple(
        Node(step, *reach(step.source), sqls[step.name]) for step in query.steps if step.output or keeps_state(step)
    )


def _check_columns(step: Step, source: Step) -> None:
    """DuckDB lets a clause use the SELECT's own aliases; Stream Analytics does not."""
    there = {item.alias_or_name.lower() for item in source.select.expressions}
    for column in reads(step):
        if column.lower() not in there:
            raise QueryInvalidError(f"{step.name} reads {column}, which {source.name} does not give")
