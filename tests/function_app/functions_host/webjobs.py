"""Microsoft's Functions host around the runtime, as far as it was seen to matter (docs/functions.md).

Seen on azure-functions-host 4.1037 with Storage.Blobs 5.3.10, and done here alike: the host's id comes from its
machine's name unless a setting says it; a receipt per blob and ETag under that id means "queued", not "done"; a failed
call is tried 5 times in quick succession, then a message with the blob's name goes to `webjobs-blobtrigger-poison` in
the pictures' account; a scan may miss a blob for good, until its ETag changes; the message of a killed host comes back
after ten minutes; a timer runs on one host at a time; an output is sent after the function has returned, and where a
retry policy stands the same call comes again with `retry_count` until it could be sent; the host's own lines name
blobs, and host.json's `logLevel` says which of them are kept; stderr is `Host.Function.Console`. Not done: the
extension bundle, scaling, the portal.
"""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.eventhub import EventData, EventHubProducerClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueClient

from tests.function_app.functions_host.host import FunctionsHost

TRIES = 5
MISSED = 0.2
"""How often a scan misses a blob; seen: 4 of 20 and 14 of 60."""
SCAN_SECONDS, TIMER_SECONDS, RETRY_SECONDS, HIDDEN_SECONDS = 1.5, 5.0, 5.0, 600.0
LEVELS = ("Trace", "Debug", "Information", "Warning", "Error", "Critical", "None")
HOSTS, POISON_QUEUE = "azure-webjobs-hosts", "webjobs-blobtrigger-poison"
TIMER = {"IsPastDue": False, "Schedule": {}}


class WebJobsHost:
    """One host, in threads, while the `with` block runs; it starts its runtime anew when that is killed."""

    def __init__(
        self,
        app: Path,
        settings: dict[str, str],
        seed: int,
        *,
        name: str = "host",
        missed: float = MISSED,
        pace: float = 1,
    ) -> None:
        """`name`: the machine's. `pace`: how many times as fast as a real one's its clocks run."""
        self._app, self._settings, self._pace, self._miss = app, settings, pace, missed
        self._chance = random.Random(seed)  # noqa: S311
        self._container = settings["PICTURE_CONTAINER"]
        self._storage = BlobServiceClient.from_connection_string(settings["PictureStorage"])
        self._id = settings.get("AzureFunctionsWebHost__hostid", name)
        self._levels = json.loads((app / "host.json").read_text())["logging"]["logLevel"]
        self._missed: set[tuple[str, str]] = set()
        self._in_work: tuple[str, str] | None = None
        self._hidden: list[tuple[float, str, str]] = []
        self._stop = threading.Event()
        timers = (partial(self._timer, "SendTallies", self._send_tallies), partial(self._timer, "Sweep", self._sweep))
        self._threads = [threading.Thread(target=self._keep, args=(work,)) for work in (self._triggers, *timers)]
        self.sweeps = 0
        """How often its Sweep has run."""
        self.logs: list[str] = []
        self._runtime: FunctionsHost

    def __enter__(self) -> "WebJobsHost":
        with suppress(ResourceExistsError):
            self._storage.create_container(HOSTS)
        self._start()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
        self._end()
        self._storage.close()

    def kill(self) -> None:
        """kill -9 of the whole host: what it was doing is not finished, and comes back after ten minutes."""
        in_work = self._in_work
        self._runtime.kill()
        if in_work is not None:
            self._hidden.append((time.monotonic() + HIDDEN_SECONDS / self._pace, *in_work))
        self._end()
        self._start()

    @property
    def missed_blobs(self) -> int:
        """How many blobs, as they were then, it has been blind to."""
        return len(self._missed)

    def _start(self) -> None:
        self._runtime = FunctionsHost(self._app, self._settings).__enter__()

    def _end(self) -> None:
        self._runtime.__exit__(None, None, None)
        self.logs += [*self._runtime.logs, self._runtime.console]

    def _say(self, category: str, level: str, text: str) -> None:
        """A line of the host's own, if host.json lets it through."""
        parts = category.split(".")
        names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
        least = next((self._levels[name] for name in (*names, "default") if name in self._levels), "Information")
        if LEVELS.index(level) >= LEVELS.index(least):
            self.logs.append(f"{category}: {text}")

    def _keep(self, work: Callable[[], None]) -> None:
        while not self._stop.wait(0.05):
            with suppress(AzureError, ConnectionError, TimeoutError, KeyError):
                work()

    def _triggers(self) -> None:
        self._in_work = None
        pictures = self._storage.get_container_client(self._container)
        for blob in list(pictures.list_blobs()):
            if self._stop.is_set():
                return
            function = {"jpg": "FaceAnalyze", "json": "ForwardTraffic"}.get(blob.name.rpartition(".")[2])
            if function is None or (blob.name, blob.etag) in self._missed:
                continue
            if self._chance.random() < self._miss:
                self._missed.add((blob.name, blob.etag))
                continue
            receipt = f"blobreceipts/{self._id}/{function}/{blob.etag}/{self._container}/{blob.name}"
            try:
                self._storage.get_blob_client(HOSTS, receipt).upload_blob(b"", overwrite=False)
            except ResourceExistsError:
                continue
            self._call(function, blob.name)
            self._in_work = None
        for message in [each for each in self._hidden if time.monotonic() >= each[0]]:
            self._hidden.remove(message)
            self._call(*message[1:])
            self._in_work = None
        self._stop.wait(SCAN_SECONDS / self._pace)

    def _call(self, function: str, name: str) -> None:
        path = f"{self._container}/{name}"
        trigger = {"name": name.rpartition(".")[0], "BlobTrigger": path, "Uri": path, "Properties": {}, "Metadata": {}}
        self._say(f"Function.{function}", "Information", f"Executing (Reason='New blob detected: {path}')")
        for _ in range(TRIES):
            self._in_work = function, name
            try:
                content = self._storage.get_blob_client(self._container, name).download_blob().readall()
            except ResourceNotFoundError:
                return
            outcome = self._runtime.invoke(function, "blob", content, trigger)
            if outcome.succeeded:
                return
            self._say("Host.Results", "Error", f"Executed 'Functions.{function}' (Failed) {outcome.message}")
        self._say("Host.Triggers.Blobs", "Information", f"Moving {path} to {POISON_QUEUE}")
        with _queue(self._settings["PictureStorage"]) as queue:
            queue.send_message(json.dumps({"ContainerName": self._container, "BlobName": name}))

    def _timer(self, name: str, run: Callable[[], None]) -> None:
        with self._alone(name) as ours:
            if ours:
                run()
        self._stop.wait(TIMER_SECONDS / self._pace)

    def _sweep(self) -> None:
        self._runtime.invoke("Sweep", "timer", TIMER)
        self.sweeps += 1

    def _send_tallies(self) -> None:
        for retry_count in range(10_000):
            outcome = self._runtime.invoke("SendTallies", "timer", TIMER, retry_count=retry_count)
            if outcome.succeeded and self._sent(outcome.outputs["messages"]):
                return
            if self._stop.wait(RETRY_SECONDS / self._pace):
                return

    def _sent(self, messages: list[str]) -> bool:
        if not messages:
            return True
        producer = EventHubProducerClient.from_connection_string(
            self._settings["EventHub"], eventhub_name=self._settings["EVENT_HUB_NAME"], retry_total=0, auth_timeout=3
        )
        try:
            with producer:
                producer.send_batch([EventData(message) for message in messages], timeout=5)
        except Exception:  # noqa: BLE001 (whatever it is, it was not sent)
            return False
        return True

    @contextmanager
    def _alone(self, timer: str) -> Iterator[bool]:
        lock = self._storage.get_blob_client(HOSTS, f"locks/{self._id}/{timer}")
        with suppress(ResourceExistsError):
            lock.upload_blob(b"")
        try:
            lease = lock.acquire_lease(15)
        except AzureError:
            yield False
            return
        try:
            yield True
        finally:
            with suppress(AzureError):
                lease.release()


@contextmanager
def _queue(connection_string: str) -> Iterator[QueueClient]:
    with QueueClient.from_connection_string(connection_string, POISON_QUEUE) as queue:
        with suppress(ResourceExistsError):
            queue.create_queue()
        yield queue
