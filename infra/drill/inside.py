"""What runs in the stand-ins' pods: `serve` the hub's port, `feed` pictures, wait until all are `drained`.

Uses the Azure SDKs as any client would; one JSON object on stdout says what came of it.
"""

import argparse
import asyncio
import contextlib
import datetime as dt
import io
import json
import os
import sys
import tarfile
import threading
import time
from collections import Counter
from typing import Any

STORAGE, EVENTS = "PictureStorage", "EventHub"
"""Variables with the connection strings, named as the parts under trial name theirs."""

STORE, CAMERA = "drill", "entrance"
CONTAINERS = ("pictures", "pictures-poison", "pictures-pool")
AT_ONCE = 300
"""Messages read from the hub at a time."""
JOIN_SECONDS = 30
"""How long the reading thread has to close its connections, once it is told to."""


def main(argv: list[str]) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m infra.drill.inside", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="hand every connection on a port to a server on loopback")
    serve.add_argument("--port", type=int, default=5671)
    serve.add_argument("--to", type=int, default=5672)
    feed = commands.add_parser("feed", help="upload pictures from a tar on stdin, each so many times")
    feed.add_argument("--times", type=int, default=1)
    feed.add_argument("--over", type=float, default=0, metavar="SECONDS", help="spread over so long")
    feed.add_argument("--from", dest="begin", type=int, default=0, help="number of the first one: gives it its name")
    commands.add_parser("left", help="how many blobs each container holds")
    drained = commands.add_parser("drained", help="wait until no picture is left, then sum up all that came to the hub")
    drained.add_argument("--seconds", type=float, default=60, help="the longest wait")
    commands.add_parser("broken", help="upload what is no picture")
    arguments = parser.parse_args(argv)
    match arguments.command:
        case "serve":
            asyncio.run(_forward(arguments.port, arguments.to))
            return 0
        case "feed":
            found = _feed(sys.stdin.buffer.read(), arguments.times, arguments.begin, arguments.over)
        case "broken":
            found = _broken()
        case "left":
            found = _left()
        case _:
            found = _drained(arguments.seconds)
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


async def _forward(port: int, to: int) -> None:
    """The Event Hubs server binds loopback only; the pods' way to it is through here."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, out = await asyncio.open_connection("127.0.0.1", to)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pipe(reader, out), _pipe(back, writer), return_exceptions=True)

    server = await asyncio.start_server(one, "0.0.0.0", port)  # noqa: S104 - inside the drill's own pod
    async with server:
        await server.serve_forever()


async def _pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while block := await source.read(65536):
            target.write(block)
            await target.drain()
    finally:
        target.close()


def _container(name: str, **options: Any) -> Any:
    from azure.storage.blob import ContainerClient  # noqa: PLC0415 - not needed to serve

    return ContainerClient.from_connection_string(os.environ[STORAGE], name, api_version="2019-07-07", **options)


def _feed(archive: bytes, times: int, begin: int, over: float) -> dict[str, int]:
    pictures = []
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        for member in opened.getmembers():
            file = opened.extractfile(member)
            if file:
                pictures.append(file.read())
    container = _container("pictures", retry_total=0, connection_timeout=2, read_timeout=5)
    start = dt.datetime.now(dt.UTC).replace(microsecond=0)
    for round_ in range(times):
        for number, picture in enumerate(pictures):
            index = begin + round_ * len(pictures) + number
            taken = start + dt.timedelta(milliseconds=index)
            name = f"{STORE}/{CAMERA}/{taken:%Y/%m/%d/%H%M%S}.{index % 1000:03}Z-{index:08x}.jpg"
            _put(container, name, picture)
            time.sleep(over / (times * len(pictures)))
    return {"pictures": times * len(pictures)}


def _put(container: Any, name: str, picture: bytes) -> None:
    """Upload as a camera does: what can't be sent is kept and tried again, until it is there once."""
    from azure.core.exceptions import AzureError, ResourceExistsError  # noqa: PLC0415

    while True:
        try:
            container.upload_blob(name, picture, overwrite=False)
        except ResourceExistsError:
            return
        except AzureError:
            time.sleep(1)
        else:
            return


def _broken() -> dict[str, int]:
    taken = dt.datetime.now(dt.UTC)
    name = f"{STORE}/{CAMERA}/{taken:%Y/%m/%d/%H%M%S}.000Z-{os.urandom(4).hex()}.jpg"
    _container("pictures").upload_blob(name, b"no picture at all")
    return {"pictures": 1}


def _left() -> dict[str, int]:
    from azure.core.exceptions import ResourceExistsError  # noqa: PLC0415

    found = {}
    for name in CONTAINERS:
        container = _container(name)
        with contextlib.suppress(ResourceExistsError):
            container.create_container()
        found[name] = sum(1 for _ in container.list_blobs())
    return found


def _drained(seconds: float) -> dict[str, Any]:
    begin = time.monotonic()
    pictures = _container("pictures")
    while time.monotonic() - begin < seconds and next(iter(pictures.list_blobs(results_per_page=1)), None):
        time.sleep(0.5)
    took = time.monotonic() - begin
    return {"left": _left(), "seconds": took, **_sent()}


def _sent() -> dict[str, Any]:
    from azure.eventhub import EventHubConsumerClient  # noqa: PLC0415

    # Between two looks at who reads which partition the client sleeps, and doesn't hear that it is closed.
    client = EventHubConsumerClient.from_connection_string(
        os.environ[EVENTS], "$Default", eventhub_name=os.environ["EVENT_HUB_NAME"], load_balancing_interval=1
    )
    expected = 0
    for partition in client.get_partition_ids():
        there = client.get_partition_properties(partition)
        expected += max(0, there["last_enqueued_sequence_number"] - there["beginning_sequence_number"] + 1)
    bodies = _read(client, expected) if expected else []
    sums: Counter[str] = Counter()
    seen: set[str] = set()
    for body in bodies:
        if body["tallyId"] in seen:
            continue
        seen.add(body["tallyId"])
        sums.update({key: value for key, value in body.items() if isinstance(value, int)})
    return {"messages": len(bodies), "distinct": len(seen), "sums": dict(sorted(sums.items()))}


def _read(client: Any, expected: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    enough = threading.Event()

    def take(_context: Any, events: list[Any]) -> None:
        found.extend(json.loads(event.body_as_str()) for event in events)
        if len(found) >= expected:
            enough.set()

    # In batches: one by one, the client waits at each empty partition for every single message.
    where = {"starting_position": "-1", "max_batch_size": AT_ONCE}
    reading = threading.Thread(target=client.receive_batch, args=(take,), kwargs=where, daemon=True)
    reading.start()
    if not enough.wait(60):
        raise SystemExit(f"the hub holds {expected} messages and gave {len(found)}")
    client.close()
    reading.join(JOIN_SECONDS)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
