"""One run: start the stack, let the camera see the footage, wait until all is through, sum up."""

import json
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from local.azurite import StorageAccount
from local.child import Child
from local.demo import meters
from local.demo.listener import Listener
from local.demo.progress import Progress
from local.demo.summary import Left, Summary
from local.demo.view import View
from local.errors import NotReady
from local.health import HealthReporter
from local.stack import CONTAINER, HUB, POISON, WATCH_GROUP, Stack, wait_until

VISIT_GAP_MINUTES = 8 / 60
"""So short that people of the sample who come back a little later count as returning."""
TWIN = {"TimeBetweenPicturesInSeconds": 2}
"""More often than the module's default, so that a minute of footage has something to tell."""
FIRST_FRAME_SECONDS = 30.0
"""A network camera that joins between two key frames shows nothing for up to 20 s (edge/camera/live.py)."""
DRAIN_SECONDS = 60.0
STOP_SECONDS = 15.0


@dataclass(frozen=True)
class Plan:
    """What to run: the edge's source, its lines and zones, and with a dashboard or not.

    seconds: for how long at most; None: to the source's end.
    """

    source: str
    places: Mapping[str, JsonValue]
    seconds: float | None
    dashboard: bool


def watch_it_through(plan: Plan, folder: Path, given: Mapping[str, str], view: View) -> Summary:
    """Run the plan with all data in `folder`. Raises LocalError; nothing keeps running in any case."""
    progress = Progress()
    stack = Stack(folder, given, progress.add_log)
    try:
        view.say("starting storage, the Face API and Event Hubs …")
        stack.start(VISIT_GAP_MINUTES)
        view.say("starting the worker, the camera's device and the windows …")
        stack.start_worker()
        stack.start_device({**TWIN, **plan.places})
        windows = stack.start_windows()
        if plan.dashboard:
            stack.start_dashboard()
            view.say(f"dashboard, while this runs: http://127.0.0.1:{stack.dashboard_port}/")
        with (
            Listener(stack.listen_connection_string, HUB, WATCH_GROUP, progress.add_message),
            HealthReporter(stack.health, stack.storage.container(CONTAINER), progress.camera),
            view.open(),
        ):
            seconds = _watch(plan, stack, progress, view)
            _drain(stack, progress)
            _finish(windows, stack)
        counts = progress.counts()
        left = Left(counts.spooled, *(blobs(stack.storage, container) for container in (CONTAINER, POISON)))
        return Summary(seconds, counts, read_rows(stack.rows), read_rows(stack.rows, "traffic"), left, stack.pooled)
    finally:
        stack.stop()


def _watch(plan: Plan, stack: Stack, progress: Progress, view: View) -> float:
    """Let the camera run; answer how many seconds of footage it saw: 0 when it showed nothing."""
    edge, asked = stack.start_edge(plan.source), time.monotonic()

    def showing() -> bool:
        view.show(time.monotonic() - asked, progress.counts(), ())
        return progress.counts().frames > 0 or edge.status is not None

    if not wait_until(showing, stack, FIRST_FRAME_SECONDS, pause=0.25):
        edge.stop(STOP_SECONDS)
        stack.check()
        return 0.0
    stack.check()
    begin = time.monotonic()
    view.begin()

    def seen_enough() -> bool:
        elapsed = time.monotonic() - begin
        _read_meters(stack, progress)
        view.show(elapsed, progress.counts(), read_rows(stack.rows))
        return edge.status is not None or (plan.seconds is not None and elapsed >= plan.seconds)

    wait_until(seen_enough, stack, float("inf"), pause=0.25)
    seconds = time.monotonic() - begin
    edge.stop(STOP_SECONDS)
    stack.check()
    return seconds


def _read_meters(stack: Stack, progress: Progress) -> None:
    progress.add_meters(meters.read(stack.worker_port, stack.face_api_port, stack.keys.face_api))


def _drain(stack: Stack, progress: Progress) -> None:
    """Wait until every picture is analyzed and all that was acknowledged has come off the hub. Raises NotReady."""

    def through() -> bool:
        if blobs(stack.storage, CONTAINER):
            return False
        _read_meters(stack, progress)
        counts = progress.counts()
        return counts.messages >= counts.acknowledged

    if not wait_until(through, stack, DRAIN_SECONDS, pause=0.2):
        raise NotReady(f"{blobs(stack.storage, CONTAINER)} pictures were still waiting after {DRAIN_SECONDS:.0f} s")


def _finish(windows: Child, stack: Stack) -> None:
    """Nothing more will come: close the last windows. Raises LocalError."""
    windows.signal(signal.SIGUSR1)
    windows.wait_for_exit(DRAIN_SECONDS)
    stack.check()


def blobs(storage: StorageAccount, container: str) -> int:
    """How many blobs a container holds."""
    with storage.container(container) as client:
        return sum(1 for _ in client.list_blob_names())


def read_rows(folder: Path, output: str = "windows") -> tuple[dict[str, Any], ...]:
    """The rows of an output written so far, in the order of their ends."""
    file = folder / f"{output}.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    return tuple(
        sorted((json.loads(line) for line in lines), key=lambda row: (row["windowEnd"], row["store"], row["camera"]))
    )
