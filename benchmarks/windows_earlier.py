"""The window query's file mode before tallies (69d6e49), on as many of its own events: one event a face.

`python -m benchmarks windows` runs this in a checkout of that commit, in turns with today's. It prints the
seconds of one run, by the clock and of processor time.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from benchmarks.earlier import earlier_checkout
from benchmarks.timing import Seconds

EVENTS_SQL = """
    SELECT {
        "schema": 'footfall.visit/1', "eventId": md5(i::VARCHAR),
        store: 'store-' || (i * 7 % 50) // 5, camera: 'camera-' || i * 7 % 5,
        "seenAt": strftime(TIMESTAMP '2026-03-02 08:00:00' + to_microseconds(i * 20000), '%Y-%m-%dT%H:%M:%SZ'),
        visit: ['new', 'returning', 'present', 'unknown'][1 + i % 4], "dwellSeconds": i % 60,
        "ageBand": ['0-12', '18-24', '25-34', '35-44', '65+', 'unknown'][1 + i % 6],
        gender: ['female', 'male', 'unknown'][1 + i % 3],
        emotion: ['happiness', 'neutral', 'sadness', 'surprise', 'unknown'][1 + i % 5], sentiment: (i % 21 - 10) / 10
    } AS body,
    strftime(TIMESTAMP '2026-03-02 08:00:01' + to_microseconds(i * 20000), '%Y-%m-%dT%H:%M:%S.%fZ') AS "enqueuedAt"
    FROM range($events) AS numbers(i)
"""
RUN = """
import sys, time
from pathlib import Path
from local.windows.batch import FileRun
from local.windows.dataflow import connect
from local.windows.ordering import ordering_beside
from local.windows.plan import plan_query
clock, processor = time.perf_counter(), time.process_time()
query = Path("infra/stream_analytics/footfall.asaql")
job = FileRun(connect(), plan_query(query.read_text()), ordering_beside(query, {}))
for _ in job.rows(Path(sys.argv[1])):
    pass
print(time.perf_counter() - clock, time.process_time() - processor)
"""


@contextmanager
def earlier(folder: Path, events: int) -> Iterator[Callable[[], Seconds] | None]:
    """A call that runs that commit's file mode once; its seconds, from the query's text to its last row."""
    with earlier_checkout(weights=False) as checkout:
        if checkout is None:
            yield None
            return
        visits = folder / "visits.jsonl"
        sql = EVENTS_SQL.replace("$events", str(events))
        duckdb.connect().execute(f"COPY ({sql}) TO '{visits}' (FORMAT json)")

        def seconds() -> Seconds:
            command = [sys.executable, "-c", RUN, str(visits)]
            done = subprocess.run(command, cwd=checkout, check=True, capture_output=True, text=True)
            return Seconds(*map(float, done.stdout.split()[-2:]))  # DuckDB's progress bar comes before it

        yield seconds
