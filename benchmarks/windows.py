"""The window query: events per second from a file, lag from event to row in a stream, memory over a day.

`python -m benchmarks.windows`; about three minutes on a quiet machine.
"""

import json
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import psutil
from azure.eventhub import EventData, EventHubProducerClient
from rich.console import Console
from rich.table import Table

from local.azurite import azurite
from local.child import Child
from local.event_hubs.connection import connection_string
from local.windows.batch import FileRun
from local.windows.dataflow import connect
from local.windows.ordering import EventOrdering, ordering_beside
from local.windows.plan import plan_query
from local.windows.stream import Arrival, Stream

QUERY = Path("infra/stream_analytics/footfall.asaql")
FILE_EVENTS = 1_000_000
FILE_RUNS = 5
CAMERAS = 50
LAG_SECONDS = 65
SLACK_SECONDS = 2
EVENTS_SQL = """
    SELECT {
        "schema": 'footfall.visit/1', "eventId": md5(i::VARCHAR),
        store: 'store-' || (i * 7 % 50) // 5, camera: 'camera-' || i * 7 % 5,
        "seenAt": strftime(TIMESTAMP '2026-03-02 08:00:00' + to_microseconds(i * $gap), '%Y-%m-%dT%H:%M:%SZ'),
        visit: ['new', 'returning', 'present', 'unknown'][1 + i % 4], "dwellSeconds": i % 60,
        "ageBand": ['0-12', '18-24', '25-34', '35-44', '65+', 'unknown'][1 + i % 6],
        gender: ['female', 'male', 'unknown'][1 + i % 3],
        emotion: ['happiness', 'neutral', 'sadness', 'surprise', 'unknown'][1 + i % 5], sentiment: (i % 21 - 10) / 10
    } AS body,
    strftime(TIMESTAMP '2026-03-02 08:00:01' + to_microseconds(i * $gap), '%Y-%m-%dT%H:%M:%S.%fZ') AS "enqueuedAt"
    FROM range($events) AS numbers(i)
"""


def main() -> None:
    """Measure and print."""
    console = Console()
    table = Table("window query", "measured", "goal")
    with tempfile.TemporaryDirectory() as folder:
        for name, measured, goal in [*_file_mode(Path(folder)), *_memory(Path(folder)), *_lag(Path(folder))]:
            table.add_row(name, measured, goal)
    console.print(table)


def _write_events(path: Path, events: int, gap_microseconds: int) -> None:
    sql = EVENTS_SQL.replace("$gap", str(gap_microseconds)).replace("$events", str(events))
    connect().execute(f"COPY ({sql}) TO '{path}' (FORMAT json)")


def _file_mode(folder: Path) -> Iterator[tuple[str, str, str]]:
    """One core: processor time of this process, which a busy machine stretches less than it does the clock's."""
    path = folder / "events.jsonl"
    _write_events(path, FILE_EVENTS, gap_microseconds=20_000)
    pairs = [(_bare_reading(path), _file_run(path)) for _ in range(FILE_RUNS)]
    reading, seconds = (median(times) for times in zip(*pairs, strict=True))
    spread = f"{FILE_EVENTS / max(s for _, s in pairs):,.0f} to {FILE_EVENTS / min(s for _, s in pairs):,.0f}"
    yield "file mode, one core", f"{FILE_EVENTS / seconds:,.0f} events/s ({spread})", "≥ 200,000"
    yield "  of which bare reading of the JSON", f"{reading / seconds:.0%} of the time ({seconds / reading:.1f} ×)", ""


def _bare_reading(path: Path) -> float:
    """Processor seconds for two fields of each event."""
    started = time.process_time()
    columns = "{body: 'STRUCT(seenAt VARCHAR, eventId VARCHAR)', enqueuedAt: 'VARCHAR'}"
    bare = f"SELECT max(body.seenAt), max(body.eventId) FROM read_json('{path}', columns = {columns})"  # noqa: S608
    connect().execute(bare).fetchall()
    return time.process_time() - started


def _file_run(path: Path) -> float:
    """Processor seconds from the query's text to its last row."""
    started = time.process_time()
    job = FileRun(connect(), plan_query(QUERY.read_text()), ordering_beside(QUERY, {}))
    for _ in job.rows(path):
        pass
    assert job.counts.events == FILE_EVENTS
    return time.process_time() - started


def _memory(folder: Path) -> Iterator[tuple[str, str, str]]:
    """A day of 50 cameras with an event each in every window, in steps of a quarter of an hour."""
    path = folder / "day.jsonl"
    _write_events(path, CAMERAS * 5760, gap_microseconds=300_000)
    stream = Stream(connect(memory="256MB"), plan_query(QUERY.read_text()), EventOrdering(), range(1))
    process = psutil.Process()
    megabytes: list[float] = []
    rows = largest = sequence = 0
    batch: list[Arrival] = []
    step = CAMERAS * 60
    with path.open() as lines:
        for line in lines:
            event = json.loads(line)
            enqueued = datetime.fromisoformat(event["enqueuedAt"])
            sequence += 1
            batch.append(Arrival(sequence, round(enqueued.timestamp() * 1e6), json.dumps(event["body"])))
            if len(batch) == step:
                stream.take(0, batch)
                rows += len(stream.rows().get("windows", []))
                batch.clear()
            if sequence % (4 * step) == 0:  # an hour
                megabytes.append(process.memory_info().rss / 1e6)
                largest = max(largest, len(stream.save()))
    first, last = max(megabytes[1:4]), max(megabytes[-3:])
    yield "memory, a day of 50 cameras", f"{first:.0f} MB after 4 h, {last:.0f} MB after 24 h ({rows:,} rows)", "flat"
    yield "  largest checkpoint", f"{largest / 1e6:.2f} MB", ""


@contextmanager
def _runner(folder: Path) -> Iterator[tuple[str, Child]]:
    """Event Hubs, storage and a runner that writes to folder/rows."""
    key = secrets.token_hex(16)
    command = [sys.executable, "-m", "local", "event-hubs", "--port", "0", "--hub", "visits:4", "--key", f"all={key}"]
    with azurite(folder / "azurite") as (_, account):
        hubs = Child("event-hubs", command, {})
        try:
            address = connection_string(hubs.wait_for("ready").fields["port"], "all", key)
            environment = {
                "EventHub": address,
                "EVENT_HUB_NAME": "visits",
                "CheckpointStorage": account.connection_string,
            }
            ordering = ["--late", "30", "--out-of-order", str(SLACK_SECONDS)]
            arguments = ["--query", str(QUERY), "--follow", "--out", str(folder / "rows"), *ordering]
            runner = Child("windows", [sys.executable, "-m", "local", "windows", *arguments], environment)
            try:
                runner.wait_for("ready", 60)
                yield address, runner
                runner.process.send_signal(signal.SIGUSR1)
                assert runner.wait_for_exit(60) == 0
            finally:
                runner.stop()
        finally:
            hubs.stop()


def _lag(folder: Path) -> Iterator[tuple[str, str, str]]:
    """From the event that takes the last partition past a window's end and the tolerance to the window's row."""
    lags: list[float] = []
    with _runner(folder) as (address, _):
        rows = folder / "rows" / "windows.jsonl"
        client = EventHubProducerClient.from_connection_string(address, eventhub_name="visits")
        sent: dict[int, datetime] = {}  # second of seenAt → when its last event had been acknowledged
        closed: set[str] = set()
        end = time.monotonic() + LAG_SECONDS
        while time.monotonic() < end:
            second = datetime.now(UTC).replace(microsecond=0)
            if int(second.timestamp()) not in sent:
                for partition in range(4):
                    event = {"schema": "footfall.visit/1", "eventId": secrets.token_hex(16), "store": "north"}
                    event |= {"camera": f"camera-{partition}", "seenAt": second.strftime("%Y-%m-%dT%H:%M:%SZ")}
                    event |= {"visit": "new", "ageBand": "unknown", "gender": "unknown"}
                    batch = client.create_batch(partition_id=str(partition))
                    batch.add(
                        EventData(json.dumps({**event, "emotion": "unknown", "sentiment": 0.0, "dwellSeconds": 0}))
                    )
                    client.send_batch(batch)
                sent[int(second.timestamp())] = datetime.now(UTC)
            for line in rows.read_text().splitlines():
                ended = json.loads(line)["windowEnd"]
                closing = datetime.fromisoformat(ended) + timedelta(seconds=SLACK_SECONDS + 1)
                if ended not in closed and int(closing.timestamp()) in sent:
                    closed.add(ended)
                    lags.append((datetime.now(UTC) - sent[int(closing.timestamp())]).total_seconds())
            time.sleep(0.02)
        client.close()
    worst = quantiles(lags, n=20)[-1] if len(lags) > 1 else max(lags)
    yield "stream, event to row", f"p50 {median(lags):.2f} s, p95 {worst:.2f} s ({len(lags)} windows)", "≤ 1 s"


if __name__ == "__main__":
    main()
