"""What was acknowledged survives the server's sudden death, and clients go on when it is back."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from azure.eventhub import EventData
from azure.eventhub.aio import EventHubProducerClient
from azure.eventhub.exceptions import EventHubError

from tests.local_event_hubs.conftest import Served
from tests.local_event_hubs.receiving import bodies, receive

Starts = Callable[..., Served]

pytestmark = pytest.mark.filterwarnings(  # azure-eventhub forgets the socket of a connection it has lost
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)


@pytest.fixture(autouse=True)
def _collect_lost_sockets() -> Iterator[None]:
    yield
    gc.collect()


async def test_killed_in_the_middle_of_sending_no_acknowledged_event_is_missing_or_twice(starts: Starts) -> None:
    server = starts()
    acknowledged: list[str] = []
    reached = asyncio.Event()

    async def send() -> None:
        async with EventHubProducerClient.from_connection_string(
            server.connection(), eventhub_name="visits", retry_total=0
        ) as producer:
            for number in range(100_000):
                await producer.send_event(EventData(f"{number:06d}"), partition_id="0")
                acknowledged.append(f"{number:06d}")
                if number == 200:
                    reached.set()

    sending = asyncio.create_task(send())
    await asyncio.wait_for(reached.wait(), 30)
    server.child.kill()
    (error,) = await asyncio.gather(sending, return_exceptions=True)
    assert isinstance(error, EventHubError)
    again = starts(server.port)

    kept = await bodies(again.connection(), "visits", len(acknowledged), partition="0")
    assert kept[: len(acknowledged)] == acknowledged
    assert len(kept) <= len(acknowledged) + 1  # one may have been kept whose acknowledgement did not arrive


async def test_a_client_that_lives_through_a_restart_sends_and_receives_on(starts: Starts) -> None:
    server = starts()
    async with EventHubProducerClient.from_connection_string(
        server.connection(), eventhub_name="visits", retry_total=20, retry_backoff_factor=0.05
    ) as producer:
        await producer.send_event(EventData("before"), partition_id="1")
        reading = asyncio.create_task(bodies(server.connection(), "visits", 2, partition="1", seconds=40))
        server.child.kill()
        again = starts(server.port)
        await producer.send_event(EventData("then"), partition_id="1")
        assert await reading == ["before", "then"]
    assert await bodies(again.connection(), "visits", 2) == ["before", "then"]


async def test_a_half_written_event_is_dropped_and_the_numbers_go_on(starts: Starts, tmp_path: Path) -> None:
    server = starts()
    async with EventHubProducerClient.from_connection_string(server.connection(), eventhub_name="visits") as producer:
        await producer.send_batch([EventData("a"), EventData("b")], partition_id="0")
    server.child.kill()
    (log,) = (tmp_path / "data" / "visits" / "0").glob("*.log")
    log.write_bytes(log.read_bytes()[:-3])

    again = starts()
    assert again.child.wait_for("half-written events dropped").fields["bytes"] > 0
    async with EventHubProducerClient.from_connection_string(again.connection(), eventhub_name="visits") as producer:
        await producer.send_event(EventData("c"), partition_id="0")
    received = [event for _, event in await receive(again.connection(), "visits", 2)]
    assert [(event.sequence_number, event.body_as_str()) for event in received] == [(0, "a"), (1, "c")]
