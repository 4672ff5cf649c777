"""An expression of Stream Analytics as DuckDB SQL that means the same, or a refusal that names what it is.

Only what is listed here passes, each part with its type, so nothing of a query reaches DuckDB as it stands. Where
Stream Analytics does not say what something means (a field without a type, texts in order), it is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from windows import functions
from windows.errors import NotSupportedError, QueryInvalidError, UntypedFieldError
from windows.kinds import (
    NUMBERS,
    Columns,
    Kind,
    Typed,
    find,
    held,
    literal,
    moment_of,
    number_of,
    quoted,
    reckoned,
)

LARGEST = 2**63 - 1
LARGEST_HELD_WHOLE = 2**31
ARITHMETIC: dict[type[exp.Expression], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
COMPARISONS: dict[type[exp.Expression], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: the columns it may read and what System.Timestamp() is there.

    `keys` are the columns that GROUP BY names, in an expression about groups; None in one about rows. `analytics` are
    the calls over other rows, worked out beforehand, by the id of their node. `no_number` is the SQL of a field that is
    known to be no number there.
    """

    columns: Columns
    qualifiers: frozenset[str] = frozenset()
    timestamp: str | None = None
    keys: tuple[str, ...] | None = None
    analytics: Mapping[int, Typed] = field(default_factory=dict)
    no_number: str = ""


def shown(node: exp.Expression) -> str:
    """The node as the query writes it, on one line and not too long for a message."""
    text = " ".join(node.sql("tsql").split())
    return text if len(text) <= 80 else f"{text[:77]}…"


def is_system_timestamp(node: exp.Expression) -> bool:
    """Whether the node is `System.Timestamp()` or, as older queries write it, `System.Timestamp`."""
    if isinstance(node, exp.Dot):
        left, right = node.this, node.expression
        called = str(right.this) if isinstance(right, exp.Anonymous) and not right.expressions else ""
    elif isinstance(node, exp.Column) and not node.args.get("db") and isinstance(node.this, exp.Identifier):
        left, called = node.args.get("table"), node.name
    else:
        return False
    return isinstance(left, exp.Identifier) and left.name.lower() == "system" and called.lower() == "timestamp"


def column_name(node: exp.Expression, qualifiers: frozenset[str]) -> str:
    """The plain name of a column.

    Raises NotSupportedError for a nested field or `*`.
    """
    if isinstance(node.this, exp.Star):
        raise NotSupportedError(f"{shown(node)}: name the columns")
    path = [node.args[part].name.lower() for part in ("catalog", "db", "table") if node.args.get(part)]
    if path and path != [name for name in path[:1] if name in qualifiers]:
        raise NotSupportedError(f"the nested field {shown(node)}")
    if node.name.startswith("__"):
        raise NotSupportedError(f"the name {shown(node)}: two underscores begin the runner's own")
    return str(node.name)


def translate(node: exp.Expression, scope: Scope) -> Typed:
    """The expression as SQL.

    Raises NotSupportedError or QueryInvalidError, naming the part that is to blame.
    """
    known = scope.analytics.get(id(node))
    if known is not None:
        return known
    if is_system_timestamp(node):
        if scope.timestamp is None:
            raise NotSupportedError("System.Timestamp() inside an aggregate")
        return Typed(scope.timestamp, Kind.DATETIME)
    if type(node) in functions.AGGREGATES:
        return _aggregate(node, scope)
    for kind, handler in HANDLERS.items():
        if type(node) is kind:
            return handler(node, scope)
    if type(node) in functions.CALLS:
        return functions.CALLS[type(node)](node, lambda part: _typed(part, scope))
    called = str(node.this) if isinstance(node, exp.Anonymous) else shown(node)
    raise NotSupportedError(called)


def condition(node: exp.Expression, scope: Scope) -> str:
    """SQL for a condition.

    Raises as `translate` does, and QueryInvalidError if it is none.
    """
    found = translate(node, scope)
    if found.kind is not Kind.BIT:
        raise QueryInvalidError(f"{shown(node)} is no condition")
    return found.sql


def value(node: exp.Expression, scope: Scope) -> Typed:
    """SQL for a value that has a type.

    Raises as `translate` does, and NotSupportedError for a condition as a value.
    """
    found = _typed(node, scope)
    if found.kind is Kind.BIT:
        raise NotSupportedError(f"the condition {shown(node)} as a value: write CASE WHEN … THEN 1 ELSE 0 END")
    return found


def _typed(node: exp.Expression, scope: Scope) -> Typed:
    found = translate(node, scope)
    if found.kind is Kind.FIELD:
        raise UntypedFieldError(shown(node))
    return found


def _column(node: exp.Expression, scope: Scope) -> Typed:
    name = column_name(node, scope.qualifiers)
    there = find(name, scope.columns)
    if there is None:
        raise QueryInvalidError(f"{name} is read, but not there")
    if scope.keys is not None and there not in scope.keys:
        raise QueryInvalidError(f"{name} is neither in GROUP BY nor inside an aggregate")
    if scope.columns[there] is not Kind.FIELD:
        return Typed(f"rows.{quoted(there)}", scope.columns[there])
    moment = f"rows.{quoted(moment_of(there))}" if moment_of(there) in scope.columns else ""
    return Typed(f"rows.{quoted(there)}", Kind.FIELD, f"rows.{quoted(number_of(there))}", moment)


def _literal(node: exp.Expression, scope: Scope) -> Typed:
    del scope
    text = str(node.this)
    if node.args.get("is_string"):
        return Typed(literal(text), Kind.TEXT)
    if text.isdigit():
        if int(text) > LARGEST:
            raise QueryInvalidError(f"{text[:40]} is no bigint")
        return Typed(f"{int(text)}::BIGINT", Kind.BIGINT)
    try:
        number = float(text)
    except ValueError:
        raise NotSupportedError(f"the number {text[:40]}") from None
    if number in (float("inf"), float("-inf")):
        raise QueryInvalidError(f"{text[:40]} is no float")
    if number.is_integer() and number < LARGEST_HELD_WHOLE:
        return Typed(f"{int(number)}::INTEGER", Kind.FLOAT)
    return Typed(f"{number!r}::DOUBLE", Kind.FLOAT)


def _parentheses(node: exp.Expression, scope: Scope) -> Typed:
    inner = translate(node.this, scope)
    return Typed(f"({inner.sql})", inner.kind)


def _negative(node: exp.Expression, scope: Scope) -> Typed:
    inner = _number(node.this, scope)
    return Typed(f"(-{inner.sql})" if isinstance(node.this, exp.Literal) else f"(-{reckoned(inner)})", inner.kind)


def _number(node: exp.Expression, scope: Scope) -> Typed:
    found = _typed(node, scope)
    if found.kind not in NUMBERS:
        raise NotSupportedError(f"arithmetic with {shown(node)}, which is {found.kind}")
    return found


def _arithmetic(node: exp.Expression, scope: Scope) -> Typed:
    left, right = _number(node.this, scope), _number(node.expression, scope)
    kind = Kind.FLOAT if Kind.FLOAT in (left.kind, right.kind) else Kind.BIGINT
    divisor = reckoned(right)
    if isinstance(node, exp.Div | exp.Mod):
        zero = f"error('{functions.DIVISION_BY_ZERO}')"
        if not (isinstance(node.expression, exp.Literal) and float(node.expression.this) != 0):
            divisor = f"(CASE WHEN {right.sql} = 0 THEN {zero} ELSE {divisor} END)"
    return Typed(f"({reckoned(left)} {ARITHMETIC[type(node)]} {divisor})", kind)


def _comparison(node: exp.Expression, scope: Scope) -> Typed:
    left, right = _typed(node.this, scope), _typed(node.expression, scope)
    ordered = not isinstance(node, exp.EQ | exp.NEQ)
    _comparable(node, [left, right], ordered=ordered)
    if isinstance(node, exp.EQ) and isinstance(node.this, exp.Floor) and node.this.this == node.expression:
        return Typed(f"(trunc({right.sql}) = {right.sql})", Kind.BIT)  # a number held as INTEGER stays one
    return Typed(f"({left.sql} {COMPARISONS[type(node)]} {right.sql})", Kind.BIT)


def _comparable(node: exp.Expression, sides: list[Typed], *, ordered: bool) -> None:
    kinds = {Kind.FLOAT if side.kind in NUMBERS else side.kind for side in sides}
    if len(kinds) != 1 or Kind.BIT in kinds:
        called = " with ".join(side.kind for side in sides)
        raise NotSupportedError(f"the comparison {shown(node)} of {called}: cast both to one type")
    if ordered and Kind.TEXT in kinds:
        raise NotSupportedError(f"{shown(node)}: the order of texts")


def _between(node: exp.Expression, scope: Scope) -> Typed:
    parts = [_typed(node.args[name], scope) for name in ("this", "low", "high")]
    _comparable(node, parts, ordered=True)
    middle, low, high = (part.sql for part in parts)
    return Typed(f"({middle} BETWEEN {low} AND {high})", Kind.BIT)


def _among(node: exp.Expression, scope: Scope) -> Typed:
    if not node.expressions:
        raise NotSupportedError(shown(node))
    first, *others = [_typed(part, scope) for part in (node.this, *node.expressions)]
    _comparable(node, [first, *others], ordered=False)
    return Typed(f"({first.sql} IN ({', '.join(other.sql for other in others)}))", Kind.BIT)


def _is(node: exp.Expression, scope: Scope) -> Typed:
    if not isinstance(node.expression, exp.Null):
        raise NotSupportedError(shown(node))
    inner = translate(node.this, scope)
    if inner.kind is Kind.BIT:
        raise NotSupportedError(shown(node))
    if inner.kind is Kind.FIELD and inner.sql == scope.no_number:
        return Typed(f"\x01absent {inner.sql}\x01", Kind.BIT)
    return Typed(f"({inner.sql} IS NULL)", Kind.BIT)


def _not(node: exp.Expression, scope: Scope) -> Typed:
    return Typed(f"(NOT {condition(node.this, scope)})", Kind.BIT)


def _both(node: exp.Expression, scope: Scope) -> Typed:
    word = "AND" if isinstance(node, exp.And) else "OR"
    return Typed(f"({condition(node.this, scope)} {word} {condition(node.expression, scope)})", Kind.BIT)


def _case(node: exp.Expression, scope: Scope) -> Typed:
    if node.this is not None:
        raise NotSupportedError("CASE with an expression after it: write CASE WHEN … = … THEN …")
    if node.args.get("default") is None:
        raise QueryInvalidError("CASE needs its ELSE in Stream Analytics")
    branches = node.args["ifs"]
    results = [*(_value(branch.args["true"], scope) for branch in branches), _value(node.args["default"], scope)]
    kind = functions.common(shown(node), results)
    whens = "".join(
        f"WHEN {condition(branch.this, scope)} THEN {held(result, kind)} "
        for branch, result in zip(branches, results, strict=False)
    )
    return Typed(f"(CASE {whens}ELSE {held(results[-1], kind)} END)", kind)


def _coalesce(node: exp.Expression, scope: Scope) -> Typed:
    """What comes after a field's number is asked for only where the field is no number."""
    first, rest = node.this, scope
    if isinstance(first, exp.TryCast) and first.to.this is exp.DType.FLOAT and isinstance(first.this, exp.Column):
        rest = replace(scope, no_number=translate(first.this, scope).sql)
    parts = [_typed(first, scope), *(_typed(part, rest) for part in node.expressions)]
    kind = functions.common("COALESCE", parts)
    return Typed(f"coalesce({', '.join(held(part, kind) for part in parts)})", kind)


def _value(node: exp.Expression, scope: Scope) -> Typed:
    return value(node, scope)


def _cast(node: exp.Expression, scope: Scope) -> Typed:
    return functions.cast(node, translate(node.this, scope))


def _aggregate(node: exp.Expression, scope: Scope) -> Typed:
    if scope.keys is None:
        raise QueryInvalidError(f"{shown(node)}: an aggregate needs GROUP BY … with a window, and stands in no other")
    rows = replace(scope, keys=None, timestamp=None)
    return functions.AGGREGATES[type(node)](node, lambda part: translate(part, rows))


Handler = Callable[[exp.Expression, Scope], Typed]
HANDLERS: dict[type[exp.Expression], Handler] = {
    exp.Column: _column, exp.Literal: _literal, exp.Paren: _parentheses, exp.Neg: _negative,
    exp.Between: _between, exp.In: _among, exp.Is: _is, exp.Not: _not, exp.And: _both, exp.Or: _both,
    exp.Case: _case, exp.Coalesce: _coalesce, exp.Cast: _cast, exp.TryCast: _cast,
    **dict.fromkeys(ARITHMETIC, _arithmetic), **dict.fromkeys(COMPARISONS, _comparison),
}  # fmt: skip
