"""The windows of a query: how long they are and when they end."""

from dataclasses import dataclass

from sqlglot import exp

from windows.errors import NotSupportedError, QueryInvalidError

SECOND = 1_000_000
UNITS = {
    "microsecond": 1, "mcs": 1,
    "millisecond": 1000, "ms": 1000,
    "second": SECOND, "ss": SECOND, "s": SECOND,
    "minute": 60 * SECOND, "mi": 60 * SECOND, "n": 60 * SECOND,
    "hour": 3600 * SECOND, "hh": 3600 * SECOND,
    "day": 86400 * SECOND, "dd": 86400 * SECOND, "d": 86400 * SECOND,
}  # fmt: skip
LONGEST_WINDOW = 7 * 86400 * SECOND  # what Stream Analytics allows


@dataclass(frozen=True)
class Tumbling:
    """Windows (end − size, end], aligned to the epoch; size in microseconds."""

    size: int


@dataclass(frozen=True)
class Snapshot:
    """One window per distinct timestamp (`GROUP BY System.Timestamp()`)."""


Window = Tumbling | Snapshot


def window_size(call: exp.Expression) -> int:
    """The microseconds that `(unit, count)` of a call such as TumblingWindow or ISFIRST stand for."""
    arguments = call.expressions
    name = str(call.this)
    if len(arguments) != 2 or not isinstance(arguments[1], exp.Literal) or not str(arguments[1].this).isdigit():
        raise NotSupportedError(f"{call.sql('tsql')}: write {name}(unit, number), the number a whole one")
    unit = arguments[0].name.lower()
    if unit not in UNITS:
        raise QueryInvalidError(f"{name} knows no unit {unit}")
    size = UNITS[unit] * int(arguments[1].this)
    if not 0 < size <= LONGEST_WINDOW:
        raise QueryInvalidError(f"{call.sql('tsql')} is not between 1 microsecond and 7 days")
    return size
