"""The load: cameras that store pictures and counts as the edge module does, again and again until storage has them."""

import io
import random
import threading
from collections import Counter
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from azure.core.exceptions import HttpResponseError
from azure.eventhub import EventData, EventHubProducerClient
from azure.storage.blob import ContainerClient
from PIL import Image

from local.azurite import SAS_VERSION
from local.event_hubs.connection import connection_string
from local.stack import CONTAINER, HUB
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from tests.face_api.bombs import flat, saved
from tests.function_app import pictures, traffic
from tests.soak import odd
from tests.soak.stack import SoakStack

STORES = ("north", "south")
CAMERAS = ("door", "till")
SIDE = 640
ODD_SHARE, EMPTY_SHARE, TRAFFIC_SHARE, SNAPSHOT_SHARE = 0.12, 0.1, 0.3, 0.05
THERE = frozenset(("BlobAlreadyExists", "UnauthorizedBlobOverwrite"))


class Cameras:
    """Threads that send while the `with` block runs.

    stored: what storage has confirmed to them. events: odd messages that were sent, or might have been.
    """

    def __init__(self, stack: SoakStack, chance: random.Random, a_second: float) -> None:
        self._stack, self._chance, self._pause = stack, chance, 1 / a_second
        self._connection = stack.storage.upload_connection_string(CONTAINER)
        self._shows = _photographs()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(random.Random(chance.random()),)) for _ in range(2)]  # noqa: S311
        self._lock = threading.Lock()
        self.stored: list[str] = []
        self.sent: Counter[str] = Counter()
        self.events: list[bytes] = []

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def store_bombs(self) -> None:
        """Each kind, for each process of the Face API: what grows by the first of them is no leak."""
        with self._client() as client:
            for kind in range(2 * odd.BOMBS):
                name = pictures.name(odd.STORE, "bomb")
                if self._store(client, name, odd.bomb(kind)):
                    self.stored.append(name)
                    self.sent["bombs at the start"] += 1

    def send_odd_events(self, number: int) -> None:
        """From somebody who has a key for sending. Raises whatever the client does."""
        bodies = [odd.event(self._chance) for _ in range(number)]
        connection = connection_string(self._stack.event_hubs_port, "send", self._stack.keys.send)
        with EventHubProducerClient.from_connection_string(connection, eventhub_name=HUB, retry_total=1) as client:
            for body in bodies:
                self.events.append(body)
                client.send_event(EventData(body), partition_key=str(self._chance.random()))

    def _run(self, chance: random.Random) -> None:
        with self._client() as client:
            while not self._over.wait(self._pause * 2 * chance.uniform(0.5, 1.5)):
                kind, name, content = self._next(chance)
                if self._store(client, name, content):
                    with self._lock:
                        self.stored.append(name)
                        self.sent[kind] += 1
                    if kind == "pictures" and chance.random() < SNAPSHOT_SHARE:
                        self._snapshot(name)

    def _client(self) -> ContainerClient:
        return ContainerClient.from_connection_string(
            self._connection, CONTAINER, api_version=SAS_VERSION, retry_total=0, connection_timeout=2, read_timeout=5
        )

    def _next(self, chance: random.Random) -> tuple[str, str, bytes]:
        store, camera, which = chance.choice(STORES), chance.choice(CAMERAS), chance.random()
        if which < ODD_SHARE:
            return ("odd blobs", *odd.blob(chance))
        if which < ODD_SHARE + EMPTY_SHARE:
            return "empty pictures", pictures.name(store, camera), saved(flat(size=(320, 240)), "JPEG")
        if which < ODD_SHARE + EMPTY_SHARE + TRAFFIC_SHARE:
            end, of_it = datetime.now(UTC).replace(second=0, microsecond=0), f"counter-{chance.getrandbits(32):08x}"
            rows = [traffic.place(end, camera=of_it, count_in=chance.randrange(4), count_out=chance.randrange(4))]
            rows.append(traffic.heartbeat(end, camera=of_it))
            return "counts", traffic.name(end, camera=of_it), traffic.blob(*rows)
        return "pictures", pictures.name(store, camera), chance.choice(self._shows)

    def _store(self, client: ContainerClient, name: str, content: bytes) -> bool:
        """Until storage says that it is there; False when time is up."""
        while True:
            try:
                client.upload_blob(name, content)
            except HttpResponseError as error:
                code = getattr(error, "error_code", None)
                if str(getattr(code, "value", code)) in THERE:
                    return True
            except Exception:  # noqa: BLE001, S110 - whatever it was, the picture is still ours
                pass
            else:
                return True
            if self._over.wait(0.5):
                return False

    def _snapshot(self, name: str) -> None:
        """As whoever holds a camera's key may. Often the picture is gone by then."""
        with self._stack.direct.container(CONTAINER) as container:
            try:
                container.get_blob_client(name).create_snapshot()
            except Exception:  # noqa: BLE001 - gone, or storage is away
                return
            self.sent["snapshots"] += 1


def _photographs() -> list[bytes]:
    """Six photographs of people, each as two cameras would save it."""
    shown = []
    for path in files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), lambda _: None):
        with Image.open(io.BytesIO(path.read_bytes())) as opened:
            picture = opened.convert("RGB")
        picture.thumbnail((SIDE, SIDE))
        shown += [saved(picture, "JPEG", quality=quality) for quality in (80, 90)]
    return shown
