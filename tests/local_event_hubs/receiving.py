"""Reads a hub with the real client."""

import asyncio
from datetime import datetime

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext


async def receive(
    connection: str,
    hub: str,
    count: int,
    *,
    group: str = "$Default",
    position: str | int | datetime = "-1",
    inclusive: bool = False,
    partition: str | None = None,
    seconds: float = 20.0,
) -> list[tuple[str, EventData]]:
    """The first `count` events with their partition's id. Raises TimeoutError when they do not come."""
    received: list[tuple[str, EventData]] = []
    enough = asyncio.Event()

    async def on_batch(context: PartitionContext, events: list[EventData]) -> None:
        received.extend((context.partition_id, event) for event in events)
        if len(received) >= count:
            enough.set()

    client = EventHubConsumerClient.from_connection_string(connection, consumer_group=group, eventhub_name=hub)
    async with client:
        reading = asyncio.create_task(
            client.receive_batch(
                on_batch,
                partition_id=partition,
                starting_position=position,
                starting_position_inclusive=inclusive,
                max_wait_time=0.2,
                max_batch_size=500,
            )
        )
        try:
            async with asyncio.timeout(seconds):
                await enough.wait()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    return received


async def bodies(connection: str, hub: str, count: int, **where: object) -> list[str]:
    """The first `count` events' bodies, sorted, as the partitions come in any order."""
    return sorted(event.body_as_str() for _, event in await receive(connection, hub, count, **where))  # type: ignore[arg-type]
