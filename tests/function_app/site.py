"""A whole site as real processes, each of which a test can kill and bring back."""

import contextlib
import secrets
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from azure.core.exceptions import AzureError, ResourceExistsError
from azure.storage.blob import ContainerClient

from function_app.columns import SPLITS
from function_app.keys import AnonymizationKeys
from function_app.names import Picture
from function_app.pool.state import CameraPool
from local.azurite import start_azurite
from local.child import Child
from local.event_hubs.connection import connection_string
from tests.function_app import hub, pictures, rig, traffic
from tests.function_app.face_service import face, picture_of
from tests.support.event_hubs import HUB, EventHub
from tests.support.waiting import wait_until

CONTAINER = "pictures"
TRAFFIC_BEGINS = datetime(2026, 11, 2, 9, tzinfo=UTC)
AZURITE_SAVES_WITHIN_SECONDS = 12


class Site:
    """The processes, and what has been uploaded to them."""

    def __init__(self, folder: Path, workers: int = 2, **settings: str) -> None:
        """`settings` are the workers', on top of those of all tests."""
        self._folder = folder
        self._key = secrets.token_hex(16)
        self.logs = rig.Logs()
        self.uploaded: dict[str, int] = {}
        (folder / "azurite").mkdir()
        self._azurite, self.storage = start_azurite(folder / "azurite")
        self.storage.create_container(CONTAINER)
        self._hubs, self._hub_port = self._start_hubs(0, self._key)
        self._faces, self._face_port = self._start_faces(0)
        hub_connection = connection_string(self._hub_port, "all", self._key)
        self.hub = EventHub(HUB, hub_connection, self._hubs)
        usual = rig.settings(self.storage, CONTAINER, self.hub, f"http://127.0.0.1:{self._face_port}")
        self.environment: Mapping[str, str] = {**usual, **settings}
        self.workers = [
            rig.start_worker(self.environment, self.logs, f"worker-{number + 1}") for number in range(workers)
        ]

    def stop(self) -> None:
        """End them all."""
        for child in (*self.workers, self._faces, self._hubs, self._azurite):
            child.stop()

    def client(self) -> ContainerClient:
        """To look into the pictures' container."""
        return rig.client(self.storage, CONTAINER)

    @contextlib.contextmanager
    def load(self, pictures_a_second: float = 25) -> Iterator[None]:
        """Upload pictures all the while, as edge modules do: again and again until storage has confirmed."""
        over = threading.Event()
        edge = threading.Thread(target=self._upload_until, args=(over, 1 / pictures_a_second))
        edge.start()
        try:
            yield
        finally:
            over.set()
            edge.join(30)
            assert not edge.is_alive()

    def upload(self, faces: int = 1) -> None:
        """Upload one picture."""
        name = pictures.name(camera=f"cam-{len(self.uploaded) % 3}")
        with self.client() as container:
            container.upload_blob(name, picture_of(*[face()] * faces))
        self.uploaded[name] = faces

    def upload_traffic(self, camera: str, minute: datetime, rows: Sequence[Mapping[str, Any]]) -> None:
        """Upload what one camera counted in the minute up to then, its heartbeat too, until storage has confirmed."""
        content = traffic.blob(*rows, traffic.heartbeat(minute, camera=camera))
        with self.client() as container:
            self._upload_for_sure(container, traffic.name(minute, camera=camera), content)

    def in_pool(self) -> Counter[str]:
        """What waits in the pools, by column."""
        counts: Counter[str] = Counter()
        with rig.client(self.storage, f"{CONTAINER}-pool") as container:
            for name in container.list_blob_names():
                if not name.endswith(".json"):
                    continue
                pool = CameraPool.model_validate_json(container.download_blob(name).readall())
                for bag in (*(day.people for day in pool.days.values()), *(hour.bag for hour in pool.hours.values())):
                    counts.update(bag.counts)
                for day in pool.days.values():  # what left together and waits for more of its kind before it is split
                    for kind, split in day.splits.items():
                        counts.update({column: split.counts.get(column, 0) for column in SPLITS[kind]})
                counts["waiting"] += len(pool.outbox)
        return counts

    def wait_until_left(self, seconds: float) -> None:
        """Until nothing that may leave waits; a failure tells what the workers said last."""
        try:
            wait_until(lambda: self.in_pool()["waiting"] == 0, "what may leave has left", seconds)
        except AssertionError as late:
            for line in self.logs.lines[-20:]:
                late.add_note(f"{line.process}: {line.event} {dict(line.fields)}")
            raise

    def set_mode(self, mode: str) -> None:
        """Have the Face API answer so from now on."""
        requests.post(f"http://127.0.0.1:{self._face_port}/mode", json={"mode": mode}, timeout=5).raise_for_status()

    def kill_worker(self, number: int = 0) -> None:
        """kill -9 of a worker while it works; another takes its place."""
        self.workers[number].kill()
        self.workers[number] = rig.start_worker(self.environment, self.logs, f"worker-{number + 1}")

    def kill_faces(self, down_seconds: float) -> None:
        """kill -9 of the Face API; it comes back at the same address."""
        self._faces.kill()
        time.sleep(down_seconds)
        self._faces, _ = self._start_faces(self._face_port)

    def kill_hubs(self, down_seconds: float) -> None:
        """kill -9 of Event Hubs; it comes back with its data. Meanwhile no picture is deleted."""
        self._hubs.kill()
        time.sleep(0.5)  # what was acknowledged before is deleted now
        with self.client() as container:
            before = set(container.list_blob_names())
            time.sleep(down_seconds)
            assert before <= set(container.list_blob_names()), "a picture was deleted without acknowledgement"
        self._hubs, _ = self._start_hubs(self._hub_port, self._key)

    def refuse_at_hubs(self, seconds: float) -> None:
        """Have Event Hubs refuse the workers' key for a while."""
        self._hubs.stop()
        self._hubs, _ = self._start_hubs(self._hub_port, secrets.token_hex(16))
        time.sleep(seconds)
        self._hubs.stop()
        self._hubs, _ = self._start_hubs(self._hub_port, self._key)

    def kill_azurite(self, down_seconds: float) -> None:
        """kill -9 of storage; it comes back with its data. What it confirmed in the last seconds it may lose."""
        self._azurite.kill()
        time.sleep(down_seconds)
        ports = tuple(
            int(url.rpartition(":")[2]) for url in (self.storage.blob, self.storage.queue, self.storage.table)
        )
        self._azurite, _ = start_azurite(self._folder / "azurite", self.storage.key, ports)  # type: ignore[arg-type]

    def wait_until_saved(self) -> None:
        """Wait until Azurite has written its index to disk, which it does every few seconds."""
        index = self._folder / "azurite" / "__azurite_db_blob__.json"
        now = time.time()
        wait_until(
            lambda: index.exists() and index.stat().st_mtime > now, "Azurite saves", AZURITE_SAVES_WITHIN_SECONDS
        )

    def expected_ids(self) -> set[str]:
        """The ids of the tallies that must come out of what was uploaded."""
        keys = AnonymizationKeys(rig.ANONYMIZATION_KEY.encode())
        return {keys.tally_id(Picture.named(name)) for name, faces in self.uploaded.items() if faces}

    def done(self) -> int:
        """How many of the uploaded pictures have been dealt with."""
        with self.client() as container:
            return len(self.uploaded) - len(list(container.list_blob_names()))

    def wait_until_done(self, seconds: float = 60) -> None:
        """Until no picture is left."""
        with self.client() as container:
            wait_until(lambda: not list(container.list_blob_names()), "all pictures are done", seconds)

    async def check(self) -> int:
        """Every picture has exactly its tally, duplicates under one id. Answers the number of duplicates."""
        expected = self.expected_ids()
        received = [event["tallyId"] for event in await hub.events(self.hub, len(expected), 30)]
        assert set(received) == expected
        return len(received) - len(expected)

    def _upload_until(self, over: threading.Event, pause: float) -> None:
        with self.client() as container:
            while not over.wait(pause):
                count = len(self.uploaded)
                name = pictures.name(camera=f"cam-{count % 3}")
                self._upload_for_sure(container, name, picture_of(*[face()] * (count % 3)))
                self.uploaded[name] = count % 3

    @staticmethod
    def _upload_for_sure(container: ContainerClient, name: str, content: bytes) -> None:
        while True:
            try:
                container.upload_blob(name, content, connection_timeout=2, retry_total=0)
            except ResourceExistsError:
                return
            except AzureError:
                time.sleep(0.1)
            else:
                return

    def _start_hubs(self, port: int, key: str) -> tuple[Child, int]:
        arguments = ["event-hubs", "--port", str(port), "--hub", f"{HUB}:4"]
        data = ["--data", str(self._folder / "event-hubs")]
        child = Child(
            "event-hubs", [sys.executable, "-m", "local", *arguments, *data], {"EVENT_HUBS_KEYS": f"all={key}"}
        )
        return child, int(child.wait_for("ready").fields["port"])

    def _start_faces(self, port: int) -> tuple[Child, int]:
        command = [sys.executable, "-m", "tests.function_app.face_service", "--port", str(port)]
        child = Child("faces", command, {})
        return child, int(child.wait_for("ready").fields["port"])
