"""A thousand cameras through the worker and the window query, with a Face API that answers at once.

Everything shares this machine: the cameras, Azurite, the Event Hubs server, the Face API's stand-in, one worker with
its default settings, and the window job. First at the rate that `python -m local size` models, then flat out.

    python -m benchmarks.load_simulation [--visitors-per-hour V] [--seconds N]
"""

import argparse
import json
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean

import psutil
from azure.storage.blob import ContainerClient
from rich.console import Console
from rich.table import Table

from function_app.moments import QUARTER_MINUTE, Span, window_end
from function_app.tally import Tally
from infra.check.finding import ROOT
from local.azurite import StorageAccount, azurite
from local.child import Child, LogLine
from local.demo import meters
from local.demo.meters import Meters
from local.event_hubs.connection import connection_string
from local.size.demand import Demand
from local.size.figures import read_measured
from local.size.model import size
from tests.function_app.face_service import KEY, MEMORY, face, picture_of

CAMERAS = Demand(stores=250, cameras=4, visitors_per_hour=12)
PICTURE_BYTES = 60_000
PACED_SECONDS = 30.0
FLAT_OUT_PICTURES = 600
QUERY_EVENTS = 200_000
UPLOADERS = 6
LOOK_SECONDS = 0.2
QUERY = ROOT / "infra/stream_analytics/footfall.asaql"
AGES = (8.0, 15.0, 21.0, 30.0, 40.0, 50.0, 60.0, 70.0)
EMOTIONS = ("happiness", "neutral", "surprise", "sadness")


@dataclass(frozen=True)
class Paced:
    """At the modelled rate: `behind` is how many pictures waited when the last one was uploaded."""

    rate: float
    uploaded: int
    behind: int
    p50: float
    p95: float
    rows: int
    faces: int
    row_bytes: float
    cpu: float


@dataclass(frozen=True)
class FlatOut:
    """Pictures a second of one worker, and milliseconds of cpu a picture took of each process."""

    rate: float
    cpu: dict[str, float]


@dataclass(frozen=True)
class Result:
    """`query` is events a second."""

    paced: Paced
    worker: FlatOut
    query: float


def main() -> None:
    """Run it with the defaults and print what was measured."""
    report(run(CAMERAS, PACED_SECONDS), CAMERAS)


def run(demand: Demand, seconds: float) -> Result:
    """All three measurements, one after the other."""
    with tempfile.TemporaryDirectory(prefix="load-") as name:
        folder = Path(name)
        with services(folder) as site:
            paced = at_the_modelled_rate(site, demand, seconds, folder)
            worker = flat_out(site, demand)
        return Result(paced, worker, query_alone(demand, folder))


@dataclass(frozen=True)
class Site:
    """What the worker talks to."""

    storage: StorageAccount
    event_hubs: str
    face_api: int
    children: dict[str, Child]

    @contextmanager
    def worker(self) -> Iterator[Child]:
        """One worker with its default settings, as a process."""
        environment = {
            "PictureStorage": self.storage.connection_string,
            "EventHub": self.event_hubs,
            "EVENT_HUB_NAME": "footfall",
            "FACE_API_ENDPOINT": f"http://127.0.0.1:{self.face_api}",
            "FACE_API_KEY": KEY,
            "VISITOR_MEMORY": MEMORY,
            "MIN_GROUP": "0",
            "ANONYMIZATION_KEY": secrets.token_hex(32),
        }
        child = Child("worker", [sys.executable, "-m", "function_app.worker"], environment)
        try:
            child.wait_for("ready")
            yield child
        finally:
            child.stop()

    def meters(self, worker: Child) -> Meters:
        """What the worker has done so far."""
        return meters.read(worker.wait_for("ready").fields["port"], self.face_api, KEY)

    def wait_for(self, worker: Child, count: int, seconds: float) -> Meters:
        """Until so many pictures are done. Raises TimeoutError."""
        until = time.monotonic() + seconds
        while (now := self.meters(worker)).analyzed < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{now.analyzed} of {count} pictures done after {seconds:.0f} s")
            time.sleep(LOOK_SECONDS)
        return now


@contextmanager
def services(folder: Path) -> Iterator[Site]:
    """Storage, Event Hubs and the Face API's stand-in."""
    key = secrets.token_hex(16)
    hub = [
        "local",
        "event-hubs",
        "--port",
        "0",
        "--hub",
        "footfall:4",
        "--data",
        str(folder / "hub"),
    ]
    with ExitStack() as stack:
        azurites, storage = stack.enter_context(azurite(folder / "azurite"))
        children = {"azurite": azurites}
        for container in ("pictures", "pictures-poison", "checkpoints"):
            storage.create_container(container)
        ports: list[int] = []
        for name, command, environment in (
            ("event-hubs", hub, {"EVENT_HUBS_KEYS": f"all={key}"}),
            ("face-api", ["tests.function_app.face_service"], {}),
        ):
            child = Child(name, [sys.executable, "-m", *command], environment)
            stack.callback(child.stop)
            ports.append(child.wait_for("ready").fields["port"])
            children[name] = child
        yield Site(storage, connection_string(ports[0], "all", key), ports[1], children)


def at_the_modelled_rate(site: Site, demand: Demand, seconds: float, folder: Path) -> Paced:
    """Cameras upload at an even rate; the worker and the window job keep up, or don't."""
    rate = demand.pictures_per_hour / 3600
    count = round(rate * seconds)
    rows = folder / "rows"
    environment = {
        "EventHub": site.event_hubs,
        "EVENT_HUB_NAME": "footfall",
        "CheckpointStorage": site.storage.connection_string,
    }
    command = [sys.executable, "-m", "windows", "--query", str(QUERY), "--follow", "--out", str(rows)]
    job = Child("windows", [*command, "--until-idle", "8"], environment)
    try:
        job.wait_for("ready")
        with site.worker() as worker, site.storage.container("pictures") as pictures:
            psutil.cpu_percent()
            upload(pictures, demand, count, rate)
            cpu = psutil.cpu_percent()
            behind = count - site.meters(worker).analyzed
            done = site.wait_for(worker, count, 60)
        job.wait_for_exit(60)
    finally:
        job.stop()
    lines = (rows / "windows.jsonl").read_text().splitlines()
    return Paced(
        rate=rate,
        uploaded=count,
        behind=behind,
        p50=done.latency(0.5) or 0.0,
        p95=done.latency(0.95) or 0.0,
        rows=len(lines),
        faces=sum(json.loads(line)["faces"] for line in lines),
        row_bytes=mean(len(line) + 1 for line in lines),
        cpu=cpu,
    )


def flat_out(site: Site, demand: Demand) -> FlatOut:
    """One worker over a backlog, nothing else going on."""
    with site.storage.container("pictures") as pictures:
        upload(pictures, demand, FLAT_OUT_PICTURES)
    with site.worker() as worker:
        first = site.wait_for(worker, 1, 30).analyzed
        processes = {"worker": worker, **site.children}
        before, begin = {name: cpu_seconds(child) for name, child in processes.items()}, time.monotonic()
        site.wait_for(worker, FLAT_OUT_PICTURES, 180)
        seconds, count = time.monotonic() - begin, FLAT_OUT_PICTURES - first
        cpu = {name: 1000 * (cpu_seconds(child) - before[name]) / count for name, child in processes.items()}
        return FlatOut(count / seconds, cpu)


def cpu_seconds(child: Child) -> float:
    """Processor time of a process and its children so far."""
    parent = psutil.Process(child.process.pid)
    return sum(sum(process.cpu_times()[:2]) for process in (parent, *parent.children(recursive=True)))


def upload(pictures: ContainerClient, demand: Demand, count: int, rate: float | None = None) -> None:
    """`count` pictures, from each camera in turn, at `rate` a second or as fast as it goes; names carry the capture."""
    dice = random.Random(7)  # noqa: S311 - a load, not a secret
    contents = [
        picture_of(face(age, gender, emotion, "new"), padding=PICTURE_BYTES)
        for age in AGES
        for gender in ("female", "male")
        for emotion in EMOTIONS
    ]
    begin = time.monotonic()

    def one(number: int) -> None:
        if rate:
            time.sleep(max(0.0, begin + number / rate - time.monotonic()))
        store, camera = divmod(number % demand.all_cameras, demand.cameras)
        now = datetime.now(UTC)
        moment = f"{now:%Y/%m/%d/%H%M%S}.{now.microsecond // 1000:03}Z"
        name = f"store-{store}/camera-{camera}/{moment}-{dice.getrandbits(32):08x}.jpg"
        pictures.upload_blob(name, contents[number % len(contents)], metadata={"people": "1"})

    with ThreadPoolExecutor(UPLOADERS) as cameras:
        for _ in cameras.map(one, range(count)):
            pass


def query_alone(demand: Demand, folder: Path) -> float:
    """Events a second of the window query over a file of events, nothing else going on."""
    events = folder / "events.jsonl"
    begin_at = datetime(2026, 1, 5, 12, tzinfo=UTC)
    rate = demand.pictures_per_hour / 3600
    with events.open("w") as file:
        for number in range(QUERY_EVENTS):
            moment = begin_at + timedelta(seconds=number / rate)
            at = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            file.write(f'{{"body": {tally(number, moment, demand).to_json()}, "enqueuedAt": "{at}"}}\n')
    answers: dict[str, LogLine] = {}
    command = [sys.executable, "-m", "windows", "--query", str(QUERY), "--events", str(events)]
    job = Child("windows", command, {}, on_log=lambda line: answers.update({line.event: line}))
    try:
        job.wait_for_exit(300)
    finally:
        job.stop()
    return QUERY_EVENTS / float(answers["done"].fields["seconds"])


def tally(number: int, moment: datetime, demand: Demand) -> Tally:
    """A tally like those the worker sends, of one camera after the other."""
    store, camera = divmod(number % demand.all_cameras, demand.cameras)
    arrival = {"displayVisitors": 1, "visitors": 1, "newVisitors": 1, "age25to34": 1}
    arrival["female" if number % 2 else "male"] = 1
    end = window_end(moment)
    counts = {"faces": 1, "happiness": 1, "sentimentTenths": 9, **(arrival if number % 7 == 0 else {})}
    return Tally.of(f"{number:032x}", f"store-{store}", f"camera-{camera}", Span(end - QUARTER_MINUTE, end), counts)


def report(result: Result, demand: Demand) -> None:
    """The table."""
    paced = result.paced
    title = f"{demand.all_cameras:,} cameras, {demand.visitors_per_hour} visitors an hour before each, instant Face API"
    table = Table("", "measured", "modelled", "headroom", title=title, title_justify="left")
    pace = f"{paced.rate:.1f} /s"
    table.add_row("pictures uploaded, analyzed, sent", f"{paced.uploaded:,}", pace, "")
    table.add_row("waiting when the last was uploaded", f"{paced.behind}", "", "")
    table.add_row("capture → acknowledged, p50 / p95", f"{paced.p50:.0f} / {paced.p95:.0f} ms", "", "")
    lost = paced.uploaded - paced.faces
    table.add_row("faces in the windows", f"{paced.faces:,} in {paced.rows:,} rows", f"{lost} lost", "")
    table.add_row("whole machine, both cores", f"{paced.cpu:.0f} % busy", "", "")
    worker = result.worker
    table.add_row("one worker, flat out", f"{worker.rate:.0f} /s", pace, f"× {worker.rate / paced.rate:.1f}")
    possible = 1000 / worker.cpu["worker"]
    table.add_row("one worker with a core of its own", f"{possible:.0f} /s", pace, f"× {possible / paced.rate:.1f}")
    cpu = ", ".join(f"{name} {milliseconds:.1f}" for name, milliseconds in worker.cpu.items())
    table.add_row("ms of cpu a picture", cpu, "", "")
    table.add_row("window query, flat out", f"{result.query:,.0f} /s", pace, f"× {result.query / paced.rate:,.0f}")
    sizes = size(demand, read_measured())
    table.add_row("throughput units (1,000 /s each)", f"{sizes.throughput_units}", pace, f"× {1000 / paced.rate:.0f}")
    Console(width=120).print(table)
    if lost:
        raise SystemExit(f"{lost} faces are missing from the windows")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load_simulation", description=__doc__)
    parser.add_argument("--visitors-per-hour", type=int, default=CAMERAS.visitors_per_hour, metavar="V")
    parser.add_argument("--seconds", type=float, default=PACED_SECONDS, help="how long at the modelled rate")
    given = parser.parse_args()
    thousand = Demand(CAMERAS.stores, CAMERAS.cameras, given.visitors_per_hour)
    report(run(thousand, given.seconds), thousand)
