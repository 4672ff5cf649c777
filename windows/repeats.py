"""Calls that look at rows before: ISFIRST, and LAG to find what came already.

Few keys come twice, so those are found by grouping hashes; ranking every row would sort them all. One grouping does
for all of a step's calls: rows alike in the keys of one are alike in what the keys of all have in common.
"""

# ruff: noqa: S608 - SQL is what this module makes, of parts that are quoted or its own

from dataclasses import dataclass

from sqlglot import exp

from windows.errors import NotSupportedError, UntypedFieldError
from windows.expression import column_name, shown
from windows.kinds import ROWS, Columns, Kind, Typed, find, quoted
from windows.query import LIMIT, Step
from windows.window import window_size

AT, ORDER, BUCKET = "__at", "__order", "__bucket"


@dataclass(frozen=True)
class Repeat:
    """One call: `column` is 1 for a row that is the first of its keys, 0 for one that came after.

    `aligned`: first within an interval of `size` microseconds, as ISFIRST; else within `size` before it, as LAG.
    """

    column: str
    size: int
    keys: tuple[str, ...]
    aligned: bool

    @property
    def remembered(self) -> str:
        """SQL for what is remembered of a row: when it was, and its keys."""
        when = f"{bucket(AT, self.size)} AS {BUCKET}" if self.aligned else AT
        return ", ".join([when, *self.keys])

    def forgotten(self, mark: int) -> str:
        """SQL for whether a remembered row still counts when the watermark (microseconds) has come to `mark`."""
        if self.aligned:
            return f"{BUCKET} * {self.size} >= {mark}"
        return f"epoch_us({AT}) >= {mark - self.size}"


def bucket(timestamp: str, size: int) -> str:
    """SQL for the number of the (start, end] interval of `size` microseconds that holds the timestamp."""
    return f"((epoch_us({timestamp}) + {size - 1}) // {size})"


def take_repeats(
    step: Step, columns: Columns, qualifiers: frozenset[str]
) -> tuple[tuple[Repeat, ...], dict[int, Typed]]:
    """The step's calls, and by the id of each call's node what stands for it in the SELECT.

    Raises NotSupportedError for any other call over rows.
    """
    found: list[Repeat] = []
    known: dict[int, Typed] = {}
    for node in step.select.find_all(exp.Window, exp.Anonymous):
        if isinstance(node, exp.Anonymous):
            if str(node.this).lower() != "isfirst" or isinstance(node.parent, exp.Window):
                continue
            call: exp.Expression = node
            parts: list[exp.Expression] = []
        else:
            call, parts = node.this, list(node.args.get("partition_by") or [])
            if any(node.args.get(part) for part in ("order", "spec", "alias", "first")):
                raise NotSupportedError(f"{shown(node)}: write OVER (PARTITION BY … LIMIT DURATION(…))")
        if step.window is not None:
            raise NotSupportedError(f"{shown(call)} beside GROUP BY: make it a step of its own")
        limits = [part for part in parts if isinstance(part, exp.Anonymous) and str(part.this) == LIMIT]
        keys = tuple(_key(part, columns, qualifiers) for part in parts if part not in limits)
        flag = f"__first{len(found)}"
        if isinstance(call, exp.Anonymous) and str(call.this).lower() == "isfirst" and not limits:
            found.append(Repeat(flag, window_size(call), keys, aligned=True))
            known[id(node)] = Typed(f"{flag}", Kind.BIGINT)
        elif isinstance(call, exp.Lag) and len(limits) == 1:
            key = _key(call.this, columns, qualifiers)
            if call.args.get("offset") or call.args.get("default") or key not in keys:
                raise NotSupportedError(f"{shown(call)}, but for LAG(key) OVER (PARTITION BY key LIMIT DURATION(…))")
            found.append(Repeat(flag, window_size(limits[0]), keys, aligned=False))
            there = next(name for name in columns if quoted(name) == key)
            known[id(node)] = Typed(f"(CASE WHEN {flag} = 0 THEN rows.{key} END)", columns[there])
        else:
            raise NotSupportedError(f"{shown(call)} OVER (…)")
    return tuple(found), known


def _key(node: exp.Expression, columns: Columns, qualifiers: frozenset[str]) -> str:
    if not isinstance(node, exp.Column):
        raise NotSupportedError(f"PARTITION BY {shown(node)}: partition by columns")
    name = column_name(node, qualifiers)
    there = find(name, columns)
    if there is None:
        raise NotSupportedError(f"{name}, which is not there")
    if columns[there] is Kind.FIELD:
        raise UntypedFieldError(name)
    return quoted(there)


def flagged(repeats: tuple[Repeat, ...], select: str) -> str:
    """The SELECT over `ROWS` with a column for each call; `memory(n)` is the table of what the nth remembers."""
    if not repeats:
        return select
    alike = f"hash({', '.join(_shared(repeats))})"
    links = [f"rows0 AS NOT MATERIALIZED (SELECT * FROM {ROWS})"]
    links += [f"twice AS MATERIALIZED (SELECT {alike} FROM rows0 GROUP BY ALL HAVING count(*) > 1)"]
    links += [f"again AS MATERIALIZED (SELECT * FROM rows0 WHERE {alike} IN (FROM twice))"]
    links += [f"later{n} AS ({_later(each, memory(n))})" for n, each in enumerate(repeats)]
    flags = [
        f"CASE WHEN {ORDER} IN (FROM later{n}) THEN 0 ELSE 1 END AS {each.column}" for n, each in enumerate(repeats)
    ]
    rows = f"(SELECT *, {', '.join(flags)} FROM rows0)"
    return f"WITH {', '.join(links)} {select.replace(ROWS, rows)}"


def memory(number: int) -> str:
    """In SQL, the place of the table of what a step's nth call remembers."""
    return f"\x01memory {number}\x01"


def _shared(repeats: tuple[Repeat, ...]) -> list[str]:
    """SQL for what two rows have in common that are alike in the keys and the interval of any one of these."""
    widest = max(each.size for each in repeats)
    together = all(each.aligned and widest % each.size == 0 for each in repeats)
    keys = [key for key in repeats[0].keys if all(key in each.keys for each in repeats)]
    return [*([bucket(AT, widest)] if together else []), *keys] or ["0"]


def _later(repeat: Repeat, memory: str) -> str:
    """SQL for the `__order` of the rows in `rows0` that are not the first of their keys."""
    same = " AND ".join([f"seen.{key} IS NOT DISTINCT FROM rows0.{key}" for key in repeat.keys] or ["TRUE"])
    if repeat.aligned:
        parts = ", ".join([bucket(AT, repeat.size), *repeat.keys])
        place = f"(epoch_us({AT})::HUGEINT << 63) + {ORDER}"
        later = f"{place} > min({place}) OVER (PARTITION BY {parts})"
        same += f" AND seen.{BUCKET} = {bucket(f'rows0.{AT}', repeat.size)}"
    else:
        parts = f"PARTITION BY {', '.join(repeat.keys)} " if repeat.keys else ""
        later = f"epoch_us({AT}) - lag(epoch_us({AT})) OVER ({parts}ORDER BY {AT}, {ORDER}) <= {repeat.size}"
        same += f" AND epoch_us(rows0.{AT}) - epoch_us(seen.{AT}) <= {repeat.size}"
    return (
        f"SELECT {ORDER} FROM (SELECT {ORDER}, {later} AS later FROM again) WHERE later "
        f"UNION ALL SELECT rows0.{ORDER} FROM rows0 JOIN {memory} AS seen ON {same}"
    )
