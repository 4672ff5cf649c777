"""The functions, aggregates and casts of Stream Analytics that the runner knows, as DuckDB SQL."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from windows.errors import NotSupportedError, QueryInvalidError, UntypedFieldError
from windows.kinds import NUMBERS, Kind, Typed, reckoned
from windows.patterns import like
from windows.readings import moment, number, whole

DIVISION_BY_ZERO = "a division by zero"
MISFIT = "a CAST of a value that does not fit: use TRY_CAST"
Translate = Callable[[exp.Expression], Typed]
TARGETS = {
    exp.DType.FLOAT: Kind.FLOAT,
    exp.DType.BIGINT: Kind.BIGINT,
    exp.DType.NVARCHAR: Kind.TEXT,
    exp.DType.DATETIME: Kind.DATETIME,
}
PARTS = ("year", "month", "day", "hour", "minute", "second")


def common(where: str, sides: Sequence[Typed]) -> Kind:
    """The type that all of these have, whole numbers among others becoming floats.

    Raises NotSupportedError if there is none.
    """
    kinds = {side.kind for side in sides}
    if len(kinds) == 1:
        return kinds.pop()
    if kinds == set(NUMBERS):
        return Kind.FLOAT
    raise NotSupportedError(f"{where}: {' and '.join(sorted(kinds))} in one place")


def cast(node: exp.Expression, inner: Typed) -> Typed:
    """CAST or TRY_CAST: NULL, or in CAST an error, where a value does not fit.

    A float is a finite number; a bigint takes whole numbers only, since what becomes of 1.7 is not documented.
    """
    target = node.args["to"]
    kind = TARGETS.get(target.this)
    if kind is None:
        raise NotSupportedError(f"the type {target.sql('tsql')}")
    fits = _fitting(inner, kind)
    if fits is None:
        raise NotSupportedError(f"a CAST of {inner.kind} to {kind}")
    if isinstance(node, exp.TryCast) or inner.kind is kind:
        return Typed(fits, kind)
    if (inner.kind, kind) == (Kind.FLOAT, Kind.BIGINT):  # what TRY_CAST does in one step less
        return Typed(
            f"(CASE WHEN trunc({inner.sql}) <> {inner.sql} THEN error('{MISFIT}') ELSE {inner.sql}::BIGINT END)", kind
        )
    return Typed(f"(CASE WHEN {inner.sql} IS NOT NULL AND {fits} IS NULL THEN error('{MISFIT}') ELSE {fits} END)", kind)


def _fitting(inner: Typed, kind: Kind) -> str | None:
    """SQL for the value as this type, NULL where it does not fit; None where no value would."""
    if inner.kind is kind:
        return inner.sql
    if inner.kind is Kind.FIELD and kind is Kind.FLOAT:
        return inner.number
    if inner.moment and kind is Kind.DATETIME:
        return inner.moment
    conversion = CONVERSIONS.get((Kind.TEXT if inner.kind is Kind.FIELD else inner.kind, kind))
    return conversion(inner.sql) if conversion else None


CONVERSIONS: dict[tuple[Kind, Kind], Callable[[str], str]] = {
    (Kind.TEXT, Kind.TEXT): str,
    (Kind.TEXT, Kind.FLOAT): number,
    (Kind.TEXT, Kind.BIGINT): whole,
    (Kind.TEXT, Kind.DATETIME): moment,
    (Kind.BIGINT, Kind.FLOAT): "({}::DOUBLE)".format,
    (Kind.BIGINT, Kind.TEXT): "({}::VARCHAR)".format,
    (Kind.FLOAT, Kind.BIGINT): "(CASE WHEN trunc({0}) = {0} THEN try_cast({0} AS BIGINT) END)".format,
}


def _same(node: exp.Expression, translate: Translate) -> Typed:
    """ABS, CEILING, FLOOR: of a number, and of its type."""
    inner = _of(node, translate(node.this), NUMBERS)
    called = {"Abs": "abs", "Ceil": "ceil", "Floor": "floor"}[type(node).__name__]
    return Typed(f"{called}({reckoned(inner)})", inner.kind)


def _of(node: exp.Expression, inner: Typed, kinds: Sequence[Kind]) -> Typed:
    if inner.kind is Kind.FIELD:
        raise UntypedFieldError(node.this.sql("tsql"))
    if inner.kind not in kinds:
        raise NotSupportedError(f"{node.sql_name() if isinstance(node, exp.Func) else node.sql()} of {inner.kind}")
    return inner


def _round(node: exp.Expression, translate: Translate) -> Typed:
    inner = _of(node, translate(node.this), NUMBERS)
    digits = node.args.get("decimals")
    if not (isinstance(digits, exp.Literal) and str(digits.this).isdigit() and int(digits.this) <= 15):
        raise NotSupportedError("ROUND without the number of digits, 0 to 15, as its second part")
    if node.args.get("truncate"):
        raise NotSupportedError("ROUND with a third part")
    return Typed(f"round({reckoned(inner)}, {int(digits.this)})", inner.kind)


def _case_of_text(node: exp.Expression, translate: Translate) -> Typed:
    inner = _of(node, translate(node.this), [Kind.TEXT])
    return Typed(f"{'upper' if isinstance(node, exp.Upper) else 'lower'}({inner.sql})", Kind.TEXT)


def _concat(node: exp.Expression, translate: Translate) -> Typed:
    parts = [_of(exp.Concat(this=part), translate(part), [Kind.TEXT]) for part in node.expressions]
    return Typed(f"concat({', '.join(part.sql for part in parts)})", Kind.TEXT)


def _length(node: exp.Expression, translate: Translate) -> Typed:
    of = node.this
    if isinstance(of, exp.Cast) and of.to.this is exp.DType.TEXT:  # the parser's addition
        of = of.this
    inner = _of(exp.Length(this=of), translate(of), [Kind.TEXT])
    return Typed(f"length({inner.sql})", Kind.BIGINT)


def _like(node: exp.Expression, translate: Translate) -> Typed:
    inner = _of(node, translate(node.this), [Kind.TEXT])
    pattern = node.expression
    if not (isinstance(pattern, exp.Literal) and pattern.is_string):
        raise NotSupportedError("LIKE with a pattern that is not a text in quotes")
    sql = like(inner.sql, str(pattern.this))
    return Typed(f"(NOT {sql})" if node.args.get("negate") else sql, Kind.BIT)


def _date_part(node: exp.Expression, translate: Translate) -> Typed:
    unit = node.this.name.lower()
    inner = _of(exp.Extract(this=node.expression), translate(node.expression), [Kind.DATETIME])
    if unit == "millisecond":
        return Typed(f"(datepart('millisecond', {inner.sql}) % 1000)", Kind.BIGINT)
    if unit not in PARTS:
        raise NotSupportedError(f"DATEPART({unit}, …)")
    return Typed(f"datepart('{unit}', {inner.sql})", Kind.BIGINT)


def _date_diff(node: exp.Expression, translate: Translate) -> Typed:
    unit = str(node.args["unit"].name).lower()
    if unit not in PARTS:
        raise NotSupportedError(f"DATEDIFF({unit}, …)")
    ends = [part.this if isinstance(part, exp.TimeStrToTime) else part for part in (node.expression, node.this)]
    start, end = (_of(exp.Extract(this=part), translate(part), [Kind.DATETIME]).sql for part in ends)
    return Typed(f"datediff('{unit}', {start}, {end})", Kind.BIGINT)


def _count(node: exp.Expression, translate: Translate) -> Typed:
    if node.expressions:
        raise NotSupportedError("COUNT of more than one expression")
    if isinstance(node.this, exp.Star):
        return Typed("count(*)", Kind.BIGINT)
    if isinstance(node.this, exp.Distinct):
        [of] = node.this.expressions if len(node.this.expressions) == 1 else [None]
        if of is None:
            raise NotSupportedError("COUNT(DISTINCT …) of more than one expression")
        inner = _of(exp.Count(this=of), translate(of), [*NUMBERS, Kind.TEXT, Kind.DATETIME])
        return Typed(f"count(DISTINCT {inner.sql})", Kind.BIGINT)
    inner = translate(node.this)
    if inner.kind is Kind.BIT:
        raise NotSupportedError("COUNT of a condition")
    return Typed(f"count({inner.sql})", Kind.BIGINT)


def _sum(node: exp.Expression, translate: Translate) -> Typed:
    inner = _of(node, _all(node, translate), NUMBERS)
    return Typed(f"sum({reckoned(inner)})" if inner.kind is Kind.FLOAT else f"(sum({inner.sql})::BIGINT)", inner.kind)


def _average(node: exp.Expression, translate: Translate) -> Typed:
    return Typed(f"avg({reckoned(_of(node, _all(node, translate), [Kind.FLOAT]))})", Kind.FLOAT)


def _extreme(node: exp.Expression, translate: Translate) -> Typed:
    inner = _of(node, _all(node, translate), [*NUMBERS, Kind.DATETIME])
    return Typed(f"{'min' if isinstance(node, exp.Min) else 'max'}({inner.sql})", inner.kind)


def _all(node: exp.Expression, translate: Translate) -> Typed:
    if node.expressions:
        raise QueryInvalidError(f"{node.sql('tsql')} has more than one part")
    if isinstance(node.this, exp.Distinct):
        raise NotSupportedError(f"DISTINCT in {type(node).__name__.upper()}")
    return translate(node.this)


CALLS: dict[type[exp.Expression], Callable[[exp.Expression, Translate], Typed]] = {
    exp.Abs: _same, exp.Ceil: _same, exp.Floor: _same, exp.Round: _round, exp.Upper: _case_of_text,
    exp.Lower: _case_of_text, exp.Concat: _concat, exp.Length: _length, exp.Like: _like,
    exp.Extract: _date_part, exp.DateDiff: _date_diff,
}  # fmt: skip
AGGREGATES: dict[type[exp.Expression], Callable[[exp.Expression, Translate], Typed]] = {
    exp.Count: _count, exp.Sum: _sum, exp.Avg: _average, exp.Min: _extreme, exp.Max: _extreme,
}  # fmt: skip
