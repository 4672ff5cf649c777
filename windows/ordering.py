"""Event-order policies: what an event's timestamp becomes when it comes late, early or out of order.

Rules and worked tables: Microsoft's "Configuring event ordering policies" and "Understand time handling" pages for
Stream Analytics. In this order, for each event of a partition:

1. more than 5 minutes ahead of its arrival: dropped;
2. older than arrival − late tolerance: moved to that (Adjust) or dropped (Drop);
3. older than the partition's watermark (largest timestamp so far − out-of-order tolerance): moved to the watermark, or
   dropped.
"""

# ruff: noqa: S608 - SQL is what this module makes, out of a query that the operator wrote

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from windows.errors import SettingsInvalidError
from windows.kinds import Columns, quoted
from windows.repeats import AT, ORDER
from windows.window import SECOND

EARLY_LIMIT = 300 * SECOND
FILE_NAME = "event_ordering.json"


class EventOrdering(BaseModel):
    """The job's event-order settings, in Stream Analytics' ranges and with its defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    late_seconds: int = Field(5, alias="lateArrivalMaxDelaySeconds", ge=0, le=20 * 86400 + 86399)
    out_of_order_seconds: int = Field(0, alias="outOfOrderMaxDelaySeconds", ge=0, le=599)
    policy: Literal["Adjust", "Drop"] = Field("Adjust", alias="outOfOrderPolicy")


def ordering_beside(query: Path, overrides: dict[str, object]) -> EventOrdering:
    """The settings in event_ordering.json beside the query (where there is none, the defaults), with overrides.

    Raises SettingsInvalidError with one line that names each wrong setting.
    """
    path = query.with_name(FILE_NAME)
    try:
        settings = json.loads(path.read_text()) if path.is_file() else {}
        return EventOrdering.model_validate({**settings, **overrides})
    except ValidationError as error:
        faults = [f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors()]
        raise SettingsInvalidError(f"{path.name} or its options: {'; '.join(faults)}") from None
    except (ValueError, TypeError):
        raise SettingsInvalidError(f"{path} is not a JSON object") from None


@dataclass(frozen=True)
class Counts:
    """What became of the events: `late` and `out_of_order` were adjusted, or, under Drop, dropped."""

    events: int = 0
    unreadable: int = 0
    invalid_timestamp: int = 0
    early: int = 0
    late: int = 0
    out_of_order: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class Arrivals:
    """Applies the policies to one partition's arrivals after another and keeps each partition's watermark.

    Arrivals are a table `arrived`, its rows in the order of arrival, with the columns `__sequence` (BIGINT),
    `__arrival` (TIMESTAMP), `__readable` (BOOLEAN), `__event_time` (TIMESTAMP, NULL where there is none) and the
    plan's. `ordered` is SQL for what the last take kept of them: the plan's columns, `__at` and `__order`.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, columns: Columns, ordering: EventOrdering) -> None:
        self._connection = connection
        self._late = ordering.late_seconds * SECOND
        self._slack = ordering.out_of_order_seconds * SECOND
        self._drop = "TRUE" if ordering.policy == "Drop" else "FALSE"
        fields = "".join(f"arrived.{quoted(column)}, " for column in columns)
        self._fields = fields
        self.ordered = ""
        self.watermarks: dict[int, int] = {}

    def take(self, partition: int) -> Counts:
        """Judge the events in table `arrived`, and move the partition's watermark (microseconds) on.

        Where none is moved or dropped, their own times stand. Else the judgement is a table beside theirs, one row for
        each, since a copy of the events themselves would cost more.
        """
        judged = self._judged(self.watermarks.get(partition))
        *counted, mark = self._connection.execute(
            f"""SELECT count(*), count(*) FILTER (NOT readable), count(*) FILTER (readable AND NOT timed),
                count(*) FILTER (early), count(*) FILTER (late), count(*) FILTER (due < mark), max(mark)
            FROM ({judged})"""
        ).fetchall()[0]
        if mark is not None:
            self.watermarks[partition] = mark
        counts = Counts(*counted)
        order = f"(__sequence << 11) + {partition % 2048} AS {ORDER}"
        if counts.early or counts.late or counts.out_of_order:
            kept = f"due IS NOT NULL AND NOT (due < mark AND {self._drop})"
            self._connection.execute(
                f"""CREATE OR REPLACE TABLE judged AS
                SELECT CASE WHEN {kept} THEN make_timestamp(greatest(due, mark)) END AS {AT} FROM ({judged})"""
            )
            stamped = f"{AT}, {order} FROM arrived POSITIONAL JOIN judged WHERE {AT} IS NOT NULL"
        else:
            stamped = f"__event_time AS {AT}, {order} FROM arrived WHERE __readable AND __event_time IS NOT NULL"
        self.ordered = f"SELECT {self._fields}{stamped}"
        return counts

    def _judged(self, watermark: int | None) -> str:
        """In microseconds: `due` is the timestamp after step 2 (NULL if dropped), `mark` the watermark it meets.

        The running maximum may include the event itself, since no event is behind its own timestamp; and so DuckDB
        computes it in one pass, in the order of the rows.
        """
        return f"""
            SELECT *, greatest(max(due) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - {self._slack},
                {"NULL" if watermark is None else watermark}) AS mark
            FROM (
                SELECT readable, readable AND t IS NOT NULL AS timed, arrival - {self._late} AS oldest,
                    timed AND t > arrival + {EARLY_LIMIT} AS early,
                    timed AND t < oldest AS late,
                    CASE WHEN timed AND NOT early AND NOT (late AND {self._drop}) THEN greatest(t, oldest) END AS due
                FROM (
                    SELECT __readable AS readable, epoch_us(__arrival) AS arrival,
                        epoch_us(__event_time) AS t
                    FROM arrived
                )
            )"""
