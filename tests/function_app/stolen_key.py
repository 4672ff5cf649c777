"""A stolen upload key at work beside a normal camera: `python -m tests.function_app.stolen_key [--seconds 120]`.

The thief makes snapshots, leases without end, archived blobs, gzip headers, append and page blobs, thousands of tiny
blobs and some larger than any picture may be. The camera uploads a picture twice a second and looks how long each
waits. Then the retention is looked at, by a clock that is ahead. Ends with 1 when something did not hold.
"""

import argparse
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from azure.core.exceptions import AzureError
from azure.storage.blob import ContainerClient, ContentSettings, StandardBlobTier
from rich.console import Console
from rich.table import Table

from function_app.names import MAX_BYTES
from function_app.retention import LONGEST_LEASE, keep_to
from function_app.storage.container import Container
from local.azurite import SAS_VERSION, StorageAccount, azurite
from tests.function_app import pictures, rig
from tests.function_app.face_service import FaceService, face, picture_of
from tests.support.event_hubs import EventHub, served_hub

CONTAINER = "pictures-stolen"
RETENTION = timedelta(minutes=30)
P95_SECONDS = 2.0
THIEFS_HANDS = 8
LARGEST = MAX_BYTES + 1024 * 1024
FOR_EVER = -1
ODD = ("snapshot", "lease", "archive", "encode", "append", "page")
ALERTS = Path(__file__).resolve().parents[2] / "infra" / "azure" / "modules" / "alerts.bicep"


@dataclass(frozen=True)
class Outcome:
    """What came of it. Times in seconds, from a picture's upload until it was gone."""

    calm_p95: float
    """Before the thief came, on the same machine under the same load."""
    pictures: int
    p50: float
    p95: float
    longest: float
    done: Mapping[str, int]
    """What the thief did, by kind."""
    waiting: int
    """Blobs that lay there at the end."""
    health: Mapping[str, Any]
    alerts: int
    """Log lines of the kind that the alert `poison-pictures` counts."""
    counters: Mapping[str, float]
    leased: int
    """Of the blobs that waited, how many were leased."""
    freed: int
    """Leases broken once they were too old."""
    kept: int
    """Blobs and snapshots that were still there after the retention, in either container."""

    def faults(self) -> list[str]:
        """What did not hold."""
        held = {
            f"p95 under {P95_SECONDS:g} s": self.p95 < P95_SECONDS,
            "/health says crowded": self.health.get("crowded", 0) > 0,
            "the alert's log line": self.alerts > 0,
            "every endless lease broken": self.freed == self.leased,
            "nothing kept beyond the retention": self.kept == 0,
        }
        return [what for what, good in held.items() if not good]


class Thief:
    """Does all that the key allows, evenly over `seconds`, until stopped."""

    def __init__(self, container: ContainerClient, seconds: float, wanted: Mapping[str, int]) -> None:
        """`wanted`: how many of each kind."""
        self._container, self._seconds, self._wanted = container, seconds, wanted
        self._picture = picture_of(face())
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._begun, self._taken = 0.0, Counter[str]()
        self.done = Counter[str]()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(THIEFS_HANDS)]
        self._acts: dict[str, Callable[[str], object]] = {
            "tiny": lambda name: self._container.upload_blob(name, b"x"),
            "largest": lambda name: self._container.upload_blob(name, bytes(LARGEST)),
            "snapshot": lambda name: self._container.upload_blob(name, self._picture).create_snapshot(),
            "lease": lambda name: self._container.upload_blob(name, self._picture).acquire_lease(FOR_EVER),
            "archive": lambda name: self._container.upload_blob(name, self._picture).set_standard_blob_tier(
                StandardBlobTier.ARCHIVE
            ),
            "encode": lambda name: self._container.upload_blob(
                name, self._picture, content_settings=ContentSettings(content_encoding="gzip")
            ),
            "append": lambda name: self._container.get_blob_client(name).create_append_blob(),
            "page": lambda name: self._container.get_blob_client(name).create_page_blob(512),
        }

    def start(self) -> None:
        """Begin."""
        self._begun = time.monotonic()
        for thread in self._threads:
            thread.start()

    def flood(self, blobs: int) -> None:
        """Tiny blobs at once."""
        with ThreadPoolExecutor(THIEFS_HANDS) as threads:
            list(threads.map(lambda _: self._do("tiny"), range(blobs)))

    def stop(self) -> None:
        """End."""
        self._stop.set()
        for thread in self._threads:
            if thread.ident:
                thread.join(30)

    def _run(self) -> None:
        while not self._stop.is_set():
            kind = self._next()
            if kind is None:
                self._stop.wait(0.02)
            else:
                self._do(kind)

    def _next(self) -> str | None:
        """The kind that is furthest behind."""
        share = min(1.0, (time.monotonic() - self._begun) / self._seconds)
        with self._lock:
            behind = {kind: share - self._taken[kind] / count for kind, count in self._wanted.items()}
            kind = max(behind, key=lambda each: behind[each])
            if self._taken[kind] >= share * self._wanted[kind]:
                return None
            self._taken[kind] += 1
            return kind

    def _do(self, kind: str) -> None:
        try:
            self._acts[kind](pictures.name("store-1", "stolen"))
        except AzureError:  # such as one that the worker has taken in the meantime
            kind = f"{kind}, refused"
        with self._lock:
            self.done[kind] += 1


def attack(
    storage: StorageAccount, hub: EventHub, seconds: float, wanted: Mapping[str, int], *, backlog: int = 0
) -> Outcome:
    """Run it over a fresh container; `backlog`: how many tiny blobs more lie there before the camera goes on."""
    storage.create_container(CONTAINER)
    sas = storage.upload_connection_string(CONTAINER)
    picture = picture_of(face())
    logs = rig.Logs()
    with ExitStack() as stack:
        look = stack.enter_context(rig.client(storage, CONTAINER))
        poison = stack.enter_context(rig.client(storage, f"{CONTAINER}-poison"))
        key = stack.enter_context(ContainerClient.from_connection_string(sas, CONTAINER, api_version=SAS_VERSION))

        def upload_for(seconds: float, meanwhile: Callable[[], None] = lambda: None) -> list[float]:
            waited: list[float] = []
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                name = pictures.name("store-1", "normal")
                begun = time.monotonic()
                key.upload_blob(name, picture)
                blob = look.get_blob_client(name)
                while blob.exists() and time.monotonic() - begun < seconds:
                    time.sleep(0.05)
                waited.append(time.monotonic() - begun)
                meanwhile()
                time.sleep(max(0.0, 0.5 - waited[-1]))
            return sorted(waited)

        with FaceService() as faces:
            settings = rig.settings(storage, CONTAINER, hub, faces.endpoint)
            minutes = {"PICTURE_RETENTION_MINUTES": f"{RETENTION.total_seconds() / 60:.0f}"}
            with rig.worker({**settings, **minutes}, logs) as worker:
                calm = upload_for(seconds / 6)
                thief = Thief(key, seconds * 0.95, wanted)
                stack.callback(thief.stop)
                thief.flood(backlog)
                thief.start()
                port, told = worker.wait_for("ready").fields["port"], list[tuple[dict[str, Any], str]]()

                def ask() -> None:
                    health, metrics = (
                        requests.get(f"http://127.0.0.1:{port}/{page}", timeout=5) for page in ("health", "metrics")
                    )
                    told.append((health.json(), metrics.text))

                waited = upload_for(seconds, ask)
                thief.stop()
                ask()
        health, text = max(told, key=_tells)  # the first that does
        left = list(Container(look).walk())
        now = datetime.now(UTC)
        freed = keep_to(Container(look), RETENTION, now + LONGEST_LEASE + timedelta(minutes=1)).freed
        for each in (look, poison):
            keep_to(Container(each), RETENTION, now + RETENTION + timedelta(minutes=1))
        kept = sum(1 for each in (look, poison) for _ in each.list_blobs(include=["snapshots", "metadata"]))
    return Outcome(
        calm_p95=_p95(calm),
        pictures=len(waited),
        p50=statistics.median(waited),
        p95=_p95(waited),
        longest=waited[-1],
        done=thief.done,
        waiting=len(left),
        health=health,
        alerts=logs.count(_alerted()),
        counters=_counters(text),
        leased=sum(each.leased for each in left),
        freed=freed,
        kept=kept,
    )


def _p95(ordered: list[float]) -> float:
    return ordered[int(len(ordered) * 0.95)]


def _tells(pages: tuple[dict[str, Any], str]) -> bool:
    health, metrics = pages
    return health["crowded"] > 0 and _counters(metrics)["cameras_crowded"] > 0


def _alerted() -> str:
    """The log line that the alert's query counts."""
    found = re.search(r"var poisonPicturesQuery = '''[^']*tostring\(line\.event\) == \"([^\"]+)\"", ALERTS.read_text())
    assert found is not None
    return found[1]


def _counters(text: str) -> dict[str, float]:
    shown = ("footfall_blobs_poisoned", "footfall_blobs_undeletable", "footfall_cameras_crowded")
    lines = (line.rpartition(" ") for line in text.splitlines() if line.startswith(shown) and "_created" not in line)
    return {name.removeprefix("footfall_"): float(value) for name, _, value in lines}


def table_of(outcome: Outcome) -> Table:
    """For a reader."""
    table = Table("what", "figure", title="A stolen upload key beside a normal camera")
    table.add_row("the camera's pictures, p95 before the thief", f"{outcome.calm_p95:.2f} s")
    times = f"{outcome.p50:.2f}, {outcome.p95:.2f}, {outcome.longest:.2f} s"
    table.add_row(f"its {outcome.pictures} pictures beside the thief: p50, p95, longest", times)
    for kind, count in sorted(outcome.done.items()):
        table.add_row(f"thief: {kind}", f"{count:,}")
    table.add_row("blobs left waiting at the end", f"{outcome.waiting:,}")
    table.add_row("/health", ", ".join(f"{name}: {value}" for name, value in outcome.health.items()))
    table.add_row("log lines that alert poison-pictures counts", f"{outcome.alerts:,}")
    for name, value in outcome.counters.items():
        table.add_row(name, f"{value:,.0f}")
    table.add_row("endless leases left, broken after 10 minutes", f"{outcome.leased}, {outcome.freed}")
    table.add_row("blobs and snapshots kept beyond the retention", f"{outcome.kept}")
    return table


def main() -> int:
    """Run it, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120.0)
    seconds = parser.parse_args().seconds
    wanted = {"tiny": 5000, "largest": 50, **dict.fromkeys(ODD, 100)}
    with (
        tempfile.TemporaryDirectory() as folder,
        azurite(Path(folder) / "azurite") as (_, storage),
        served_hub(Path(folder)) as hub,
    ):
        outcome = attack(storage, hub, seconds, wanted)
    Console(width=120).print(table_of(outcome))
    faults = outcome.faults()
    for fault in faults:
        sys.stderr.write(f"did not hold: {fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
