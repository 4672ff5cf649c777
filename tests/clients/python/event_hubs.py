"""azure-eventhub, as its quickstart uses it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from azure.eventhub import EventData, EventDataBatch
from azure.eventhub import EventHubProducerClient as SyncProducer
from azure.eventhub.aio import EventHubConsumerClient, EventHubProducerClient, PartitionContext
from azure.eventhub.amqp import AmqpAnnotatedMessage
from azure.eventhub.extensions.checkpointstoreblobaio import BlobCheckpointStore

from local.azurite import SAS_VERSION

Asked = dict[str, Any]
Say = Callable[[Any], None]


def _retries(asked: Asked) -> dict[str, Any]:
    return {"retry_total": asked["retries"], "retry_backoff_factor": 0.2} if "retries" in asked else {}


def _producer(asked: Asked, **more: Any) -> EventHubProducerClient:
    return EventHubProducerClient.from_connection_string(
        asked["connection"], eventhub_name=asked["hub"], **_retries(asked), **more
    )


def _consumer(asked: Asked, **more: Any) -> EventHubConsumerClient:
    return EventHubConsumerClient.from_connection_string(
        asked["connection"],
        consumer_group=asked.get("group", "$Default"),
        eventhub_name=asked["hub"],
        **_retries(asked),
        **more,
    )


def _where(asked: Asked) -> dict[str, Any]:
    named = {"partition_id": asked.get("partition"), "partition_key": asked.get("key")}
    return {name: value for name, value in named.items() if value}


def _fill(batch: EventDataBatch, asked: Asked) -> int:
    count = 0
    bodies = [*asked.get("bodies", []), *(["x" * asked["size"]] if "size" in asked else [])]
    for body in bodies:
        batch.add(EventData(body))
        count += 1
    try:
        for _ in range(asked.get("tiny", 0)):
            batch.add(EventData("x"))
            count += 1
    except ValueError:  # full
        pass
    return count


async def send(asked: Asked, _: Say) -> Any:
    """By batch, event by event, buffered, or with the synchronous client."""
    way = asked.get("way", "batch")
    if way == "sync":
        return await asyncio.to_thread(_send_synchronously, asked)
    events: list[EventData | AmqpAnnotatedMessage] = [EventData(body) for body in asked.get("bodies", [])]
    if way == "buffered":
        failed: list[Exception] = []

        async def on_success(_: object, __: object) -> None: ...

        async def on_error(_: object, __: object, error: Exception) -> None:
            failed.append(error)

        more = {"buffered_mode": True, "on_success": on_success, "on_error": on_error}
        async with _producer(asked, **more) as producer:
            await producer.send_batch(events, **_where(asked))
            await producer.flush()
        if failed:
            raise failed[0]
        return {"sent": len(events)}
    async with _producer(asked) as producer:
        if way == "single":
            for event in events:
                await producer.send_event(event, **_where(asked))
            return {"sent": len(events)}
        batch = await producer.create_batch(**_where(asked))
        count = _fill(batch, asked)
        await producer.send_batch(batch)
        return {"sent": count}


def _send_synchronously(asked: Asked) -> Any:
    client = SyncProducer.from_connection_string(asked["connection"], eventhub_name=asked["hub"], **_retries(asked))
    with client as producer:
        batch = producer.create_batch(**_where(asked))
        count = _fill(batch, asked)
        producer.send_batch(batch)
    return {"sent": count}


async def pump(asked: Asked, say: Say) -> Any:
    """Numbers one by one, each after the last was acknowledged."""
    async with _producer(asked) as producer:
        for number in range(asked["count"]):
            await producer.send_event(EventData(str(number)), **_where(asked))
            say(number)
    return {"sent": asked["count"]}


def _about(event: EventData) -> Any:
    body = b"".join(event.body)  # type: ignore[arg-type]
    key = event.partition_key
    return {
        "size": len(body),
        "body": body[:32].decode(),
        "sequence": event.sequence_number,
        "offset": event.offset,
        "timeMs": round(event.enqueued_time.timestamp() * 1000) if event.enqueued_time else None,
        "key": key.decode() if isinstance(key, bytes) else key or "",
    }


def _start(position: Asked) -> dict[str, Any]:
    if "offset" in position:
        start: Any = position["offset"]
    elif "sequence" in position:
        start = position["sequence"]
    elif "timeMs" in position:
        start = datetime.fromtimestamp(position["timeMs"] / 1000, UTC)
    else:
        start = "@latest" if position.get("latest") else "-1"
    return {"starting_position": start, "starting_position_inclusive": position.get("inclusive", False)}


async def receive(asked: Asked, say: Say) -> Any:
    """So many events of a partition from a position on."""
    events: list[Any] = []
    ended: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()

    def end(error: Exception | None) -> None:
        if not ended.done():
            ended.set_result(error)

    async def on_event(_: PartitionContext, event: EventData | None) -> None:
        if event is not None and not ended.done():
            events.append(_about(event))
            if asked.get("follow"):
                say(events[-1])
            if len(events) >= asked["count"]:
                end(None)

    async def on_error(_: PartitionContext | None, error: Exception) -> None:
        end(error)

    async with _consumer(asked) as consumer:
        reading = asyncio.create_task(
            consumer.receive(
                on_event,
                partition_id=asked["partition"],
                on_error=on_error,
                owner_level=asked.get("ownerLevel"),
                **_start(asked.get("position", {})),
            )
        )
        try:
            error = await ended
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    if error is not None:
        raise error
    return {"events": events}


async def properties(asked: Asked, _: Say) -> Any:
    """Of the hub."""
    async with _producer(asked) as producer:
        hub = await producer.get_eventhub_properties()
    return {"name": hub["eventhub_name"], "partitions": hub["partition_ids"]}


async def partition(asked: Asked, _: Say) -> Any:
    """Of a partition."""
    async with _producer(asked) as producer:
        found = await producer.get_partition_properties(asked["partition"])
    return {
        "first": found["beginning_sequence_number"],
        "last": found["last_enqueued_sequence_number"],
        "offset": found["last_enqueued_offset"],
        "empty": found["is_empty"],
    }


async def process(asked: Asked, say: Say) -> Any:
    """Share the partitions with the other processors of the container, and keep checkpoints in it."""
    store = BlobCheckpointStore.from_connection_string(asked["storage"], asked["container"], api_version=SAS_VERSION)

    async def on_event(context: PartitionContext, event: EventData | None) -> None:
        if event is not None:
            say({"partition": context.partition_id, "body": event.body_as_str()})
            await context.update_checkpoint(event)

    more = {"checkpoint_store": store, "load_balancing_interval": 0.5, "partition_ownership_expiration_interval": 3}
    async with store, _consumer(asked, **more) as consumer:
        await consumer.receive(on_event, starting_position="-1")


HANDLERS: dict[str, Callable[[Asked, Say], Awaitable[Any]]] = {
    "send": send,
    "pump": pump,
    "receive": receive,
    "properties": properties,
    "partition": partition,
    "process": process,
}
