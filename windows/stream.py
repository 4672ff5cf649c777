"""The query over a stream: batches in, rows of the windows that the watermark has passed out, state to save.

The job's watermark is the smallest of its partitions'. A partition's follows its events (largest timestamp −
out-of-order tolerance); when it has no more, it follows the clock (now − late tolerance). Every event's timestamp lies
at or after both, whatever the batches: the rows are the same however often the stream is cut and taken up again.
"""

# ruff: noqa: S608 - SQL is what this module makes, of parts that are quoted or its own

import hashlib
import json
import shutil
import weakref
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp

import duckdb

from windows.database import connect, evaluation
from windows.dataflow import Dataflow
from windows.errors import CheckpointInvalidError
from windows.kinds import moment_of, quoted
from windows.ordering import Arrivals, Counts, EventOrdering
from windows.plan import Plan, columns_of
from windows.query import ARRIVAL

STATE_VERSION = 2


@dataclass(frozen=True)
class Arrival:
    """One event of a partition: its sequence number, when it was enqueued (microseconds since the epoch), its text."""

    sequence: int
    enqueued: int
    body: str


class Stream:
    """A query at work on the partitions of one hub."""

    def __init__(self, plan: Plan, ordering: EventOrdering, partitions: Sequence[int], memory: str = "1GB") -> None:
        self.counts = Counts()
        self.positions: dict[int, int] = {}
        self._folder = Path(mkdtemp())  # where state passes through as Parquet
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._connection = connect(memory, folder=self._folder)
        self._partitions = tuple(partitions)
        self._flow = Dataflow(self._connection, plan)
        self._arrivals = Arrivals(self._connection, plan.columns, ordering)
        self._plan = plan
        self._finest = plan.query.finest
        self._late = ordering.late_seconds * 1_000_000
        self._closed: int | None = None
        self._of = hashlib.sha256(f"{STATE_VERSION} {plan.query.meaning} {ordering!r}".encode()).hexdigest()

    def take(self, partition: int, arrivals: Sequence[Arrival]) -> None:
        """Take in a partition's next events; those at or before its position were taken before and are passed over."""
        position = self.positions.get(partition, -1)
        new = [arrival for arrival in arrivals if arrival.sequence > position]
        if not new:
            return
        names, event_time = self._plan.fields, self._plan.query.event_time
        shape = json.dumps(dict.fromkeys(names, "VARCHAR"))
        fields = "".join(f"{column}, " for column in columns_of(self._plan, "fields"))
        happened = quoted(moment_of(event_time)) if event_time else "arrival"
        read = f"""SELECT {fields}sequence AS __sequence, arrival AS __arrival, arrival AS {quoted(ARRIVAL)},
                readable AS __readable, {happened} AS __event_time
            FROM (
                SELECT sequence, make_timestamp(enqueued) AS arrival,
                    CASE WHEN json_valid(body) THEN json_type(body) = 'OBJECT' ELSE FALSE END AS readable,
                    json_transform(CASE WHEN readable THEN body END, ?) AS fields
                FROM (
                    SELECT unnest(?::BIGINT[]) AS sequence, unnest(?::BIGINT[]) AS enqueued,
                        unnest(?::VARCHAR[]) AS body
                )
            )"""
        taken = self._plan.intake(read, "__sequence, __arrival, __readable, __event_time")
        with evaluation():
            self._connection.execute(
                f"CREATE OR REPLACE TABLE arrived AS {taken}",
                [shape, [a.sequence for a in new], [a.enqueued for a in new], [a.body for a in new]],
            )
        self.counts += self._arrivals.take(partition)
        self._flow.add(self._arrivals.ordered)
        self.positions[partition] = new[-1].sequence

    def waits_for(self, now: int) -> tuple[int, ...]:
        """The partitions that, were they known to have no more events at `now`, would let a window close."""
        marks = {partition: self._arrivals.watermarks.get(partition) for partition in self._partitions}
        behind = tuple(p for p, mark in marks.items() if mark is None or mark < now - self._late)
        lifted = [max(now - self._late, mark or 0) for mark in marks.values()]
        return behind if self._closes(min(lifted)) else ()

    def drained(self, partition: int, at: int) -> None:
        """Know that the partition had no further event at this time (microseconds since the epoch)."""
        mark = at - self._late
        self._arrivals.watermarks[partition] = max(mark, self._arrivals.watermarks.get(partition, mark))

    @property
    def watermark(self) -> int | None:
        """Microseconds since the epoch before which nothing comes any more; None while a partition is unknown."""
        marks = [self._arrivals.watermarks.get(partition) for partition in self._partitions]
        known = [mark for mark in marks if mark is not None]
        return min(known) if len(known) == len(marks) else None

    @property
    def due(self) -> bool:
        """Whether the watermark has passed the end of a window since rows were last given."""
        watermark = self.watermark
        return watermark is not None and self._closes(watermark)

    def rows(self) -> dict[str, list[str]]:
        """Each output's rows, as JSON, of the windows that the watermark has passed."""
        self._closed = self.watermark
        return dict(self._flow.advance(self._closed)) if self._closed is not None else {}

    def finish(self) -> dict[str, list[str]]:
        """The rows of all windows that are still open."""
        return dict(self._flow.advance(None))

    def _closes(self, watermark: int) -> bool:
        """Whether a window's end lies before this watermark and not before the last one."""
        return self._closed is None or (watermark - 1) // self._finest > (self._closed - 1) // self._finest

    def save(self) -> bytes:
        """The whole state, as a zip of Parquet tables and what the runner knows besides."""
        known = {
            "of": self._of,
            "positions": self.positions,
            "watermarks": self._arrivals.watermarks,
            "closed": self._closed,
            "counts": asdict(self.counts),
        }
        target = BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("stream.json", json.dumps(known))
            for number, table in enumerate(self._flow.state):
                file = self._folder / f"{number}.parquet"
                self._connection.execute(f"COPY (FROM {table}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
                archive.write(file, file.name)
                file.unlink()
        return target.getvalue()

    def restore(self, state: bytes) -> None:
        """Take up where `save` left off.

        Raises CheckpointInvalidError if the state is of another query or other settings.
        """
        try:
            with zipfile.ZipFile(BytesIO(state)) as archive:
                known = json.loads(archive.read("stream.json"))
                if known["of"] != self._of:
                    raise CheckpointInvalidError("it is of another query or of other event-order settings")
                for number, table in enumerate(self._flow.state):
                    file = self._folder / f"{number}.parquet"
                    file.write_bytes(archive.read(file.name))
                    self._connection.execute(f"CREATE OR REPLACE TABLE {table} AS FROM read_parquet('{file}')")
                    file.unlink()
        except (zipfile.BadZipFile, KeyError, ValueError, duckdb.Error):
            raise CheckpointInvalidError("it cannot be read") from None
        self.positions = {int(partition): position for partition, position in known["positions"].items()}
        self._arrivals.watermarks = {int(partition): mark for partition, mark in known["watermarks"].items()}
        self._closed = known["closed"]
        self.counts = Counts(**known["counts"])
