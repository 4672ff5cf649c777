"""Reads every partition of a hub, each from its own position."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import structlog
from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext
from azure.eventhub.exceptions import AuthenticationError, ConnectError, EventHubError

from windows.errors import HubError, SettingsInvalidError
from windows.stream import Arrival

BATCH = 500
RETRY_SECONDS = 3  # after which a partition whose reading failed is read again
WAITING_BATCHES = 32  # bounds what is read ahead; the hub keeps the rest


@dataclass(frozen=True)
class Batch:
    """A partition's next events."""

    partition: int
    arrivals: tuple[Arrival, ...]


class HubReader:
    """The consumer of all partitions; use as an async context.

    Raises SettingsInvalidError for a malformed connection string.
    """

    def __init__(self, connection_string: str, hub: str, consumer_group: str) -> None:
        try:
            self._client = EventHubConsumerClient.from_connection_string(
                connection_string, consumer_group, eventhub_name=hub, load_balancing_interval=RETRY_SECONDS
            )
        except ValueError:
            raise SettingsInvalidError("EventHub is not an Event Hubs connection string") from None
        self._queue: asyncio.Queue[Batch] = asyncio.Queue(WAITING_BATCHES)
        self._receiving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._receiving:
            self._receiving.cancel()
            await asyncio.gather(self._receiving, return_exceptions=True)
        await self._client.close()

    async def partitions(self) -> tuple[int, ...]:
        """The partitions' numbers. Raises HubError."""
        try:
            return tuple(sorted(int(name) for name in await self._client.get_partition_ids()))
        except EventHubError as error:
            raise HubError(_plainly(error)) from None

    async def last_sequence(self, partition: int) -> int:
        """The sequence number of the partition's newest event; -1 if it is empty. Raises HubError."""
        try:
            properties: dict[str, Any] = await self._client.get_partition_properties(str(partition))
        except EventHubError as error:
            raise HubError(_plainly(error)) from None
        return -1 if properties["is_empty"] else int(properties["last_enqueued_sequence_number"])

    def start(self, positions: Mapping[int, int], partitions: tuple[int, ...]) -> None:
        """Begin to read after these sequence numbers; where there is none, from the earliest event."""
        starts: dict[str, int | str] = {str(p): positions.get(p, "-1") for p in partitions}
        self._receiving = asyncio.create_task(
            self._client.receive_batch(
                self._receive,
                on_error=self._report,
                max_batch_size=BATCH,
                starting_position=starts,
                starting_position_inclusive=False,
                owner_level=0,  # a runner that takes over displaces the one before
            )
        )

    async def next(self, seconds: float) -> list[Batch]:
        """What has come, one batch a partition, waiting at most so long for something.

        Raises HubError if reading has ended.
        """
        if self._receiving and self._receiving.done():
            raise HubError(f"reading has ended: {type(self._receiving.exception()).__name__}")
        try:
            batches = [await asyncio.wait_for(self._queue.get(), seconds)]
        except TimeoutError:
            return []
        while not self._queue.empty():
            batches.append(self._queue.get_nowait())
        arrivals: dict[int, list[Arrival]] = {}
        for batch in batches:
            arrivals.setdefault(batch.partition, []).extend(batch.arrivals)
        return [Batch(partition, tuple(come)) for partition, come in sorted(arrivals.items())]

    async def _receive(self, context: PartitionContext, events: list[EventData]) -> None:
        if events:
            arrivals = tuple(map(_arrival, events))
            await self._queue.put(Batch(int(context.partition_id), arrivals))

    async def _report(self, context: PartitionContext | None, error: Exception) -> None:
        partition = context.partition_id if context else None
        structlog.get_logger().warning("reading interrupted", partition=partition, fault=type(error).__name__)


def _arrival(event: EventData) -> Arrival:
    sequence, enqueued = event.sequence_number, event.enqueued_time
    if sequence is None or enqueued is None:
        raise HubError("an event came without its sequence number or time")
    return Arrival(
        sequence, round(enqueued.timestamp() * 1_000_000), event.body_as_str("utf-8") if _is_text(event) else ""
    )


def _is_text(event: EventData) -> bool:
    try:
        event.body_as_str("utf-8")
    except (UnicodeDecodeError, TypeError, ValueError):
        return False
    return True


def _plainly(error: EventHubError) -> str:
    if isinstance(error, AuthenticationError):
        return "Event Hubs refuses the key (EventHub)"
    if isinstance(error, ConnectError):
        return "Event Hubs does not answer at the address in EventHub, or knows no such hub or consumer group"
    return f"Event Hubs: {type(error).__name__}"
