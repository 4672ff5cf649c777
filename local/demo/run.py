"""One run: start the stack, let the camera see the footage, wait until all is through, sum up."""

import json
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.azurite import StorageAccount
from local.child import Child
from local.demo.listener import Listener
from local.demo.summary import Left, Summary
from local.demo.tally import Tally
from local.demo.view import View
from local.errors import NotReady
from local.health import HealthReporter
from local.stack import CONTAINER, HUB, POISON, WATCH_GROUP, Stack, wait_until

VISIT_GAP_MINUTES = 8 / 60
"""So short that people of the sample who come back a little later count as returning."""
TWIN = {"TimeBetweenPicturesInSeconds": 2}
"""More often than the module's default, so that a minute of footage has something to tell."""
DRAIN_SECONDS = 60.0
STOP_SECONDS = 15.0


@dataclass(frozen=True)
class Plan:
    """What to run: the edge's source, for how long at most (None: to its end), with a dashboard or not."""

    source: str
    seconds: float | None
    dashboard: bool


def watch_it_through(plan: Plan, folder: Path, given: Mapping[str, str], view: View) -> Summary:
    """Run the plan with all data in `folder`. Raises LocalError; nothing keeps running in any case."""
    tally = Tally()
    stack = Stack(folder, given, tally.add_log)
    try:
        stack.start(VISIT_GAP_MINUTES)
        stack.start_worker()
        stack.start_device(TWIN)
        windows = stack.start_windows()
        if plan.dashboard:
            stack.start_dashboard()
            view.say(f"dashboard: http://127.0.0.1:{stack.dashboard_port}/")
        with (
            Listener(stack.listen_connection_string, HUB, WATCH_GROUP, tally.add_event),
            HealthReporter(stack.health, stack.storage.container(CONTAINER), lambda: tally.counts().spooled),
            view.open(),
        ):
            seconds = _watch(plan, stack, tally, view)
            _drain(stack, tally)
            rows = _finish(windows, stack)
        left = Left(tally.counts().spooled, *(blobs(stack.storage, container) for container in (CONTAINER, POISON)))
        return Summary(seconds, tally.counts(), rows, left)
    finally:
        stack.stop()


def _watch(plan: Plan, stack: Stack, tally: Tally, view: View) -> float:
    """Let the camera run; answer how many seconds of footage it saw."""
    edge = stack.start_edge(plan.source)
    wait_until(lambda: tally.counts().frames > 0 or edge.status is not None, stack, DRAIN_SECONDS)
    stack.check()
    begin = time.monotonic()

    def seen_enough() -> bool:
        elapsed = time.monotonic() - begin
        view.show(elapsed, tally.counts(), read_rows(stack.rows))
        return edge.status is not None or (plan.seconds is not None and elapsed >= plan.seconds)

    wait_until(seen_enough, stack, float("inf"), pause=0.25)
    seconds = time.monotonic() - begin
    edge.stop(STOP_SECONDS)
    stack.check()
    return seconds


def _drain(stack: Stack, tally: Tally) -> None:
    """Wait until every picture is analyzed and every event has arrived. Raises NotReady."""

    def through() -> bool:
        counts = tally.counts()
        return counts.events >= counts.faces and blobs(stack.storage, CONTAINER) == 0

    if not wait_until(through, stack, DRAIN_SECONDS, pause=0.2):
        raise NotReady(f"{blobs(stack.storage, CONTAINER)} pictures were still waiting after {DRAIN_SECONDS:.0f} s")


def _finish(windows: Child, stack: Stack) -> tuple[dict[str, Any], ...]:
    """No more events will come: close the last windows and read all rows. Raises LocalError."""
    windows.signal(signal.SIGUSR1)
    windows.wait_for_exit(DRAIN_SECONDS)
    stack.check()
    return read_rows(stack.rows)


def blobs(storage: StorageAccount, container: str) -> int:
    """How many blobs a container holds."""
    with storage.container(container) as client:
        return sum(1 for _ in client.list_blob_names())


def read_rows(folder: Path) -> tuple[dict[str, Any], ...]:
    """The window rows written so far, in the order of their ends."""
    file = folder / "windows.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    return tuple(
        sorted((json.loads(line) for line in lines), key=lambda row: (row["windowEnd"], row["store"], row["camera"]))
    )
