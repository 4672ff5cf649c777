"""The worker beside what it can't avoid: CPU time per picture, share of the Face API's throughput, two workers."""

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count

from rich.console import Console
from rich.table import Table

from benchmarks.worker_rig import INSTANT, MEMORY, Rig, Work, address, cpu_seconds, rig, service
from function_app.face_client import FaceClient
from local.child import Child
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from tests.function_app.face_service import KEY, face, picture_of

PICTURES, FACE_API_PICTURES = 400, 60
PICTURE_BYTES = 60_000
CONCURRENCY = 4
CORES = os.cpu_count() or 1


def main() -> None:
    """Measure and print."""
    table = Table("", "pictures", "pictures/s", "CPU ms/picture", "all CPU ms/picture", "ratio", "goal", "bound")
    with rig() as site:
        instant(site, table)
        with_face_api(site, table)
    Console().print(table)
    Console().print(
        "[dim]bare: lease, get and delete with the storage SDK as it comes, one after the other. CPU: of the workers;"
        " all CPU: with Azurite, Event Hubs and the Face API, which share the cores here. bound: the best ratio that"
        f" leaves possible on {CORES} cores.[/dim]"
    )


def instant(site: Rig, table: Table) -> None:
    """A Face API that answers at once: what the worker itself costs."""
    contents = [picture_of(face(), padding=PICTURE_BYTES)] * PICTURES
    bare = _bare(site, site.fill(contents))
    _row(table, "bare storage calls", bare)
    with service(INSTANT, KEY) as face_api:
        site.fill(contents)
        one = site.work_off(face_api, KEY)
        _row(table, "worker, instant Face API", one, f"CPU {one.cpu_seconds / bare.cpu_seconds:.2f}", goal="≤ 1.5")
        site.fill(contents)
        pooled = site.work_off(face_api, KEY, min_group=5)
        _row(table, "worker, MIN_GROUP 5", pooled, f"CPU {pooled.cpu_seconds / bare.cpu_seconds:.2f}", goal="≤ 2.5")
        site.fill(contents)
        two = site.work_off(face_api, KEY, workers=2)
        bound = CORES * 1000 / two.all_cpu_ms / one.per_second
        _row(
            table,
            "two workers",
            two,
            f"speed {two.per_second / one.per_second:.2f}",
            goal="≥ 1.7",
            bound=f"{bound:.2f}",
        )


def with_face_api(site: Rig, table: Table) -> None:
    """The real service on real photographs: whether the worker keeps it busy."""
    photographs = [
        path.read_bytes() for path in files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), _quiet)
    ]
    contents = [photographs[number % len(photographs)] for number in range(FACE_API_PICTURES)]
    with service("face_api", KEY) as face_api:
        _ask(face_api, contents[:8])
        alone = _ask(face_api, contents)
        _row(table, "Face API alone", alone)
        site.fill(contents)
        worker = site.work_off(face_api, KEY, concurrency=CONCURRENCY)
        bound = min(1.0, CORES * 1000 / worker.all_cpu_ms / alone.per_second)
        speed = worker.per_second / alone.per_second
        _row(table, "worker, real Face API", worker, f"speed {speed:.2f}", goal="≥ 0.95", bound=f"{bound:.2f}")


def _bare(site: Rig, names: Sequence[str]) -> Work:
    with site.client() as container:
        list(container.list_blob_names())
        begin, before = time.perf_counter(), time.process_time()
        for name in names:
            blob = container.get_blob_client(name)
            lease = blob.acquire_lease(30)
            blob.download_blob(lease=lease).readall()
            blob.delete_blob(lease=lease)
        return Work(len(names), time.perf_counter() - begin, time.process_time() - before)


def _ask(face_api: Child, contents: Sequence[bytes]) -> Work:
    """Detect and observe, as many at once as the worker has hands."""
    client = FaceClient(address(face_api), KEY, MEMORY, ("age", "gender", "emotion"), connections=CONCURRENCY)
    numbers, lock = count(), threading.Lock()

    def ask(content: bytes) -> None:
        faces = client.detect(content)
        with lock:
            observation = f"alone-{time.time_ns()}-{next(numbers)}"
        if faces:
            client.observe(observation, datetime.now(UTC), "cam-1", [each.face_id for each in faces])

    begin, before, service_before = time.perf_counter(), time.process_time(), cpu_seconds(face_api)
    with ThreadPoolExecutor(CONCURRENCY) as threads:
        list(threads.map(ask, contents))
    seconds, taken = time.perf_counter() - begin, time.process_time() - before
    return Work(len(contents), seconds, taken, taken + cpu_seconds(face_api) - service_before)


def _row(table: Table, what: str, work: Work, ratio: str = "1", *, goal: str = "", bound: str = "") -> None:
    all_cpu = f"{work.all_cpu_ms:.1f}" if work.all_cpu_seconds else ""
    table.add_row(what, str(work.pictures), f"{work.per_second:.1f}", f"{work.cpu_ms:.2f}", all_cpu, ratio, goal, bound)


def _quiet(_: str) -> None:
    """Fetching says nothing here."""


if __name__ == "__main__":
    main()
