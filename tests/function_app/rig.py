"""A worker as a real process, and what a test asks of the storage it works on."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import requests
from azure.storage.blob import ContainerClient

from local.azurite import SAS_VERSION, StorageAccount
from local.child import Child, LogLine
from tests.function_app.face_service import KEY, MEMORY
from tests.support.event_hubs import EventHub

ANONYMIZATION_KEY = "an anonymization key of 32 bytes or more"


def settings(storage: StorageAccount, container: str, hub: EventHub, endpoint: str) -> dict[str, str]:
    """The environment of a worker."""
    return {
        "PictureStorage": storage.connection_string,
        "PICTURE_CONTAINER": container,
        "EventHub": hub.connection_string,
        "EVENT_HUB_NAME": hub.name,
        "FACE_API_ENDPOINT": endpoint,
        "FACE_API_KEY": KEY,
        "ANONYMIZATION_KEY": ANONYMIZATION_KEY,
        "VISITOR_MEMORY": MEMORY,
        "MIN_GROUP": "0",
        "WORKER_POLL_SECONDS": "0.05",
        "WORKER_LEASE_SECONDS": "15",
        **measured(),
    }


def measured() -> dict[str, str]:
    """What `coverage` needs to measure a process that does not inherit our environment."""
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_PROCESS_")}


class Logs:
    """The log lines of some processes, in order."""

    def __init__(self) -> None:
        self.lines: list[LogLine] = []

    def count(self, event: str) -> int:
        """How many lines of that event."""
        return sum(line.event == event for line in list(self.lines))


def start_worker(environment: Mapping[str, str], logs: Logs | None = None, name: str = "worker") -> Child:
    """A worker that is ready."""
    take = (logs or Logs()).lines.append
    child = Child(name, [sys.executable, "-m", "function_app.worker", "--port", "0"], environment, on_log=take)
    child.wait_for("ready")
    return child


@contextmanager
def worker(environment: Mapping[str, str], logs: Logs | None = None) -> Iterator[Child]:
    """A worker that is ready, stopped at the end."""
    child = start_worker(environment, logs)
    try:
        yield child
    finally:
        child.stop()


def metric(worker: Child, name: str) -> float:
    """A counter of a running worker, such as `footfall_pictures_done_total`; 0 while it has no value."""
    text = requests.get(f"http://127.0.0.1:{worker.wait_for('ready').fields['port']}/metrics", timeout=5).text
    return next((float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} ")), 0.0)


def client(storage: StorageAccount, container: str) -> ContainerClient:
    """To look into a container."""
    return ContainerClient.from_connection_string(storage.connection_string, container, api_version=SAS_VERSION)
