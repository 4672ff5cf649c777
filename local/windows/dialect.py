"""A step's SELECT in Stream Analytics' language, rewritten as DuckDB SQL over a table of rows.

Every table of rows has, beside the step's own columns, `__at` (TIMESTAMP, UTC: what System.Timestamp() says) and
`__order` (BIGINT: the order among rows of one timestamp).
"""

# ruff: noqa: S608 - SQL is what this module makes, out of a query that the operator wrote

from dataclasses import dataclass

from sqlglot import exp

from local.windows.errors import NotSupportedError, QueryInvalidError
from local.windows.query import Query, Step, is_system_timestamp
from local.windows.refusals import refuse_functions
from local.windows.window import Tumbling, window_size

AT, ORDER, END, BUCKET = "__at", "__order", "__end", "__bucket"
ARRIVAL = "EventEnqueuedUtcTime"
TYPES = {
    exp.DType.FLOAT: exp.DType.DOUBLE,
    exp.DType.BIGINT: exp.DType.BIGINT,
    exp.DType.NVARCHAR: exp.DType.VARCHAR,
    exp.DType.DATETIME: exp.DType.TIMESTAMP,
    exp.DType.BIT: exp.DType.BOOLEAN,
    exp.DType.BOOLEAN: exp.DType.BOOLEAN,
}


@dataclass(frozen=True)
class First:
    """One ISFIRST(…) OVER (PARTITION BY keys): the column that holds it and the table that remembers what was seen."""

    column: str
    memory: str
    size: int
    keys: tuple[str, ...]


@dataclass(frozen=True)
class StepSql:
    """A step as DuckDB SQL; `{rows}` in it stands for the table of rows it reads."""

    text: str
    firsts: tuple[First, ...]


def reads(step: Step) -> tuple[str, ...]:
    """The columns of its source that a step reads, in the order of their first use."""
    select = step.select.copy()
    keys = [key for first in _take_firsts(step, select) for key in first.keys]
    found = [column.name for column in select.find_all(exp.Column) if not column.name.startswith("__")]
    return tuple({name.lower(): name for name in reversed([*found, *keys])}.values())[::-1]


def input_columns(query: Query) -> tuple[str, ...]:
    """The fields of an event that the query reads, its event time first; never none: DuckDB reads no empty object."""
    steps = query.readers(query.input)
    names = [step.timestamp_by for step in steps if step.timestamp_by]
    names += [name for step in steps for name in reads(step) if name.lower() != ARRIVAL.lower()]
    return tuple({name.lower(): name for name in names}.values()) or ("__none",)


def bucket(timestamp: str, size: int) -> str:
    """SQL for the number of the (start, end] interval of `size` microseconds that holds the timestamp."""
    return f"((epoch_us({timestamp}) + {size - 1}) // {size})"


def window_end(timestamp: str, size: int) -> str:
    """SQL for the end of the (start, end] window of `size` microseconds that holds the timestamp."""
    return f"make_timestamp({bucket(timestamp, size)} * {size})"


def step_sql(step: Step) -> StepSql:
    """Rewrite one step.

    Raises NotSupportedError for a function or type that the runner lacks.
    """
    select = step.select.copy()
    firsts = _take_firsts(step, select)
    refuse_functions(select)
    for cast in select.find_all(exp.Cast, exp.TryCast):
        _retype(cast)
    stamp = END if isinstance(step.window, Tumbling) else AT
    for column in list(select.find_all(exp.Column)):
        column.set("table", None)
        column.this.set("quoted", True)
    for item in select.expressions:
        if isinstance(item, exp.Alias):
            item.args["alias"].set("quoted", True)
        elif not isinstance(item, exp.Column):
            raise QueryInvalidError(f"{item.sql('tsql')} in {step.name} needs a name (AS …)")
    for clause in select.find_all(exp.Where):
        _replace_timestamp(clause, AT)
    _replace_timestamp(select, stamp)
    projections = ", ".join(item.sql("duckdb") for item in select.expressions)
    where = select.args.get("where")
    condition = f" {where.sql('duckdb')}" if where else ""
    if step.window is None:
        return StepSql(_chain(firsts, f"SELECT {projections}, {AT}, {ORDER} FROM {{rows}} AS rows{condition}"), firsts)
    group = select.args["group"]
    keys = [item.sql("duckdb") for item in group.expressions]
    having = select.args.get("having")
    filtered = f" {having.sql('duckdb')}" if having else ""
    rows = "{rows}"
    if isinstance(step.window, Tumbling):
        rows = f"(SELECT *, {window_end(AT, step.window.size)} AS {END} FROM {rows})"
    order = f"row_number() OVER (ORDER BY {', '.join([stamp, *keys])}) AS {ORDER}"
    return StepSql(
        f"SELECT {projections}, {stamp} AS {AT}, {order} FROM {rows} AS rows{condition} "
        f"GROUP BY {', '.join([stamp, *keys])}{filtered}",
        firsts,
    )


def _chain(firsts: tuple[First, ...], select: str) -> str:
    """The SELECT over `{rows}` with a column for each ISFIRST: 1, or 0 for a row that came after one of its keys.

    Few keys come twice, so those are found by grouping hashes; ranking every row would sort them all. One grouping does
    for all of a step's ISFIRSTs: rows alike in the keys of one are alike in what the keys of all have in common.
    """
    if not firsts:
        return select
    alike = f"hash({', '.join(_shared(firsts))})"
    links = ["rows0 AS NOT MATERIALIZED (SELECT * FROM {rows})"]
    links += [f"twice AS MATERIALIZED (SELECT {alike} FROM rows0 GROUP BY ALL HAVING count(*) > 1)"]
    links += [f"again AS MATERIALIZED (SELECT * FROM rows0 WHERE {alike} IN (FROM twice))"]
    links += [f"later{n} AS ({_later(first)})" for n, first in enumerate(firsts)]
    flags = [f"CASE WHEN {ORDER} IN (FROM later{n}) THEN 0 ELSE 1 END AS {f.column}" for n, f in enumerate(firsts)]
    flagged = f"(SELECT *, {', '.join(flags)} FROM rows0)"
    return f"WITH {', '.join(links)} {select.replace('{rows}', flagged)}"


def _shared(firsts: tuple[First, ...]) -> list[str]:
    """SQL for what two rows have in common that are alike in the keys and the interval of any one of these."""
    widest = max(first.size for first in firsts)
    interval = [bucket(AT, widest)] if all(widest % first.size == 0 for first in firsts) else []
    keys = [f'"{key}"' for key in firsts[0].keys if all(key in first.keys for first in firsts)]
    return [*interval, *keys] or ["0"]


def _later(first: First) -> str:
    """SQL for the `__order` of the rows in `rows0` that are not the first of their keys in their interval."""
    keys = [f'"{key}"' for key in first.keys]
    parts = ", ".join([bucket(AT, first.size), *keys])
    place = f"(epoch_us({AT})::HUGEINT << 63) + {ORDER}"

    def same(table: str) -> str:
        interval = f"{table}.{BUCKET} = {bucket(f'rows0.{AT}', first.size)}"
        return " AND ".join([interval, *(f"{table}.{key} IS NOT DISTINCT FROM rows0.{key}" for key in keys)])

    ranked = f"SELECT {ORDER}, {place} > min({place}) OVER (PARTITION BY {parts}) AS later FROM again"
    return (
        f"SELECT {ORDER} FROM ({ranked}) WHERE later "
        f'UNION ALL SELECT rows0.{ORDER} FROM rows0 JOIN "{first.memory}" AS seen ON {same("seen")}'
    )


def _take_firsts(step: Step, select: exp.Select) -> tuple[First, ...]:
    """Replace each ISFIRST(…) OVER (…) by a column of its own."""
    firsts: list[First] = []
    for call in list(select.find_all(exp.Anonymous)):
        if str(call.this).lower() != "isfirst":
            continue
        over = call.parent if isinstance(call.parent, exp.Window) else None
        if over is not None and (over.args.get("order") or over.args.get("spec") or over.args.get("alias")):
            raise NotSupportedError(f"{over.sql('tsql')}: write ISFIRST(unit, number) OVER (PARTITION BY …)")
        if step.window is not None:
            raise NotSupportedError("ISFIRST beside GROUP BY: make it a step of its own")
        keys = over.args.get("partition_by") or [] if over is not None else []
        if not all(isinstance(key, exp.Column) for key in keys):
            raise NotSupportedError("ISFIRST over an expression: partition by columns")
        number = len(firsts)
        name = f"{step.name} first {number}"
        first = First(f"__first{number}", name, window_size(call), tuple(key.name for key in keys))
        (over or call).replace(exp.column(first.column))
        firsts.append(first)
    return tuple(firsts)


def _replace_timestamp(node: exp.Expression, column: str) -> None:
    for found in list(node.find_all(exp.Dot)):
        if is_system_timestamp(found):
            found.replace(exp.column(column))


def _retype(cast: exp.Cast | exp.TryCast) -> None:
    kind = cast.to.this
    if kind not in TYPES:
        raise NotSupportedError(f"the type {cast.to.sql('tsql')}")
    cast.set("to", exp.DataType(this=TYPES[kind]))
