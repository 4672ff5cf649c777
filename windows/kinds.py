"""The types of Stream Analytics, and SQL text that knows its type."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an expression is. FIELD is an event's field before a cast has given it a type: it may hold any JSON."""

    FIELD = "a field without a type"
    BIGINT = "bigint"
    FLOAT = "float"  # in SQL a DOUBLE, or an INTEGER where the value is whole: narrower, and judged sooner
    TEXT = "nvarchar(max)"
    DATETIME = "datetime"
    BIT = "bit"


NUMBERS = (Kind.BIGINT, Kind.FLOAT)
DUCKDB_TYPES = {
    Kind.FIELD: "VARCHAR",
    Kind.BIGINT: "BIGINT",
    Kind.FLOAT: "DOUBLE",
    Kind.TEXT: "VARCHAR",
    Kind.DATETIME: "TIMESTAMP",
    Kind.BIT: "BOOLEAN",
}
ROWS = "\x01rows\x01"
"""In SQL, the place of the table of rows that it reads; no query holds this character."""
ABSENT = re.compile("\x01absent (.*?)\x01", re.DOTALL)
"""In SQL, the place of whether a field, of which it is known that it is no number, is not there at all."""
Columns = dict[str, Kind]
"""A step's columns: each one's name, in the query's own spelling, and type."""


@dataclass(frozen=True)
class Typed:
    """A piece of DuckDB SQL and the type of what it gives."""

    sql: str
    kind: Kind
    number: str = ""
    """SQL for a field as a float; only a field has it."""
    moment: str = ""
    """SQL for a field as a time, where that has been worked out beforehand."""


def reckoned(side: Typed) -> str:
    """SQL for a value as arithmetic needs it: a float that is held as INTEGER, because it is whole, as DOUBLE."""
    return f"{side.sql}::DOUBLE" if side.kind is Kind.FLOAT else side.sql


def held(side: Typed, kind: Kind) -> str:
    """SQL for a value among others of this kind: a bigint among floats becomes one."""
    return f"{side.sql}::DOUBLE" if side.kind is Kind.BIGINT and kind is Kind.FLOAT else side.sql


def quoted(name: str) -> str:
    """A name as an SQL identifier, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def number_of(field: str) -> str:
    """The name of the column that holds a field as a float, beside the one that holds it as it came."""
    return f"__number {field}"


def moment_of(field: str) -> str:
    """The name of the column that holds a field as a time, beside the one that holds it as it came."""
    return f"__moment {field}"


def literal(text: str) -> str:
    """A text as an SQL string, whatever is in it."""
    return "'" + text.replace("'", "''") + "'"


def find(name: str, columns: Columns) -> str | None:
    """The column of this name as it is spelt, whatever the case it is asked for in; None if there is none."""
    return next((there for there in columns if there.lower() == name.lower()), None)
