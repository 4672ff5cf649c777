"""Runs the official Python clients as a test tells it to (tests/clients/driver.py has the protocol)."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from azure.eventhub.exceptions import EventHubError

from tests.clients.python import event_hubs, faces, iot, storage

Say = Callable[[Any], None]
HANDLERS: dict[str, Callable[[dict[str, Any], Say], Awaitable[Any]]] = {
    **event_hubs.HANDLERS,
    **faces.HANDLERS,
    **iot.HANDLERS,
    **storage.HANDLERS,
}


def answer(line: dict[str, Any]) -> None:
    """One line out."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def describe(error: Exception) -> dict[str, str]:
    """An SDK's error as it says it."""
    text = str(error)
    condition = str(getattr(error, "error", "") or "") if isinstance(error, EventHubError) else ""
    return {"type": type(error).__name__, "condition": condition, "message": text}


async def run(asked: dict[str, Any]) -> None:
    """One request to its end."""
    number = asked["id"]
    try:
        done = await HANDLERS[asked["do"]](asked, lambda what: answer({"id": number, "got": what}))
    except Exception as error:  # noqa: BLE001 (told to the test)
        answer({"id": number, "failed": describe(error)})
    else:
        answer({"id": number, "done": done})


async def main() -> None:
    """Until stdin ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    running: dict[int, asyncio.Task[None]] = {}
    answer({"ready": True})
    async for line in reader:
        asked = json.loads(line)
        if asked["do"] == "cancel":
            running[asked["of"]].cancel()
        else:
            running[asked["id"]] = asyncio.create_task(run(asked))


asyncio.run(main())
