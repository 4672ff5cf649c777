"""What a SELECT may not have here, though Stream Analytics may know it; each thing is refused by its name."""

import re

from sqlglot import exp

from windows.errors import NotSupportedError, QueryInvalidError

CLAUSES = {
    "joins": "JOIN", "laterals": "CROSS APPLY", "order": "ORDER BY", "limit": "TOP or LIMIT", "windows": "WINDOW",
    "distinct": "SELECT DISTINCT", "qualify": "QUALIFY", "offset": "OFFSET", "sample": "TABLESAMPLE",
    "match": "MATCH_RECOGNIZE", "with_": "WITH inside a step", "pivots": "PIVOT", "hint": "a hint",
    "options": "OPTION", "kind": "SELECT AS STRUCT or VALUE",
}  # fmt: skip
KNOWN = {"expressions", "from_", "where", "group", "having", "into"}
OUTPUT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", re.ASCII)
STEP_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,128}")


def refuse_clauses(select: exp.Select) -> None:
    """Refuse a SELECT that has a clause besides those that the runner knows.

    Raises NotSupportedError, or QueryInvalidError if it lacks its FROM.
    """
    for clause, found in select.args.items():
        if found and clause not in KNOWN:
            raise NotSupportedError(CLAUSES.get(clause, clause.strip("_").upper()))
    source = select.args.get("from_")
    if source is None:
        raise QueryInvalidError("a SELECT lacks its FROM")
    table = source.this
    if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier) or table.args.get("db"):
        raise NotSupportedError("a FROM that is not one step or input")
    for clause, found in table.args.items():
        if found and clause not in ("this", "alias"):
            raise NotSupportedError(CLAUSES.get(clause, f"{clause.strip('_')} after a FROM"))
    if any(isinstance(item, exp.Star) for item in select.expressions):
        raise NotSupportedError("SELECT *: name the columns")
    if select.find(exp.Subquery, exp.SetOperation) or any(
        isinstance(n, exp.Select) for n in select.find_all(exp.Select) if n is not select
    ):
        raise NotSupportedError("a SELECT inside a SELECT: make it a step of the WITH")


def refuse_names(step: str | None, output: str | None) -> None:
    """Refuse names that Stream Analytics would not take; an output's becomes a file's.

    Raises QueryInvalidError.
    """
    if output is not None and not OUTPUT_NAME.fullmatch(output):
        raise QueryInvalidError("an output's name is up to 63 letters, digits, - and _")
    if step is not None and not STEP_NAME.fullmatch(step):
        raise QueryInvalidError("a step's name is up to 128 characters on one line")
