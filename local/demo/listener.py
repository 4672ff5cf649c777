"""Reads what has left from the hub as any consumer in the cloud would."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext


class Listener:
    """A consumer in a thread of its own; hands each event's body to `take`, from the hub's beginning."""

    def __init__(self, connection_string: str, hub: str, group: str, take: Callable[[dict[str, Any]], None]) -> None:
        self._connection_string, self._hub, self._group, self._take = connection_string, hub, group, take
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._task: asyncio.Task[None]

    def __enter__(self) -> "Listener":
        self._task = self._loop.create_task(self._receive())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(10)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        finally:
            self._loop.close()

    async def _receive(self) -> None:
        client = EventHubConsumerClient.from_connection_string(
            self._connection_string, consumer_group=self._group, eventhub_name=self._hub
        )

        async def on_batch(_: PartitionContext, events: list[EventData]) -> None:
            for event in events:
                self._take(event.body_as_json())

        async with client:
            await client.receive_batch(on_batch, max_wait_time=0.2, starting_position="-1")
