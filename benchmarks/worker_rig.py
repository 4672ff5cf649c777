"""What the worker's benchmarks run on: real storage, real Event Hubs, and a Face API that answers at once."""

import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from azure.storage.blob import ContainerClient

from local.azurite import SAS_VERSION, StorageAccount, azurite
from local.child import Child
from local.event_hubs.connection import connection_string

CONTAINER, HUB, MEMORY = "pictures", "footfall", "shop"
LOOK_SECONDS = 0.1
INSTANT = "tests.function_app.face_service"
UNTIL_DONE_SECONDS = 120


@dataclass(frozen=True)
class Work:
    """What a run took. `cpu_seconds`: of those measured, start-up left out; `all_cpu_seconds`: with all they call."""

    pictures: int
    seconds: float
    cpu_seconds: float
    all_cpu_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Pictures a second."""
        return self.pictures / self.seconds

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds a picture."""
        return 1000 * self.cpu_seconds / self.pictures

    @property
    def all_cpu_ms(self) -> float:
        """CPU milliseconds a picture of all processes that had to do with it."""
        return 1000 * self.all_cpu_seconds / self.pictures


def together(works: Sequence[Work]) -> Work:
    """Several runs as one."""
    return Work(
        sum(work.pictures for work in works),
        sum(work.seconds for work in works),
        sum(work.cpu_seconds for work in works),
        sum(work.all_cpu_seconds for work in works),
    )


@dataclass(frozen=True)
class Rig:
    """Storage and Event Hubs."""

    storage: StorageAccount
    hub: str
    children: tuple[Child, ...]

    def client(self) -> ContainerClient:
        """A client as anyone would make it."""
        return ContainerClient.from_connection_string(
            self.storage.connection_string, CONTAINER, api_version=SAS_VERSION
        )

    def fill(self, contents: Sequence[bytes]) -> list[str]:
        """Upload pictures, taken now by four cameras."""
        names = []
        with self.client() as container:
            for number, content in enumerate(contents):
                moment = time.strftime("%Y/%m/%d/%H%M%S", time.gmtime())
                names.append(f"store-1/cam-{number % 4}/{moment}.{number % 1000:03}Z-{secrets.token_hex(4)}.jpg")
                container.upload_blob(names[-1], content)
        return names

    def work_off(self, face_api: Child, key: str, workers: int = 1, concurrency: int = 4, min_group: int = 0) -> Work:
        """Start workers on what is in the container; what it took from their `ready` to the last picture's end."""
        environment = {
            "PictureStorage": self.storage.connection_string,
            "PICTURE_CONTAINER": CONTAINER,
            "EventHub": self.hub,
            "EVENT_HUB_NAME": HUB,
            "FACE_API_ENDPOINT": address(face_api),
            "FACE_API_KEY": key,
            "ANONYMIZATION_KEY": secrets.token_hex(32),
            "VISITOR_MEMORY": MEMORY,
            "WORKER_CONCURRENCY": str(concurrency),
            "MIN_GROUP": str(min_group),
        }
        with self.client() as container, ExitStack() as stack:
            pictures = len(list(container.list_blob_names()))
            children = []
            for number in range(workers):
                command = [sys.executable, "-m", "function_app.worker", "--port", "0"]
                child = Child(f"worker-{number}", command, environment)
                stack.callback(child.stop)
                children.append(child)
            for child in children:
                child.wait_for("ready", 60)
            others = (*self.children, face_api)
            begin, before = time.perf_counter(), cpu_seconds(*children)
            others_before = cpu_seconds(*others)
            until = begin + UNTIL_DONE_SECONDS
            while next(iter(container.list_blob_names(results_per_page=1)), None) is not None:
                if time.perf_counter() > until:
                    raise TimeoutError(f"of {pictures} pictures not all are done")
                time.sleep(LOOK_SECONDS)
            seconds, taken = time.perf_counter() - begin, cpu_seconds(*children) - before
            return Work(pictures, seconds, taken, taken + cpu_seconds(*others) - others_before)


@contextmanager
def rig() -> Iterator[Rig]:
    """Azurite and the Event Hubs server, with their data in memory or a folder that goes afterwards."""
    key = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as folder, ExitStack() as stack:
        azurite_child, storage = stack.enter_context(azurite(Path(folder)))
        storage.create_container(CONTAINER)
        command = [
            sys.executable,
            "-m",
            "local",
            "event-hubs",
            "--port",
            "0",
            "--hub",
            f"{HUB}:4",
        ]
        hubs = Child("event-hubs", command, {"EVENT_HUBS_KEYS": f"all={key}"})
        stack.callback(hubs.stop)
        port = int(hubs.wait_for("ready").fields["port"])
        yield Rig(storage, connection_string(port, "all", key), (azurite_child, hubs))


@contextmanager
def service(module: str, key: str) -> Iterator[Child]:
    """A Face API service as a process that is ready."""
    child = Child("face-api", [sys.executable, "-m", module, "--port", "0"], {"FACE_API_KEY": key})
    try:
        child.wait_for("ready", 60)
        yield child
    finally:
        child.stop()


def address(child: Child) -> str:
    """Where a server that is ready listens."""
    return f"http://127.0.0.1:{child.wait_for('ready').fields['port']}"


def cpu_seconds(*children: Child) -> float:
    """CPU time of processes and what they have started, up to now."""
    total = 0.0
    for child in children:
        process = psutil.Process(child.process.pid)
        for each in (process, *process.children(recursive=True)):
            times = each.cpu_times()
            total += times.user + times.system
    return total
