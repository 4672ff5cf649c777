"""Messages to Event Hubs: what is waiting goes at once, in one batch per partition key, and is acknowledged."""

import queue
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from azure.eventhub import EventData, EventDataBatch, EventHubProducerClient

from function_app.errors import NotAcknowledged, SettingsInvalid
from function_app.settings import WorkerSettings

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
SEND_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 30
MAX_WAITING = 256
WITHOUT_ANSWER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Consignment:
    """Messages on their way; `done` is resolved by the acknowledgement."""

    partition_key: str
    messages: Sequence[str]
    done: Future[None]


class Sender:
    """Sends from a thread of its own, so that pictures analyzed at the same time share a batch. Keeps the link warm."""

    def __init__(self, producer: EventHubProducerClient, acknowledged: Callable[[int], None]) -> None:
        """`acknowledged` is told how many messages have arrived, each time some have."""
        self._producer, self._acknowledged = producer, acknowledged
        self._waiting: queue.Queue[_Consignment | None] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    @classmethod
    def of(cls, settings: WorkerSettings, acknowledged: Callable[[int], None]) -> "Sender":
        """As the settings say. Raises SettingsInvalid for an unusable EventHub."""
        return cls(_producer(settings.event_hub.get_secret_value(), settings.event_hub_name), acknowledged)

    def start(self) -> None:
        """Begin to send, and open the link before the first picture needs it."""
        self._thread.start()

    def send(self, partition_key: str, messages: Sequence[str]) -> None:
        """Send messages (JSON) and wait for the acknowledgement. Raises NotAcknowledged."""
        consignment = _Consignment(partition_key, messages, Future())
        try:
            self._waiting.put(consignment, timeout=SEND_SECONDS)
            consignment.done.result(WITHOUT_ANSWER_SECONDS)
        except (queue.Full, TimeoutError):
            raise NotAcknowledged("Event Hubs does not answer in time") from None

    def close(self) -> None:
        """Send what is waiting, then close the link."""
        self._waiting.put(None)
        self._thread.join(2 * SEND_SECONDS)
        self._producer.close()

    def _run(self) -> None:
        self._warm_up()
        more = True
        while more:
            batch = [self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            more = None not in batch
            self._deliver([consignment for consignment in batch if consignment is not None])

    def _warm_up(self) -> None:
        try:
            self._producer.create_batch()
        except Exception:  # noqa: BLE001 (as in _deliver)
            return  # the first send tries again, and says so

    def _deliver(self, consignments: Sequence[_Consignment]) -> None:
        by_key: dict[str, list[_Consignment]] = defaultdict(list)
        for consignment in consignments:
            by_key[consignment.partition_key].append(consignment)
        for key, group in by_key.items():
            try:
                self._send([message for consignment in group for message in consignment.messages], key)
            except Exception as fault:  # noqa: BLE001 (pyamqp raises more than EventHubError; the pictures must be kept)
                refusal = NotAcknowledged(f"Event Hubs did not acknowledge: {type(fault).__name__}")
                for consignment in group:
                    consignment.done.set_exception(refusal)
            else:
                self._acknowledged(sum(len(consignment.messages) for consignment in group))
                for consignment in group:
                    consignment.done.set_result(None)

    def _send(self, messages: Sequence[str], key: str) -> None:
        batch = self._producer.create_batch(partition_key=key)
        for body in messages:
            message = _message(body)
            try:
                batch.add(message)
            except ValueError:  # full: this one opens the next batch
                self._flush(batch)
                batch = self._producer.create_batch(partition_key=key)
                batch.add(message)
        self._flush(batch)

    def _flush(self, batch: EventDataBatch) -> None:
        self._producer.send_batch(batch, timeout=SEND_SECONDS)


def _message(body: str) -> EventData:
    message = EventData(body)
    message.content_type = "application/json"
    return message


def _producer(event_hub: str, name: str) -> EventHubProducerClient:
    """With a connection string's key; with a host's name alone as the pod's own workload identity."""
    options: dict[str, Any] = {
        "eventhub_name": name,
        "keep_alive": KEEP_ALIVE_SECONDS,
        "auth_timeout": SEND_SECONDS,
        "retry_total": 1,
        "retry_backoff_factor": 0.1,
        "logging_enable": False,
    }
    try:
        if _HOST.fullmatch(event_hub):
            from azure.identity import WorkloadIdentityCredential  # noqa: PLC0415 - half a second, and seldom needed

            return EventHubProducerClient(event_hub, credential=WorkloadIdentityCredential(), **options)
        return EventHubProducerClient.from_connection_string(event_hub, **options)
    except ValueError:
        raise SettingsInvalid("settings: EventHub or EVENT_HUB_NAME is not usable") from None
