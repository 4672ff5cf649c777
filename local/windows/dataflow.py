"""The query at work: rows go in as they come, windows come out as the watermark passes them.

Steps that only project and filter are folded into the step or output that reads them. What is left are steps that
window (they keep rows until their window is over) and steps with ISFIRST (they remember what they saw until the
interval is over). That is all the state there is: its size follows from the windows' sizes, not from how long it runs.
"""

# ruff: noqa: S608 - SQL is what this module makes, out of a query that the operator wrote

from collections.abc import Iterator

import duckdb

from local.windows.dialect import ARRIVAL, AT, BUCKET, ORDER, bucket
from local.windows.errors import QueryInvalidError
from local.windows.plan import Node, Plan, batch_of
from local.windows.window import Tumbling

END_OF_TIME = 2**62


def connect(memory: str = "1GB") -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that reckons as Stream Analytics does: UTC, whole-number division of whole numbers.

    One thread: events are worked on in their order; with two threads on two cores a file took a quarter longer.
    """
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'; SET integer_division = true; SET threads = 1")
    connection.execute(f"SET memory_limit = '{memory}'")
    return connection


ARRIVALS = '"arrivals rows"'


class Dataflow:
    """One query over one DuckDB connection; the tables in `state` are all that it remembers.

    Raises QueryInvalidError if a step reads what there is not.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
        self._connection = connection
        self._columns = plan.columns
        self._input = plan.query.input
        self._nodes = plan.nodes
        self._json: dict[str, str] = {}
        self._whole: dict[str, str] = {}
        self.state = self._create_tables()

    def add(self, rows: str) -> None:
        """Take in rows (SQL) whose columns are the input's, the arrival time, `__at` and `__order`."""
        self._connection.execute(f"INSERT INTO {ARRIVALS} {rows}")

    def advance(self, watermark: int | None) -> Iterator[tuple[str, list[str]]]:
        """Close every window that ends before the watermark (microseconds since the epoch; None: close all).

        Gives each output's new rows as JSON, in the query's order of outputs and each output's in the order of time.
        """
        mark = END_OF_TIME if watermark is None else watermark
        batch = batch_of(self._input)
        given = {self._input: f"FROM {batch}"} if self._release(ARRIVALS, f"epoch_us({AT})", mark, batch) else {}
        return self._run(given, mark)

    def over(self, rows: str) -> Iterator[tuple[str, list[str]]]:
        """What `advance(None)` gives after `add(rows)` where nothing was added before, without a copy of the rows."""
        return self._run({self._input: rows}, END_OF_TIME)

    def _run(self, given: dict[str, str], mark: int) -> Iterator[tuple[str, list[str]]]:
        """Take each node's turn. `given`: by name, SQL for the rows that came out of the input and the steps so far."""
        answers: dict[str, list[str]] = {}  # two outputs may ask for the same rows
        for node in self._nodes:
            source = self._due(node, given.get(node.origin), mark)
            if source is None:
                continue
            statement = self._whole[node.step.name].replace("{rows}", f"({source})")
            if node.step.output:
                asked = f"SELECT {self._json[node.step.name]} FROM ({statement}) ORDER BY {AT}, {ORDER}"
                if asked not in answers:
                    answers[asked] = [row for (row,) in self._connection.execute(asked).fetchall()]
                if answers[asked]:
                    yield node.step.output, answers[asked]
            elif mark == END_OF_TIME and node.read_once:  # in one piece with its reader, without a table in between
                given[node.step.name] = statement
            else:
                self._connection.execute(f"CREATE OR REPLACE TABLE {node.batch} AS {statement}")
                if not self._empty(node.batch):
                    given[node.step.name] = f"FROM {node.batch}"
            if mark != END_OF_TIME:
                self._remember(node, source, mark)
        if mark == END_OF_TIME:  # and no sooner: a step in one piece with its reader has had its turn only now
            self._forget()

    def _due(self, node: Node, given: str | None, mark: int) -> str | None:
        """SQL for the rows that the node works on now; None if there are none. `given`: those its origin gave now."""
        source = node.folded.replace("{rows}", f"({given})") if given else None
        if not isinstance(node.step.window, Tumbling):
            return source
        if mark == END_OF_TIME and self._empty(node.buffer):
            return source
        if source:
            self._connection.execute(f"INSERT INTO {node.buffer} {source}")
        size = node.step.window.size
        filled = self._release(node.buffer, f"{bucket(AT, size)} * {size}", mark, '"ready"')
        return "SELECT * FROM ready" if filled else None

    def _empty(self, table: str) -> bool:
        return self._connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None

    def _release(self, table: str, due: str, mark: int, batch: str) -> bool:
        """Move the rows that are due before the mark into a batch; False if there are none.

        The table is made anew, because rows that are deleted from one leave their memory behind.
        """
        if self._connection.execute(f"SELECT 1 FROM {table} WHERE {due} < {mark} LIMIT 1").fetchone() is None:
            return False
        self._connection.execute(f"CREATE OR REPLACE TABLE {batch} AS SELECT * FROM {table} WHERE {due} < {mark}")
        self._connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {table} WHERE {due} >= {mark}")
        return True

    def _remember(self, node: Node, source: str, mark: int) -> None:
        """Keep the keys that ISFIRST saw, until their interval is over."""
        for first in node.sql.firsts:
            keys = "".join(f', "{key}"' for key in first.keys)
            self._connection.execute(
                f"""CREATE OR REPLACE TABLE "{first.memory}" AS SELECT DISTINCT * FROM (
                    SELECT * FROM "{first.memory}"
                    UNION ALL SELECT {bucket(AT, first.size)} AS {BUCKET}{keys} FROM ({source})
                ) WHERE {BUCKET} * {first.size} >= {mark}"""
            )

    def _forget(self) -> None:
        for node in self._nodes:
            for first in node.sql.firsts:
                self._connection.execute(f'TRUNCATE "{first.memory}"')

    def _create_tables(self) -> tuple[str, ...]:
        """Make each table empty with the right types, in the order of the steps; this also proves the query."""
        fields = "".join(f'"{column}" VARCHAR, ' for column in self._columns)
        columns = f'({fields}"{ARRIVAL}" TIMESTAMP, {AT} TIMESTAMP, {ORDER} BIGINT)'
        state = [ARRIVALS]
        try:
            for table in (ARRIVALS, batch_of(self._input)):
                self._connection.execute(f"CREATE TABLE {table} {columns}")
            for node in self._nodes:
                source = node.folded.replace("{rows}", batch_of(node.origin))
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
                statement = node.sql.text.replace("{rows}", f"({source})")
                described = self._connection.execute(f"DESCRIBE {statement}").fetchall()
                types: dict[str, str] = {name: kind for name, kind, *_ in described}
                self._whole[node.step.name] = _with_bigints(node.sql.text, types)
                self._json[node.step.name] = _row_as_json(types)
                if not node.step.output:
                    whole = self._whole[node.step.name].replace("{rows}", f"({source})")
                    self._connection.execute(f"CREATE TABLE {node.batch} AS {whole}")
        except duckdb.Error as error:
            raise QueryInvalidError(f"the query does not hold together: {str(error).splitlines()[0]}") from None
        return tuple(state)


def _with_bigints(statement: str, types: dict[str, str]) -> str:
    """The statement with sums as BIGINT, as in Stream Analytics; DuckDB makes them wider."""
    casts = ", ".join(f'"{name}"::BIGINT AS "{name}"' for name, kind in types.items() if kind == "HUGEINT")
    return f"SELECT * REPLACE ({casts}) FROM ({statement})" if casts else statement


def _row_as_json(types: dict[str, str]) -> str:
    """SQL for a row as JSON: times in ISO 8601 UTC, no negative zero."""
    fields = []
    for name, kind in types.items():
        value = f'"{name}"'
        if kind == "TIMESTAMP":
            fraction = f"CASE WHEN epoch_us({value}) % 1000000 = 0 THEN '' ELSE strftime({value}, '.%f') END"
            value = f"strftime({value}, '%Y-%m-%dT%H:%M:%S') || {fraction} || 'Z'"
        elif kind == "DOUBLE":
            value = f"CASE WHEN {value} = 0 THEN 0.0::DOUBLE ELSE {value} END"
        if name not in (AT, ORDER):
            fields.append(f'"{name}" := {value}')
    return f"to_json(struct_pack({', '.join(fields)}))::VARCHAR"
