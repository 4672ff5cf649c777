"""The Event Hubs stand-in: time to acknowledge, events a second, memory; beside a bare echo and a bare file append."""

import asyncio
import multiprocessing
import secrets
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
from azure.eventhub import EventData, EventHubProducerClient
from rich.console import Console
from rich.table import Table

from benchmarks.event_hubs_peer import Peer
from local.child import Child
from local.event_hubs.connection import connection_string

HUB, PARTITION = "visits", "0"
EVENT = b'{"schema": "footfall.tally/1", "tallyId": "%s"}' % (b"x" * 350)
BATCH, BATCHES, SINGLES = 500, 100, 1_000
EVENTS = BATCH * BATCHES


def main() -> None:
    """Measure and print."""
    key = secrets.token_hex(16)
    command = [sys.executable, "-m", "local", "event-hubs", "--port", "0", "--hub", f"{HUB}:4"]
    with tempfile.TemporaryDirectory() as folder, echo() as echo_port:
        child = Child("event-hubs", [*command, "--data", folder], {"EVENT_HUBS_KEYS": f"all={key}"})
        try:
            port = int(child.wait_for("ready").fields["port"])
            process = psutil.Process(child.process.pid)
            tables = [latency(port, key, echo_port), throughput(port, key, echo_port, Path(folder), process)]
        finally:
            child.stop()
    for table in tables:
        Console().print(table)


def latency(port: int, key: str, echo_port: int) -> Table:
    """One event at a time: until the acknowledgement, with the SDK and without it, beside an echo of its bytes."""
    with EventHubProducerClient.from_connection_string(
        connection_string(port, "all", key), eventhub_name=HUB
    ) as producer:
        sdk = timed(lambda: producer.send_event(EventData(EVENT), partition_id=PARTITION))
    with Peer(port, key, HUB) as peer:
        sender = peer.sender(PARTITION)
        bare = timed(lambda: sender.send([EVENT]))
        frame = sender.encoded([EVENT])
    with socket.create_connection(("127.0.0.1", echo_port)) as echoing:
        echoed = timed(lambda: exchange(echoing, frame))
    table = Table("one event, acknowledged", "p50 ms", "p95 ms", "x echo", title="Event Hubs: latency")
    for name, seconds in (("azure-eventhub", sdk), ("bare frames", bare), ("echo of the same bytes", echoed)):
        p50, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[18]
        table.add_row(name, f"{p50 * 1000:.2f}", f"{p95 * 1000:.2f}", f"{p50 / statistics.median(echoed):.1f}")
    return table


def throughput(port: int, key: str, echo_port: int, folder: Path, process: psutil.Process) -> Table:
    """Batches sent, then read back, beside an echo and a file append of the same bytes."""
    with Peer(port, key, HUB) as peer:
        sender = peer.sender("1")
        frame = sender.encoded([EVENT] * BATCH)
        sent = seconds(lambda: sender.send([EVENT] * BATCH), BATCHES)
        memory = process.memory_info().rss
        reader = peer.reader("1")
        read = seconds(lambda: reader.read(EVENTS), 1)
        grown = process.memory_info().rss - memory
    with EventHubProducerClient.from_connection_string(
        connection_string(port, "all", key), eventhub_name=HUB
    ) as producer:
        batch = producer.create_batch(partition_id="2")
        for _ in range(BATCH):
            batch.add(EventData(EVENT))
        producer.send_batch(batch)
        sdk = seconds(lambda: producer.send_batch(batch), BATCHES)
    with socket.create_connection(("127.0.0.1", echo_port)) as echoing:
        echoed = seconds(lambda: exchange(echoing, frame), BATCHES)
    with (folder / "bare").open("wb", buffering=0) as file:
        appended = seconds(lambda: file.write(frame), BATCHES)
    table = Table(f"{EVENTS:,} events of {len(EVENT)} bytes", "events/s", "x echo", title="Event Hubs: throughput")
    for name, taken in (
        ("sent with azure-eventhub, batch made once", sdk),
        ("sent in bare frames, acknowledged one by one", sent),
        ("read in bare frames", read),
        ("echo of the same bytes", echoed),
        ("file append of the same bytes", appended),
    ):
        table.add_row(name, f"{EVENTS / taken:,.0f}", f"{taken / echoed:.1f}")
    table.caption = f"server: {memory / 1e6:.0f} MB after sending, {grown / 1e6:+.1f} MB while read from the start"
    return table


def timed(act: Callable[[], object]) -> list[float]:
    """Seconds of each of SINGLES calls, after a few to warm up."""
    for _ in range(20):
        act()
    taken = []
    for _ in range(SINGLES):
        begin = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begin)
    return taken


def seconds(act: Callable[[], object], times: int) -> float:
    """Seconds of so many calls."""
    begin = time.perf_counter()
    for _ in range(times):
        act()
    return time.perf_counter() - begin


def exchange(peer: socket.socket, data: bytes) -> None:
    """Send bytes, and wait until as many are back."""
    peer.sendall(data)
    left = len(data)
    while left:
        left -= len(peer.recv(min(left, 1 << 20)))


@contextmanager
def echo() -> Iterator[int]:
    """The port of an asyncio server, in a process of its own, that sends back what it gets."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_echo, args=(there,), daemon=True)
    process.start()
    try:
        yield int(here.recv())
    finally:
        process.terminate()
        process.join()


class _Echo(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)


def _echo(told: Connection) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(_Echo, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
