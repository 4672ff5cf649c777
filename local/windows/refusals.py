"""What a query may not use here, though Stream Analytics may know it; each thing is refused by its name."""

from sqlglot import exp

from local.windows.errors import NotSupportedError, QueryInvalidError

REFUSED_CLAUSES = {
    "joins": "JOIN", "laterals": "CROSS APPLY", "order": "ORDER BY", "limit": "TOP or LIMIT", "windows": "WINDOW",
    "distinct": "SELECT DISTINCT", "qualify": "QUALIFY", "offset": "OFFSET", "sample": "TABLESAMPLE",
    "match": "MATCH_RECOGNIZE",
}  # fmt: skip
KNOWN_FUNCTIONS = (
    exp.Count, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Coalesce, exp.Round, exp.Abs, exp.Ceil, exp.Floor, exp.Upper,
    exp.Lower, exp.Concat, exp.Case, exp.If, exp.Cast, exp.TryCast, exp.And, exp.Or,
)  # fmt: skip


def refuse_clauses(select: exp.Select) -> None:
    """Refuse a SELECT that has a clause besides those that the runner knows.

    Raises NotSupportedError, or QueryInvalidError if it lacks its FROM.
    """
    for clause, called in REFUSED_CLAUSES.items():
        if select.args.get(clause):
            raise NotSupportedError(called)
    source = select.args.get("from_")
    if source is None:
        raise QueryInvalidError("a SELECT lacks its FROM")
    if not isinstance(source.this, exp.Table):
        raise NotSupportedError("a FROM that is not one step or input")
    if select.find(exp.Star) and any(isinstance(item, exp.Star) for item in select.expressions):
        raise NotSupportedError("SELECT *: name the columns")
    if select.find(exp.Subquery, exp.SetOperation):
        raise NotSupportedError("a SELECT inside a SELECT: make it a step of the WITH")


def refuse_functions(select: exp.Select) -> None:
    """Refuse a SELECT that calls a function besides those that the runner knows.

    Raises NotSupportedError.
    """
    for node in select.find_all(exp.Func, exp.Window):
        if isinstance(node, exp.Anonymous):
            if str(node.this).lower() != "timestamp":
                raise NotSupportedError(f"{node.this}")
        elif isinstance(node, exp.Window):
            raise NotSupportedError(f"{node.this.sql('tsql')} OVER (…)")
        elif isinstance(node, exp.Func) and not isinstance(node, KNOWN_FUNCTIONS):
            raise NotSupportedError(node.sql_name())
