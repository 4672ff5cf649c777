"""The dashboard over a year of 3 stores and 20 cameras: first reading, page, any range, memory; beside 69d6e49's.

`python -m benchmarks dashboard`; for a year some 20 minutes and 5 GB of disk. FOOTFALL_BENCH_DAYS takes fewer.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

import duckdb
import httpx
import psutil
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

from benchmarks.earlier import COMMIT, earlier_checkout
from dashboard.columns import AGES, EMOTIONS
from local.child import ROOT, Child

DAYS = int(os.environ.get("FOOTFALL_BENCH_DAYS", "365"))
LAST = datetime(2026, 3, 10, 20, tzinfo=UTC)
CAMERAS, STORES = 20, 3
BUSY = 0.15
"""Of quarter minutes between 9 and 20 o'clock in which a camera counts something."""
PATIENCE_SECONDS = 300.0


@dataclass(frozen=True)
class Served:
    """A dashboard under measurement."""

    child: Child
    url: str

    def peak_megabytes(self) -> float:
        """The most memory that the process has held."""
        status = Path(f"/proc/{self.child.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def processor_seconds(self) -> float:
        """What the process has used so far: on a shared machine the clock tells less."""
        times = psutil.Process(self.child.process.pid).cpu_times()
        return times.user + times.system


def main() -> None:
    """Make the year, read it, look at it."""
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as name:
        folder = Path(name)
        rows = folder / "rows"
        rows.mkdir()
        counts = make_year(rows)
        size = sum(file.stat().st_size for file in rows.iterdir()) / 1e9
        table = Table(title=f"{DAYS} days, {CAMERAS} cameras: {counts} rows, {size:.2f} GB of text")
        for column in ("", "this build", COMMIT):
            table.add_column(column, justify="left" if not column else "right")
        now = measure(lambda: dashboard(rows))
        again = measure(lambda: dashboard(rows))
        old_rows = folder / "old"
        old_rows.mkdir()
        (old_rows / "windows.jsonl").hardlink_to(rows / "windows.jsonl")
        with earlier_checkout(weights=False) as build:
            before = measure(lambda: dashboard_before(old_rows, build)) if build else {}
        for key in now:
            table.add_row(key, now[key], before.get(key, "–"))
        for key in ("page with its numbers at once, s", "until all is read, s", "peak memory, MB"):
            table.add_row(f"second start: {key}", again[key], "the same as the first")
        Console().print(table)


def make_year(rows: Path) -> str:
    """Write windows.jsonl and traffic.jsonl; answer how many rows of each."""
    database = duckdb.connect(config={"threads": 2, "memory_limit": "1GB", "temp_directory": str(rows / "spill")})
    database.execute("SELECT setseed(0.5)")
    first = LAST - timedelta(days=DAYS)
    grid = f"""
        SELECT t, c, 'store-' || (c % {STORES}) AS store, 'camera-' || c AS camera
        FROM range(TIMESTAMP '{first:%Y-%m-%d} 00:00:15', TIMESTAMP '{LAST:%Y-%m-%d %H:%M:%S}',
             INTERVAL 15 SECOND) AS g(t),
             range({CAMERAS}) AS k(c)
        WHERE hour(t) BETWEEN 9 AND 19
    """  # noqa: S608 (our own numbers)
    stamp = "strftime({}, '%Y-%m-%dT%H:%M:%SZ')"
    span = (
        f'{stamp.format("t - INTERVAL 15 SECOND")} AS "windowStart", {stamp.format("t")} AS "windowEnd", store, camera'
    )
    zeros = ", ".join(f'(random() < 0.2)::INTEGER AS "{name}"' for name in (*AGES, *EMOTIONS))
    place = "CASE c % 3 WHEN 0 THEN 'entrance' WHEN 1 THEN 'zone' ELSE 'passage' END"
    crossings = '(random() * 3)::INTEGER AS "countIn", (random() * 3)::INTEGER AS "countOut"'
    faces = f"""
        SELECT {span}, 3 AS faces, 2 AS "displayVisitors", 2 AS visitors, 1 AS "newVisitors",
        1 AS "returningVisitors", 1 AS female, 1 AS male, {zeros}, 0 AS withheld,
        round(random() * 2 - 1, 2) AS "avgSentiment", 0.0 AS "avgDwellSeconds"
        FROM ({grid}) WHERE random() < {BUSY} ORDER BY t
    """  # noqa: S608 (our own numbers)
    people = f"""
        SELECT {span}, 'the-' || {place} AS place, {place} AS kind, {crossings}, 0 AS "inDay", 0 AS "outDay",
        2 AS "peopleMax", (random() * 2)::INTEGER AS stays, 0 AS stays15, 0 AS stays60, 0 AS stays300,
        NULL AS "watchedSeconds" FROM ({grid}) WHERE random() < {BUSY}
        UNION ALL BY NAME SELECT {span}, NULL AS place, NULL AS kind, 60 AS "watchedSeconds"
        FROM ({grid}) WHERE second(t) = 0 ORDER BY "windowEnd"
    """  # noqa: S608 (our own numbers)
    outputs = {"windows": faces, "traffic": people}
    counts = []
    for name, query in outputs.items():
        database.execute(f"COPY ({query}) TO '{rows / name}.jsonl' (FORMAT json)")
        with (rows / f"{name}.jsonl").open("rb") as file:
            counts.append(f"{sum(1 for _ in file):,} {name}")
    database.close()
    return " and ".join(counts)


@contextmanager
def dashboard(rows: Path) -> Iterator[Served]:
    """This build's."""
    child = Child("dashboard", [sys.executable, "-m", "dashboard", "--rows", str(rows)], {})
    try:
        yield Served(child, f"http://127.0.0.1:{child.wait_for('ready', 60).fields['port']}")
    finally:
        child.stop()


@contextmanager
def dashboard_before(rows: Path, build: Path) -> Iterator[Served]:
    """The earlier commit's, from its checkout."""
    (build / "local" / "node_modules").symlink_to(ROOT / "local" / "node_modules")
    code = (
        f"import sys; sys.path.insert(0, {str(build)!r}); from local.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    child = Child("dashboard", [sys.executable, "-c", code, "dashboard", "--rows", str(rows)], {})
    try:
        yield Served(child, f"http://127.0.0.1:{child.wait_for('ready', 60).fields['port']}")
    finally:
        child.stop()


def measure(start: Callable[[], AbstractContextManager[Served]]) -> dict[str, str]:
    """Read, then look: the page in a browser, and the numbers of several stretches."""
    began = time.monotonic()
    with start() as served:
        figures: dict[str, str] = {"ready, s": f"{time.monotonic() - began:.1f}"}
        # The first day's, which is among the first that are read.
        figures["page with its numbers at once, s"] = f"{page_seconds(served.url, FIRST):.2f}"
        read = wait_until_read(served)
        figures["until all is read, s"] = (
            f"{time.monotonic() - began:.0f}" if read else f"not in {PATIENCE_SECONDS:.0f}"
        )
        figures["page with its numbers then, s"] = f"{page_seconds(served.url, LAST.date()):.2f}"
        for name, query in RANGES.items():
            used = served.processor_seconds()
            looked = [look(served.url, query | where) for where in PLACES]
            used = (served.processor_seconds() - used) / len(PLACES)
            seconds = [each for each in looked if each is not None]
            if seconds:
                figures[f"numbers of a {name}, s (median, most; processor)"] = (
                    f"{median(seconds):.2f}, {max(seconds):.2f}; {used:.2f}"
                )
        figures["peak memory, MB"] = f"{served.peak_megabytes():.0f}"
        figures["load of the machine, mean of a minute"] = f"{os.getloadavg()[0]:.1f}"
    # At once: what was measured stands, whatever becomes of the rest.
    Console().print(figures)
    return figures


FIRST = (LAST - timedelta(days=DAYS - 1)).date()
RANGES = {
    "day": {"day": "2026-03-09"},
    "week": {"period": "week", "day": "2026-03-04"},
    "month": {"period": "month", "day": "2026-02-04"},
    "quarter": {"from": "2025-12-01", "to": "2026-02-28"},
    "year": {"from": FIRST.isoformat(), "to": "2026-03-10"},
}
PLACES: list[dict[str, str]] = [
    {},
    {"store": "store-0"},
    {"store": "store-1"},
    {"store": "store-0", "camera": "camera-3"},
    {"store": "store-2"},
]


def wait_until_read(served: Served) -> bool:
    """Whether all rows were read in time: this build says so, the earlier one shows the last day."""
    end = time.monotonic() + PATIENCE_SECONDS
    last = 0
    while time.monotonic() < end:
        snapshot = httpx.get(f"{served.url}/api/snapshot", params={"day": "2026-03-10"}, timeout=120).json()
        if "reading" in snapshot:
            if snapshot["reading"] is None:
                return True
        elif 0 < last == snapshot["total"]["faces"]:
            return True
        last = snapshot["total"]["faces"]
        time.sleep(2)
    return False


def look(url: str, query: dict[str, str]) -> float | None:
    """Seconds until the numbers of a stretch are answered; None where the build has no such stretch."""
    began = time.monotonic()
    answer = httpx.get(f"{url}/api/snapshot", params=query, timeout=120)
    seconds = time.monotonic() - began
    is_day = "day" in query and "period" not in query
    return seconds if is_day or "course" in answer.json() else None


SHOWN = """() => new Promise(done => {
  const look = () => /[1-9]/.test(document.getElementById('day-visitors').textContent)
    ? done(performance.now()) : requestAnimationFrame(look);
  look();
})"""
"""Milliseconds from the navigation to a number; Playwright's own waiting is coarser."""


def page_seconds(url: str, day: date) -> float:
    """From the address to a day's numbers, in a browser that has not seen the page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{url}/?day={day}", wait_until="commit")
        page.locator("#day-visitors").wait_for(timeout=1000 * PATIENCE_SECONDS)
        milliseconds: float = page.evaluate(SHOWN)
        browser.close()
    return milliseconds / 1000
