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

import duckdb
import psutil
from azure.eventhub import EventData, EventHubProducerClient
from rich.console import Console
from rich.table import Table

from benchmarks.earlier import COMMIT
from benchmarks.timing import Seconds, medians
from benchmarks.windows_earlier import earlier
from benchmarks.windows_events import tallies, text, write
from local.azurite import azurite
from local.child import Child
from local.event_hubs.connection import connection_string
from windows.batch import FileRun
from windows.ordering import EventOrdering, ordering_beside
from windows.plan import plan_query
from windows.stream import Arrival, Stream

QUERY = Path("infra/stream_analytics/footfall.asaql")
FILE_EVENTS = 1_000_000
FILE_RUNS = 5
CAMERAS = 50
LAG_SECONDS = 95
GRID = 15
AHEAD_SECONDS = 2  # a tally leaves just before its quarter minute ends
SLACK_SECONDS = 2


def main() -> None:
    """Measure and print."""
    console = Console()
    table = Table("window query", "measured", "goal")
    with tempfile.TemporaryDirectory() as folder:
        for name, measured, goal in [*_file_mode(Path(folder)), *_memory(), *_lag(Path(folder))]:
            table.add_row(name, measured, goal)
    console.print(table)


def _file_mode(folder: Path) -> Iterator[tuple[str, str, str]]:
    """By the clock, and beside it processor time, which a busy machine stretches less; in turns."""
    path = folder / "events.jsonl"
    write(path, tallies(FILE_EVENTS, gap_seconds=0.02))
    with earlier(folder, FILE_EVENTS) as before:
        turns = [(_bare_reading(path), _file_run(path), before() if before else None) for _ in range(FILE_RUNS)]
    reading = median(seconds for seconds, _, _ in turns)
    ours = [seconds for _, seconds, _ in turns]
    took = medians(ours)
    rates = sorted(FILE_EVENTS / seconds.clock for seconds in ours)
    spread = f"{rates[0]:,.0f} to {rates[-1]:,.0f}"
    yield "file mode, by the clock", f"{FILE_EVENTS / took.clock:,.0f} events/s ({spread})", "≥ 200,000"
    yield (
        "  processor time",
        f"{took.processor:.2f} s, of which {reading / took.processor:.0%} bare reading of the JSON",
        "",
    )
    if before:
        pairs = [(here, there) for _, here, there in turns if there]
        old = medians([there for _, there in pairs])
        ratio = medians([Seconds(a.clock / b.clock, a.processor / b.processor) for a, b in pairs])
        figure = f"{ratio.clock:.2f} × its {old.clock:.2f} s; processor time {ratio.processor:.2f} ×"
        yield f"  beside {COMMIT} on as many of its events, by the clock", figure, "≤ 1 ×"


def _bare_reading(path: Path) -> float:
    """Processor seconds for two fields of each event."""
    started = time.process_time()
    columns = "{body: 'STRUCT(windowEnd VARCHAR, tallyId VARCHAR)', enqueuedAt: 'VARCHAR'}"
    bare = f"SELECT max(body.windowEnd), max(body.tallyId) FROM read_json('{path}', columns = {columns})"  # noqa: S608
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute(bare).fetchall()
    return time.process_time() - started


def _file_run(path: Path) -> Seconds:
    """From the query's text to its last row."""
    clock, processor = time.perf_counter(), time.process_time()
    job = FileRun(plan_query(QUERY.read_text()), ordering_beside(QUERY, {}))
    rows = 0
    for _, lines in job.rows(path):
        rows += len(lines)
    assert job.counts.events == FILE_EVENTS
    assert rows > 2 * FILE_EVENTS // 20
    return Seconds(time.perf_counter() - clock, time.process_time() - processor)


def _memory() -> Iterator[tuple[str, str, str]]:
    """A day of 50 cameras with an event each in every window, in steps of a quarter of an hour."""
    stream = Stream(plan_query(QUERY.read_text()), EventOrdering(), range(1), memory="256MB")
    process = psutil.Process()
    megabytes: list[float] = []
    rows = largest = 0
    batch: list[Arrival] = []
    step = CAMERAS * 60
    for sequence, (body, arrival) in enumerate(tallies(CAMERAS * 5760, gap_seconds=0.3), start=1):
        batch.append(Arrival(sequence, round(arrival.timestamp() * 1e6), json.dumps(body)))
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
    command = [sys.executable, "-m", "local", "event-hubs", "--port", "0", "--hub", "footfall:4"]
    with azurite(folder / "azurite") as (_, account):
        hubs = Child("event-hubs", command, {"EVENT_HUBS_KEYS": f"all={key}"})
        try:
            address = connection_string(hubs.wait_for("ready").fields["port"], "all", key)
            environment = {
                "EventHub": address,
                "EVENT_HUB_NAME": "footfall",
                "CheckpointStorage": account.connection_string,
            }
            ordering = ["--late", "30", "--out-of-order", str(SLACK_SECONDS)]
            arguments = ["--query", str(QUERY), "--follow", "--out", str(folder / "rows"), *ordering]
            runner = Child("windows", [sys.executable, "-m", "windows", *arguments], environment)
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
    """From the tally that takes the last partition past a window's end and the tolerance to the window's row."""
    lags: list[float] = []
    with _runner(folder) as (address, _):
        rows = folder / "rows" / "windows.jsonl"
        client = EventHubProducerClient.from_connection_string(address, eventhub_name="footfall")
        sent: dict[int, datetime] = {}  # a window's end → when its last tally had been acknowledged
        closed: set[str] = set()
        end = time.monotonic() + LAG_SECONDS
        while time.monotonic() < end:
            now = int(time.time())
            window = now - now % GRID + GRID
            if window not in sent and window - now <= AHEAD_SECONDS:
                for partition in range(4):
                    batch = client.create_batch(partition_id=str(partition))
                    batch.add(EventData(json.dumps(_tally(partition, window))))
                    client.send_batch(batch)
                sent[window] = datetime.now(UTC)
            for line in rows.read_text().splitlines():
                ended = json.loads(line)["windowEnd"]
                closing = int(datetime.fromisoformat(ended).timestamp()) + GRID
                if ended not in closed and closing in sent:
                    closed.add(ended)
                    lags.append((datetime.now(UTC) - sent[closing]).total_seconds())
            time.sleep(0.02)
        client.close()
    worst = quantiles(lags, n=20)[-1] if len(lags) > 1 else max(lags)
    yield "stream, event to row", f"p50 {median(lags):.2f} s, p95 {worst:.2f} s ({len(lags)} windows)", "≤ 1 s"


def _tally(partition: int, window: int) -> dict[str, object]:
    end = datetime.fromtimestamp(window, UTC)
    times = {"windowStart": text(end - timedelta(seconds=GRID)), "windowEnd": text(end)}
    where = {"store": "north", "camera": f"camera-{partition}"}
    return {"schema": "footfall.tally/1", "tallyId": secrets.token_hex(16), **where, **times, "faces": 1}


if __name__ == "__main__":
    main()
