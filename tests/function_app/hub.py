"""What has arrived in an event hub, read with the real client."""

import asyncio
import json
from typing import Any

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext

from tests.support.event_hubs import EventHub


async def _receive(hub: EventHub, at_least: int, seconds: float) -> list[EventData]:
    received: list[EventData] = []
    enough = asyncio.Event()

    async def take(_: PartitionContext, events: list[EventData]) -> None:
        received.extend(events)
        if len(received) >= at_least:
            enough.set()

    client = EventHubConsumerClient.from_connection_string(hub.connection_string, "$Default", eventhub_name=hub.name)
    async with client:
        reading = asyncio.create_task(client.receive_batch(take, starting_position="-1", max_wait_time=0.3))
        try:
            await asyncio.wait_for(enough.wait(), seconds)
            await asyncio.sleep(0.3)  # duplicates may follow
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    return received


async def all_bodies(hub: EventHub, group: str) -> list[bytes]:
    """The bodies of all events that the hub holds now, as they are."""
    client = EventHubConsumerClient.from_connection_string(hub.connection_string, group, eventhub_name=hub.name)
    bodies: list[bytes] = []
    async with client:
        for partition in await client.get_partition_ids():
            bodies += await _bodies(client, partition)
    return bodies


async def _bodies(client: EventHubConsumerClient, partition: str) -> list[bytes]:
    last = (await client.get_partition_properties(partition))["last_enqueued_sequence_number"]
    bodies: list[bytes] = []
    enough = asyncio.Event()

    async def take(_: PartitionContext, events: list[EventData]) -> None:
        for event in events:
            bodies.append(b"".join(event.body))  # type: ignore[arg-type]  # of a data message: bytes
            if event.sequence_number == last:
                enough.set()

    if last < 0:
        return bodies
    reading = asyncio.create_task(
        client.receive_batch(take, partition_id=partition, starting_position="-1", max_wait_time=0.3)
    )
    try:
        await asyncio.wait_for(enough.wait(), 60)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    return bodies


async def raw_events(hub: EventHub, at_least: int, seconds: float = 20) -> list[EventData]:
    """All events of the hub, as soon as there are so many."""
    return await _receive(hub, at_least, seconds)


async def events(hub: EventHub, at_least: int, seconds: float = 20) -> list[dict[str, Any]]:
    """Their bodies."""
    return [json.loads(event.body_as_str()) for event in await _receive(hub, at_least, seconds)]


async def all_events(hub: EventHub, at_least: int) -> list[dict[str, Any]]:
    """Their bodies, when a second look has found no more than the first."""
    found = await events(hub, at_least, 30)
    while len(again := await events(hub, len(found), 30)) > len(found):
        found = again
    return again
