"""The query at work: rows go in as they come, windows come out as the watermark passes them.

Steps that only project and filter are folded into the step or output that reads them. What is left are steps that
window (they keep rows until their window is over) and steps with ISFIRST or LAG (they remember what they saw for as
long as it counts). That is all the state there is: its size follows from the windows' sizes, not from how long it runs.
"""

# ruff: noqa: S608 - SQL is what this module makes, of parts that are quoted or its own

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from windows.database import BEYOND, evaluation
from windows.errors import QueryInvalidError
from windows.kinds import DUCKDB_TYPES, ROWS, Columns, Kind, quoted
from windows.plan import INTAKE, Node, Plan
from windows.repeats import AT, ORDER, bucket
from windows.repeats import memory as memory_place
from windows.window import Tumbling

END_OF_TIME = 2**62
ARRIVALS, ARRIVED = "arrivals", "arrivals_batch"


class Dataflow:
    """One query over one DuckDB connection; the tables in `state` are all that it remembers.

    Raises QueryInvalidError if DuckDB finds what the plan did not.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
        self._connection = connection
        self._nodes = plan.nodes
        self._batches = {INTAKE: ARRIVED, **{node.step.name: node.batch for node in plan.nodes}}
        self._whole = {node.number: _with_memories(node) for node in plan.nodes}
        self._json = {node.number: _row_as_json(node.sql.columns) for node in plan.nodes}
        try:
            self.state = self._create_tables(plan.columns)
        except duckdb.Error as error:
            raise QueryInvalidError(f"the query does not hold together ({type(error).__name__})") from None

    def add(self, rows: str) -> None:
        """Take in rows (SQL) whose columns are the plan's, `__at` and `__order`."""
        with evaluation():
            self._connection.execute(f"INSERT INTO {ARRIVALS} {rows}")

    def advance(self, watermark: int | None) -> Iterator[tuple[str, list[str]]]:
        """Close every window that ends before the watermark (microseconds since the epoch; None: close all).

        Gives each output's new rows as JSON, in the query's order of outputs and each output's in the order of time.

        Raises EvaluationError.
        """
        mark = END_OF_TIME if watermark is None else watermark
        with evaluation():
            released = self._release(ARRIVALS, f"epoch_us({AT})", mark, ARRIVED)
        return self._run({INTAKE: f"FROM {ARRIVED}"} if released else {}, mark)

    def over(self, rows: str) -> Iterator[tuple[str, list[str]]]:
        """What `advance(None)` gives after `add(rows)` where nothing was added before, without a copy of the rows."""
        return self._run({INTAKE: rows}, END_OF_TIME)

    def _run(self, given: dict[str, str], mark: int) -> Iterator[tuple[str, list[str]]]:
        """Take each node's turn. `given`: by name, SQL for the rows that came out of the intake and the steps."""
        answers: dict[str, list[str]] = {}  # two outputs may ask for the same rows
        for node in self._nodes:
            with evaluation():
                rows = self._turn(node, given, mark, answers)
            if rows and node.step.output:
                yield node.step.output, rows
        if mark == END_OF_TIME:  # and no sooner: a step in one piece with its reader has had its turn only now
            for node in self._nodes:
                for memory in node.memories:
                    self._connection.execute(f"TRUNCATE {memory}")

    def _turn(self, node: Node, given: dict[str, str], mark: int, answers: dict[str, list[str]]) -> list[str]:
        """An output's rows; of another node none: what comes out of it is `given` to its readers."""
        source = self._due(node, given, mark)
        if source is None:
            return []
        statement = self._whole[node.number].replace(ROWS, f"({source})")
        rows: list[str] = []
        if node.step.output:
            asked = f"SELECT {self._json[node.number]} FROM ({statement}) ORDER BY {AT}, {ORDER}"
            if asked not in answers:
                answers[asked] = [row for (row,) in self._connection.execute(asked).fetchall()]
            rows = answers[asked]
        elif mark == END_OF_TIME and node.read_once:  # in one piece with its reader, without a table in between
            given[node.step.name] = statement
        else:
            self._connection.execute(f"CREATE OR REPLACE TABLE {node.batch} AS {statement}")
            if not self._empty(node.batch):
                given[node.step.name] = f"FROM {node.batch}"
        if mark != END_OF_TIME:
            self._remember(node, source, mark)
        return rows

    def _due(self, node: Node, given: Mapping[str, str], mark: int) -> str | None:
        """SQL for the rows that the node works on now; None if there are none. `given`: those its origins gave now."""
        come = [reading for reading in node.readings if reading.origin in given]
        source = (
            _joined([reading.folded.replace(ROWS, f"({given[reading.origin]})") for reading in come]) if come else None
        )
        if not isinstance(node.step.window, Tumbling):
            return source
        if mark == END_OF_TIME and self._empty(node.buffer):
            return source
        if source:
            self._connection.execute(f"INSERT INTO {node.buffer} {source}")
        size = node.step.window.size
        filled = self._release(node.buffer, f"{bucket(AT, size)} * {size}", mark, node.due)
        return f"SELECT * FROM {node.due}" if filled else None

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
        """Keep what its calls over rows may still have to know."""
        for repeat, memory in zip(node.sql.repeats, node.memories, strict=True):
            self._connection.execute(
                f"""CREATE OR REPLACE TABLE {memory} AS SELECT DISTINCT * FROM (
                    SELECT * FROM {memory} UNION ALL SELECT {repeat.remembered} FROM ({source})
                ) WHERE {repeat.forgotten(mark)}"""
            )

    def _create_tables(self, columns: Columns) -> tuple[str, ...]:
        """Make each table empty with the right types, in the order of the steps."""
        state = [ARRIVALS]
        for table in (ARRIVALS, ARRIVED):
            self._connection.execute(f"CREATE TABLE {table} ({_declared(columns)})")
        for node in self._nodes:
            source = _joined([each.folded.replace(ROWS, self._batches[each.origin]) for each in node.readings])
            for repeat, memory in zip(node.sql.repeats, node.memories, strict=True):
                self._connection.execute(f"CREATE TABLE {memory} AS SELECT {repeat.remembered} FROM ({source})")
                state.append(memory)
            if isinstance(node.step.window, Tumbling):
                self._connection.execute(f"CREATE TABLE {node.buffer} AS {source}")
                state.append(node.buffer)
            whole = self._whole[node.number].replace(ROWS, f"({source})")
            if not node.step.output:
                self._connection.execute(f"CREATE TABLE {node.batch} ({_declared(node.sql.columns)})")
            self._connection.execute(f"DESCRIBE {whole}")
        return tuple(state)


def _with_memories(node: Node) -> str:
    text = node.sql.text
    for number, memory in enumerate(node.memories):
        text = text.replace(memory_place(number), memory)
    return text


def _joined(parts: Sequence[str]) -> str:
    """SQL for the rows of all parts; those that have one place in the order come in the order of their parts."""
    if len(parts) == 1:
        return parts[0]
    places = (f"{ORDER} * {len(parts)} + {number}" for number in range(len(parts)))
    return " UNION ALL ".join(
        f"(SELECT * REPLACE ({place} AS {ORDER}) FROM ({part}))" for place, part in zip(places, parts, strict=True)
    )


def _declared(columns: Columns) -> str:
    fields = "".join(f"{quoted(name)} {DUCKDB_TYPES[kind]}, " for name, kind in columns.items())
    return f"{fields}{AT} TIMESTAMP, {ORDER} BIGINT"


def _row_as_json(columns: Columns) -> str:
    """SQL for a row as JSON: times in ISO 8601 UTC, no negative zero."""
    fields = []
    for name, kind in columns.items():
        value = quoted(name)
        if kind is Kind.DATETIME:
            fraction = f"CASE WHEN epoch_us({value}) % 1000000 = 0 THEN '' ELSE strftime({value}, '.%f') END"
            value = f"strftime({value}, '%Y-%m-%dT%H:%M:%S') || {fraction} || 'Z'"
        elif kind is Kind.FLOAT:
            value = f"{value}::DOUBLE"
            beyond = f"WHEN NOT isfinite({value}) THEN error('{BEYOND}')"
            value = f"CASE WHEN {value} = 0 THEN 0.0::DOUBLE {beyond} ELSE {value} END"
        fields.append(f"{quoted(name)} := {value}")
    return f"to_json(struct_pack({', '.join(fields)}))::VARCHAR"
