"""What the text of an event's field means, as SQL: a time, a number."""


def moment(text: str) -> str:
    """SQL for the UTC time that an ISO 8601 text means; NULL if it means none. Without an offset it is UTC.

    The cast that minds offsets takes three times as long, so texts that end in Z do without. Words such as `infinity`
    and `epoch`, which DuckDB would take, begin with no digit and end in no Z.
    """
    zoned = f"try_cast({text} AS TIMESTAMPTZ)::TIMESTAMP"
    other = f"CASE WHEN ascii({text}) BETWEEN 48 AND 57 THEN {zoned} END"
    return f"(CASE WHEN suffix({text}, 'Z') THEN try_cast({text} AS TIMESTAMP) ELSE {other} END)"


def number(text: str) -> str:
    """SQL for the finite number that a text means, NULL if it means none, as DuckDB reads a JSON value as DOUBLE.

    `true` counts as 1; a text with the spaces or underscores that a cast would pass over is no number.
    """
    cast = f"try_cast({text} AS DOUBLE)"
    plain = f"isfinite({cast}) AND NOT contains({text}, '_') AND trim({text}) = {text}"
    return f"(CASE WHEN {text} IN ('true', 'false') THEN ({text} = 'true')::DOUBLE WHEN {plain} THEN {cast} END)"


def whole(text: str) -> str:
    """SQL for the whole number of 64 bits that a text is, in plain digits; NULL if it is none."""
    cast = f"try_cast({text} AS BIGINT)"
    return f"(CASE WHEN {cast}::VARCHAR = {text} THEN {cast} END)"


def finite(value: str) -> str:
    """SQL for a DOUBLE, NULL where it is no finite number."""
    return f"(CASE WHEN isfinite({value}) THEN {value} END)"
