"""Unmodified azure-eventhub clients against the server: what they send is what they receive."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from azure.eventhub import EventData, EventHubConsumerClient, EventHubProducerClient
from azure.eventhub.aio import EventHubConsumerClient as AioConsumer
from azure.eventhub.aio import EventHubProducerClient as AioProducer
from azure.eventhub.aio import PartitionContext
from azure.eventhub.exceptions import AuthenticationError, EventHubError

from tests.local_event_hubs.conftest import Served
from tests.local_event_hubs.receiving import bodies, receive


@pytest.fixture
async def producer(served: Served) -> AsyncIterator[AioProducer]:
    async with AioProducer.from_connection_string(served.connection(), eventhub_name=served.hub) as client:
        yield client


def content(event: EventData) -> bytes:
    return b"".join(cast("Iterable[bytes]", event.body))


async def test_events_go_through_whole(served: Served, producer: AioProducer) -> None:
    event = EventData(b"\x00picture-less\xff")
    event.properties = {"store": "demo", "count": 3, "ok": True}
    event.content_type, event.message_id, event.correlation_id = "application/json", "m-1", "c-1"
    await producer.send_event(event, partition_key="demo/door")

    ((_, received),) = await receive(served.connection(), served.hub, 1)

    assert content(received) == b"\x00picture-less\xff"
    properties = cast("dict[bytes, object]", received.properties)
    assert (properties[b"count"], properties[b"ok"], properties[b"store"]) == (3, True, b"demo")
    assert (received.content_type, received.message_id, received.correlation_id) == ("application/json", "m-1", "c-1")
    assert received.partition_key == b"demo/door"
    assert (received.sequence_number, received.offset) == (0, "0")
    assert received.enqueued_time is not None
    assert abs(received.enqueued_time - datetime.now(UTC)) < timedelta(seconds=20)


def test_the_synchronous_clients_send_and_receive(served: Served) -> None:
    with EventHubProducerClient.from_connection_string(served.connection(), eventhub_name=served.hub) as producer:
        assert producer.get_partition_ids() == ["0", "1", "2", "3"]
        batch = producer.create_batch(partition_id="2")
        for number in range(3):
            batch.add(EventData(f"event {number}"))
        producer.send_batch(batch)

    received: list[str] = []
    consumer = EventHubConsumerClient.from_connection_string(
        served.connection(), consumer_group="$Default", eventhub_name=served.hub
    )

    def on_event(_: object, event: EventData | None) -> None:
        if event:
            received.append(event.body_as_str())
        if len(received) == 3:
            consumer.close()

    with consumer:
        consumer.receive(on_event, partition_id="2", starting_position="-1", max_wait_time=10)
    assert received == ["event 0", "event 1", "event 2"]


async def test_one_partition_key_keeps_to_one_partition_and_its_order(served: Served, producer: AioProducer) -> None:
    for number in range(8):
        await producer.send_event(EventData(f"{number}"), partition_key="store/camera")

    received = await receive(served.connection(), served.hub, 8)

    assert len({partition for partition, _ in received}) == 1
    assert [event.body_as_str() for _, event in received] == [f"{number}" for number in range(8)]


async def test_without_a_key_batches_go_to_all_partitions_in_turn(served: Served, producer: AioProducer) -> None:
    for number in range(4):
        await producer.send_batch([EventData(f"{number}")])

    assert {partition for partition, _ in await receive(served.connection(), served.hub, 4)} == {"0", "1", "2", "3"}


async def test_groups_each_get_every_event(served: Served, producer: AioProducer) -> None:
    await producer.send_batch([EventData("a"), EventData("b")])

    groups = ("$Default", "windows", "dashboard")
    reads = [bodies(served.connection(), served.hub, 2, group=group) for group in groups]
    assert await asyncio.gather(*reads) == [["a", "b"]] * 3


async def test_a_reader_that_waits_gets_events_as_they_come(served: Served, producer: AioProducer) -> None:
    waiting = asyncio.create_task(bodies(served.connection(), served.hub, 1, position="@latest", partition="1"))
    while not waiting.done():
        await producer.send_event(EventData("now"), partition_id="1")
        await asyncio.sleep(0.1)

    assert set(await waiting) == {"now"}


async def test_reading_starts_at_any_position(served: Served, producer: AioProducer) -> None:
    await producer.send_batch([EventData(f"{n}") for n in range(3)], partition_id="0")
    await asyncio.sleep(0.02)
    await producer.send_batch([EventData(f"{n}") for n in range(3, 6)], partition_id="0")
    events = [event for _, event in await receive(served.connection(), served.hub, 6)]
    third = events[2]
    assert (third.offset, third.sequence_number, third.enqueued_time) != (None, None, None)

    def read(
        position: str | int | datetime, count: int, *, inclusive: bool = False
    ) -> Coroutine[None, None, list[str]]:
        group = "windows" if inclusive else "$Default"
        where = {"group": group, "partition": "0", "position": position, "inclusive": inclusive}
        return bodies(served.connection(), served.hub, count, **where)

    found = await asyncio.gather(
        read("-1", 6),
        read(third.offset or "", 3),
        read(third.offset or "", 4, inclusive=True),
        read(third.sequence_number or 0, 3),
        read(third.sequence_number or 0, 4, inclusive=True),
        read(third.enqueued_time or 0, 3),
    )
    assert list(found) == [list(digits) for digits in ("012345", "345", "2345", "345", "2345", "345")]


async def test_an_event_near_a_megabyte_is_refused_when_sent_or_read_by_all(
    served: Served, producer: AioProducer
) -> None:
    sizes = (900_000, 1_048_000, 1_048_440, 1_048_500, 1_048_540, 1_048_576, 1_200_000)
    taken: list[int] = []
    refused: list[str] = []
    for size in sizes:
        try:
            await producer.send_event(EventData(b"x" * size), partition_id="0")
            taken.append(size)
        except EventHubError as error:
            refused.append(str(error))
    await producer.send_event(EventData("after"), partition_id="0")

    received = [event for _, event in await receive(served.connection(), served.hub, len(taken) + 1)]
    assert [len(content(event)) for event in received] == [*taken, 5]
    assert taken[:2] == [900_000, 1_048_000]
    assert 1_048_576 not in taken
    assert all("messagesizeexceeded" in reason.lower().replace("-", "") for reason in refused), refused


async def test_a_batch_full_of_tiny_events_goes_through(served: Served, producer: AioProducer) -> None:
    batch = await producer.create_batch(partition_id="0")
    count = 0
    try:
        while count < 40_000:
            batch.add(EventData(b"x"))
            count += 1
    except ValueError:  # azure-eventhub's own limit, in bytes
        pass
    await producer.send_batch(batch)

    received = await receive(served.connection(), served.hub, count, seconds=200)  # the client takes long over so many
    assert len(received) == count > 20_000


async def test_a_position_behind_the_end_fails_at_once_with_the_services_condition(
    served: Served, producer: AioProducer
) -> None:
    await producer.send_event(EventData("a"), partition_id="0")
    failed: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

    async def on_error(_: PartitionContext, error: Exception) -> None:
        if not failed.done():
            failed.set_result(error)

    async def on_event(_: PartitionContext, __: EventData | None) -> None:
        pytest.fail("nothing lies behind the end")

    async with AioConsumer.from_connection_string(
        served.connection(), consumer_group="$Default", eventhub_name=served.hub, retry_total=0
    ) as consumer:
        reading = asyncio.create_task(
            consumer.receive(on_event, partition_id="0", starting_position="100000", on_error=on_error)
        )
        error = await asyncio.wait_for(failed, 20)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    assert "The supplied offset '100000' is invalid. The last offset in the system is '0'" in str(error)


async def test_thousands_of_events_come_in_order_and_none_is_missing(served: Served, producer: AioProducer) -> None:
    total = 0
    while total < 5_000:
        batch = await producer.create_batch(partition_id="3")
        for number in range(total, total + 1_000):
            batch.add(EventData(f"{number} {'x' * 300}"))
        await producer.send_batch(batch)
        total += 1_000

    received = await receive(served.connection(), served.hub, total, partition="3")
    assert [int(event.body_as_str().split()[0]) for _, event in received] == list(range(total))


async def test_management_tells_about_hub_and_partitions(served: Served, producer: AioProducer) -> None:
    empty = await producer.get_partition_properties("1")
    await producer.send_batch([EventData("a"), EventData("b")], partition_id="1")
    full = await producer.get_partition_properties("1")
    hub = await producer.get_eventhub_properties()

    assert (empty["is_empty"], empty["last_enqueued_sequence_number"]) == (True, -1)
    assert (full["is_empty"], full["beginning_sequence_number"], full["last_enqueued_sequence_number"]) == (False, 0, 1)
    assert full["last_enqueued_offset"] != "-1"
    assert (hub["eventhub_name"], hub["partition_ids"]) == (served.hub, ["0", "1", "2", "3"])


async def test_management_knows_no_partition_that_is_not_there(served: Served) -> None:
    async with AioProducer.from_connection_string(
        served.connection(), eventhub_name=served.hub, retry_total=0
    ) as producer:
        with pytest.raises(EventHubError, match="400"):
            await producer.get_partition_properties("9")


async def test_a_reader_learns_how_far_behind_it_is(served: Served, producer: AioProducer) -> None:
    await producer.send_batch([EventData("a"), EventData("b")], partition_id="0")
    told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def on_event(context: PartitionContext, _: EventData | None) -> None:
        if not told.done() and context.last_enqueued_event_properties:
            told.set_result(context.last_enqueued_event_properties["sequence_number"])

    async with AioConsumer.from_connection_string(
        served.connection(), consumer_group="$Default", eventhub_name=served.hub
    ) as consumer:
        reading = asyncio.create_task(
            consumer.receive(
                on_event, partition_id="0", starting_position="-1", track_last_enqueued_event_properties=True
            )
        )
        assert await asyncio.wait_for(told, 20) == 1
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def test_a_reader_with_a_higher_epoch_takes_the_partition_over(served: Served, producer: AioProducer) -> None:
    first, second = (
        AioConsumer.from_connection_string(
            served.connection(), consumer_group="windows", eventhub_name=served.hub, retry_total=0
        )
        for _ in range(2)
    )
    reads = asyncio.Event()
    lost: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
    taken: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def on_first(_: PartitionContext, __: EventData | None) -> None:
        reads.set()

    async def on_second(_: PartitionContext, event: EventData | None) -> None:
        if event and not taken.done():
            taken.set_result(event.body_as_str())

    async def on_error(_: PartitionContext, error: Exception) -> None:
        if not lost.done():
            lost.set_result(error)

    async with first, second:
        one = asyncio.create_task(
            first.receive(
                on_first, partition_id="0", owner_level=1, starting_position="-1", max_wait_time=0.2, on_error=on_error
            )
        )
        await asyncio.wait_for(reads.wait(), 20)
        two = asyncio.create_task(
            second.receive(on_second, partition_id="0", owner_level=2, starting_position="-1", max_wait_time=0.2)
        )
        assert isinstance(await asyncio.wait_for(lost, 20), EventHubError)
        await producer.send_event(EventData("mine"), partition_id="0")
        assert await asyncio.wait_for(taken, 20) == "mine"
        for task in (one, two):
            task.cancel()
        await asyncio.gather(one, two, return_exceptions=True)


@pytest.mark.parametrize(("name", "key"), [("all", "not the key"), ("nobody", "x")])
async def test_a_wrong_key_is_refused(served: Served, name: str, key: str) -> None:
    async with AioProducer.from_connection_string(
        served.connection(name, key), eventhub_name=served.hub, retry_total=0
    ) as producer:
        with pytest.raises(AuthenticationError):
            await producer.send_batch([EventData("x")])


async def test_keys_give_no_more_than_their_rights(served: Served) -> None:
    async with AioProducer.from_connection_string(served.connection("send"), eventhub_name=served.hub) as sender:
        await sender.send_event(EventData("sent"))
        assert await sender.get_partition_ids() == ["0", "1", "2", "3"]
    assert await bodies(served.connection("listen"), served.hub, 1) == ["sent"]

    async with AioProducer.from_connection_string(
        served.connection("listen"), eventhub_name=served.hub, retry_total=0
    ) as listener:
        with pytest.raises(EventHubError, match="'Send' claim"):
            await listener.send_event(EventData("x"))
    with pytest.raises(TimeoutError):
        await bodies(served.connection("send"), served.hub, 1, seconds=1.5)


@pytest.mark.parametrize("hub", ["nowhere", "hub-0/Partitions/77"])
async def test_a_hub_that_is_not_there_is_refused(served: Served, hub: str) -> None:
    async with AioProducer.from_connection_string(served.connection(), eventhub_name=hub, retry_total=0) as producer:
        with pytest.raises((EventHubError, AuthenticationError)):
            await producer.send_event(EventData("x"))


async def test_a_throttled_client_is_told_so_and_gets_through_later(starts: Callable[..., Served]) -> None:
    server = starts(0, "--events-per-second", "2")
    connection = server.connection()
    async with AioProducer.from_connection_string(connection, eventhub_name="visits") as producer:
        await producer.send_batch([EventData("0"), EventData("1")], partition_id="0")
        with pytest.raises(EventHubError, match="server-busy"):
            await producer.send_batch([EventData("2"), EventData("3")], partition_id="0")
        await asyncio.sleep(1.1)  # the rate's own time
        await producer.send_batch([EventData("2"), EventData("3")], partition_id="0")

    assert await bodies(connection, "visits", 4, partition="0") == list("0123")


async def test_a_group_that_is_not_there_is_refused(served: Served) -> None:
    with pytest.raises(TimeoutError):
        await bodies(served.connection(), served.hub, 1, group="nobody", partition="0", seconds=1.5)
