"""A step's SELECT in Stream Analytics' language, rewritten as DuckDB SQL over a table of rows.

Every table of rows has, beside the step's own columns, `__at` (TIMESTAMP, UTC: what System.Timestamp() says) and
`__order` (BIGINT: the order among rows of one timestamp).
"""

# ruff: noqa: S608 - SQL is what this module makes, of parts that are quoted or its own

from dataclasses import dataclass, replace

from sqlglot import exp

from windows.errors import NotSupportedError, QueryInvalidError, UntypedFieldError
from windows.expression import Scope, column_name, condition, is_system_timestamp, shown, value
from windows.kinds import ABSENT, ROWS, Columns, Kind, find, quoted
from windows.query import ARRIVAL, Query, Step
from windows.repeats import AT, ORDER, Repeat, bucket, flagged, take_repeats
from windows.window import Tumbling

END = "__end"
OF_THE_ARRIVAL = ("eventprocessedutctime", "partitionid", "iothub", "blobname", "bloblastmodifiedutctime")


@dataclass(frozen=True)
class StepSql:
    """A step as DuckDB SQL over `ROWS`.

    `projections` alone is what makes its columns, in a step where a row comes of each row whatever its timestamp and
    whatever the others; else it is empty. `adds_floats`: it sums floats, so that its last digits depend on the order.
    """

    text: str
    columns: Columns
    repeats: tuple[Repeat, ...]
    projections: tuple[str, ...]
    adds_floats: bool


def input_columns(query: Query) -> Columns:
    """The fields of an event that the query reads, its event time first; never none: DuckDB reads no empty object.

    Raises NotSupportedError for one field in two spellings, a nested field, or a property of the arrival.
    """
    steps = query.readers(query.input)
    names = [step.timestamp_by for step in steps if step.timestamp_by]
    for step in steps:
        for node in step.select.find_all(exp.Column):
            if not is_system_timestamp(node):
                names.append(column_name(node, qualifiers(step)))
    columns: Columns = {}
    for name in names:
        there = find(name, columns)
        if name.lower() in OF_THE_ARRIVAL:
            raise NotSupportedError(name)
        if there not in (None, name):
            raise NotSupportedError(f"one field in two spellings, {there} and {name}")
        if name.lower() != ARRIVAL.lower():
            columns[name] = Kind.FIELD
    return columns or {"__none": Kind.FIELD}


def asked_for(query: Query) -> tuple[frozenset[str], frozenset[str]]:
    """The fields of an event that the query casts to float, and those that it reads in any other way.

    IS NULL counts as neither.
    """
    numbers: set[str] = set()
    texts: set[str] = {query.event_time} if query.event_time else set()
    for step in query.readers(query.input):
        for node in step.select.find_all(exp.Column):
            parent = node.parent
            if isinstance(parent, exp.Cast) and parent.to.this is exp.DType.FLOAT:
                numbers.add(node.name)
            elif not (isinstance(parent, exp.Is) and isinstance(parent.expression, exp.Null)):
                texts.add(node.name)
    return frozenset(numbers), frozenset(texts)


def qualifiers(step: Step) -> frozenset[str]:
    """What may stand before a column's name and a dot: the source, or its alias."""
    table = step.select.args["from_"].this
    return frozenset({table.alias.lower() if table.alias else step.source.lower()})


def window_end(timestamp: str, size: int) -> str:
    """SQL for the end of the (start, end] window of `size` microseconds that holds the timestamp."""
    return f"make_timestamp({bucket(timestamp, size)} * {size})"


def step_sql(step: Step, columns: Columns) -> StepSql:
    """Rewrite one step that reads these columns.

    Raises NotSupportedError for what the runner lacks, QueryInvalidError for what makes no sense.
    """
    select = step.select
    named = qualifiers(step)
    repeats, analytics = take_repeats(step, columns, named)
    rows = Scope(columns, named, AT, analytics=analytics)
    where = select.args.get("where")
    filtered = f" WHERE {condition(where.this, rows)}" if where else ""
    if step.window is None:
        if select.args.get("having"):
            raise QueryInvalidError(f"{step.name} has HAVING without GROUP BY")
        projections, made = _projections(step, rows)
        text = resolved(f"SELECT {', '.join(projections)}, {AT}, {ORDER} FROM {ROWS} AS rows{filtered}")
        timeless = not (
            repeats or where or any(is_system_timestamp(node) for node in select.find_all(exp.Dot, exp.Column))
        )
        return StepSql(flagged(repeats, text), made, repeats, tuple(projections) if timeless else (), adds_floats=False)
    made = _projections(step, _groups(step, rows))[1]
    return StepSql(resolved(_grouped(step, rows, filtered)), made, (), (), _adds_floats(select, rows))


def resolved(sql: str, *, numbers_only: bool = False) -> str:
    """The SQL with each `ABSENT` in it said. `numbers_only`: whatever is there is a number."""
    return ABSENT.sub("TRUE" if numbers_only else r"(\1 IS NULL)", sql)


def _adds_floats(select: exp.Select, rows: Scope) -> bool:
    return any(value(node.this, rows).kind is Kind.FLOAT for node in select.find_all(exp.Sum, exp.Avg))


def _groups(step: Step, rows: Scope) -> Scope:
    stamp = END if isinstance(step.window, Tumbling) else AT
    keys: list[str] = []
    for key in step.select.args["group"].expressions:
        name = column_name(key, rows.qualifiers)
        there = find(name, rows.columns)
        if there is None:
            raise QueryInvalidError(f"{step.name} groups by {name}, which is not there")
        if rows.columns[there] is Kind.FIELD:
            raise UntypedFieldError(name)
        keys.append(there)
    return replace(rows, timestamp=stamp, keys=tuple(keys))


def _grouped(step: Step, rows: Scope, filtered: str) -> str:
    groups = _groups(step, rows)
    projections, _ = _projections(step, groups)
    having = step.select.args.get("having")
    kept = f" HAVING {condition(having.this, groups)}" if having else ""
    source = ROWS
    if isinstance(step.window, Tumbling):
        source = f"(SELECT *, {window_end(AT, step.window.size)} AS {END} FROM {source})"
    by = ", ".join([str(groups.timestamp), *(f"rows.{quoted(key)}" for key in groups.keys or ())])
    order = f"row_number() OVER (ORDER BY {by}) AS {ORDER}"
    return (
        f"SELECT {', '.join(projections)}, {groups.timestamp} AS {AT}, {order} FROM {source} AS rows{filtered} "
        f"GROUP BY {by}{kept}"
    )


def _projections(step: Step, scope: Scope) -> tuple[list[str], Columns]:
    """Each column as SQL, and their names and types."""
    sqls: list[str] = []
    made: Columns = {}
    for item in step.select.expressions:
        expression = item.this if isinstance(item, exp.Alias) else item
        if isinstance(item, exp.Alias):
            name = item.alias
        elif isinstance(item, exp.Column) and not is_system_timestamp(item):
            name = column_name(item, scope.qualifiers)
            if find(name, scope.columns) not in (None, name):
                raise NotSupportedError(
                    f"{name} in {step.name}: spell it {find(name, scope.columns)}, or name it with AS"
                )
        else:
            raise QueryInvalidError(f"{shown(item)} in {step.name} needs a name (AS …)")
        if name.startswith("__") or not name:
            raise NotSupportedError(f"the name {name}: two underscores begin the runner's own")
        if find(name, made):
            raise QueryInvalidError(f"{step.name} has two columns called {name}")
        found = value(expression, scope)
        made[name] = found.kind
        sqls.append(f"{found.sql} AS {quoted(name)}")
    if not made:
        raise QueryInvalidError(f"{step.name} has no columns")
    return sqls, made
