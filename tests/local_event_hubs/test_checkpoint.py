"""The client's own checkpoint store, over real blob storage: a reader that comes back goes on where it stopped."""

import asyncio

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, EventHubProducerClient, PartitionContext
from azure.eventhub.extensions.checkpointstoreblobaio import BlobCheckpointStore

from local.azurite import SAS_VERSION, StorageAccount
from tests.local_event_hubs.conftest import Served


async def read(served: Served, storage: StorageAccount, container: str, last: str) -> list[str]:
    """What a reader with a checkpoint store gets until `last`, with a checkpoint at each event."""
    store = BlobCheckpointStore.from_connection_string(storage.connection_string, container, api_version=SAS_VERSION)
    client = EventHubConsumerClient.from_connection_string(
        served.connection(), consumer_group="windows", eventhub_name=served.hub, checkpoint_store=store
    )
    got: list[str] = []
    done = asyncio.Event()

    async def on_event(context: PartitionContext, event: EventData | None) -> None:
        if event is not None and not done.is_set():
            got.append(event.body_as_str())
            await context.update_checkpoint(event)
            if got[-1] == last:
                done.set()

    async with client, store:
        reading = asyncio.create_task(client.receive(on_event, starting_position="-1", max_wait_time=0.2))
        async with asyncio.timeout(40):
            await done.wait()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    return got


async def test_a_reader_that_comes_back_goes_on_behind_its_checkpoint(
    served: Served, storage: StorageAccount, container: str
) -> None:
    async with EventHubProducerClient.from_connection_string(served.connection(), eventhub_name=served.hub) as producer:
        await producer.send_batch([EventData(body) for body in "abcd"], partition_id="0")

    assert await read(served, storage, container, "b") == ["a", "b"]
    assert await read(served, storage, container, "d") == ["c", "d"]
