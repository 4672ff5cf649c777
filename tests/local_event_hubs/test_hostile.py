"""Peers that mean ill, or speak something else: the server lives on, and serves the others."""

import asyncio
import contextlib
import random
import socket
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from azure.eventhub import EventHubProducerClient

from local.event_hubs.amqp import encode
from local.event_hubs.amqp.frames import AMQP_HEADER, frame
from local.event_hubs.broker.access import Key
from local.event_hubs.broker.event_log import Retention
from local.event_hubs.broker.hub import HubShape
from local.event_hubs.broker.namespace import Namespace
from local.event_hubs.wire import connection
from local.event_hubs.wire.allowance import STRANGERS_LINKS
from local.event_hubs.wire.server import MOST_CONNECTIONS, Server
from tests.local_event_hubs.conftest import Served

OPEN = frame(
    0, encode.described(0x10, encode.sequence([encode.string("x"), None, encode.uint(65536), encode.ushort(10)]))
)
BEGIN = frame(
    0, encode.described(0x11, encode.sequence([None, encode.uint(0), encode.uint(1 << 30), encode.uint(1 << 30)]))
)


def talk(port: int, data: bytes) -> bytes:
    """What the server answers until it hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        answer = b""
        try:
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
            while received := peer.recv(65536):
                answer += received
        except ConnectionError:
            pass
        return answer


def attach(handle: int, name: str, address: str, *, receives: bool) -> bytes:
    terminus = [encode.described(code, encode.sequence([encode.string(address)])) for code in (0x28, 0x29)]
    fields = [encode.string(name), encode.uint(handle), encode.boolean(receives), None, None, *terminus]
    return frame(0, encode.described(0x12, encode.sequence(fields)))


def transfer(handle: int, delivery: int, message: bytes, *, more: bool = False) -> bytes:
    fields = [
        encode.uint(handle),
        encode.uint(delivery),
        encode.binary(b"t"),
        encode.uint(0),
        None,
        encode.boolean(more),
    ]
    return frame(0, encode.described(0x14, encode.sequence(fields)), message)


def alive(server: Served) -> bool:
    return server.child.status is None and talk(server.port, AMQP_HEADER + OPEN).startswith(AMQP_HEADER)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        AMQP_HEADER + b"\xff\xff\xff\xff\x02\x00\x00\x00",
        AMQP_HEADER + b"\x00\x00\x00\x09\x02\x00\x00\x00\x00",
        AMQP_HEADER + BEGIN,
        AMQP_HEADER + OPEN + BEGIN + BEGIN,
        AMQP_HEADER + OPEN + frame(0, encode.described(0x11, encode.sequence([None]))),
        AMQP_HEADER + OPEN + BEGIN + transfer(5, 0, b"x"),
        AMQP_HEADER + OPEN + BEGIN + frame(0, b"\x00" * 50_000),
    ],
    ids=[
        "http",
        "tls",
        "endless frame",
        "no performative",
        "begin first",
        "begin twice",
        "no window",
        "no link",
        "deep",
    ],
)
def test_what_is_not_understood_ends_that_connection_alone(served: Served, data: bytes) -> None:
    talk(served.port, data)

    assert alive(served)


def test_random_frames_do_not_end_the_server(served: Served) -> None:
    chance = random.Random(7)  # noqa: S311 (a test's noise)
    start = AMQP_HEADER + OPEN + BEGIN
    for _ in range(300):
        noise = b"".join(
            frame(chance.choice((0, 0, 0, 1, 9)), encode.described(chance.randrange(0x10, 0x19), chance.randbytes(20)))
            if chance.random() < 0.5
            else frame(
                0,
                encode.described(
                    chance.randrange(0x10, 0x19),
                    encode.sequence(
                        [
                            chance.choice([None, encode.uint(chance.randrange(9)), encode.TRUE, encode.string("$cbs")])
                            for _ in range(8)
                        ]
                    ),
                ),
            )
            for _ in range(6)
        )
        talk(served.port, start + noise)

    assert alive(served)


def test_without_a_token_nothing_can_be_sent_or_read(served: Served) -> None:
    for receives in (False, True):
        address = f"{served.hub}/ConsumerGroups/$Default/Partitions/0" if receives else served.hub
        answer = talk(served.port, AMQP_HEADER + OPEN + BEGIN + attach(0, "link", address, receives=receives))
        assert b"amqp:unauthorized-access" in answer


def test_a_client_that_never_reads_its_answers_cannot_fill_the_servers_memory(starts: Callable[..., Served]) -> None:
    server = starts()
    process = psutil.Process(server.child.process.pid)
    before = process.memory_info().rss
    with socket.create_connection(("127.0.0.1", server.port), timeout=3) as peer:
        peer.sendall(AMQP_HEADER + OPEN + BEGIN + attach(0, "out", "$cbs", receives=False))
        asked = b"".join(transfer(0, number, b"x") for number in range(1_000))  # a refusal answers each
        with contextlib.suppress(TimeoutError):
            for _ in range(300):
                peer.sendall(asked)
        grown = process.memory_info().rss - before

    assert grown < 10_000_000
    assert alive(server)


def test_a_message_that_never_ends_is_not_kept(starts: Callable[..., Served]) -> None:
    server = starts()
    process = psutil.Process(server.child.process.pid)
    before = process.memory_info().rss
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as peer:
        peer.sendall(AMQP_HEADER + OPEN + BEGIN + attach(0, "out", "$cbs", receives=False))
        piece = transfer(0, 0, b"x" * 60_000, more=True)
        for _ in range(1_000):
            peer.sendall(piece)
        assert process.memory_info().rss - before < 20_000_000

    assert alive(server)


def test_unfinished_messages_without_a_token_are_held_up_to_a_small_sum(starts: Callable[..., Served]) -> None:
    server = starts()
    process = psutil.Process(server.child.process.pid)
    before = process.memory_info().rss
    with contextlib.ExitStack() as peers:
        for _ in range(8):
            peer = peers.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            peer.sendall(AMQP_HEADER + OPEN + BEGIN)
            for handle in range(100):
                peer.sendall(attach(handle, f"link {handle}", "$cbs", receives=False))
                with contextlib.suppress(OSError):  # hung up on: as good
                    peer.sendall(transfer(handle, handle, b"x" * 60_000, more=True) * 16)
        assert process.memory_info().rss - before < 20_000_000
        assert alive(server)


def test_a_stranger_gets_as_many_links_as_signing_in_takes(served: Served) -> None:
    asked = b"".join(attach(handle, f"link {handle}", "$cbs", receives=False) for handle in range(STRANGERS_LINKS + 1))
    answer = talk(served.port, AMQP_HEADER + OPEN + BEGIN + asked)

    assert answer.count(b"amqp:resource-limit-exceeded") == 1


def test_silent_connections_keep_nobody_out(starts: Callable[..., Served]) -> None:
    server = starts()
    with contextlib.ExitStack() as silent:
        for number in range(MOST_CONNECTIONS + 50):
            peer = silent.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            if number % 2:
                peer.sendall(AMQP_HEADER + OPEN)

        assert alive(server)
        with EventHubProducerClient.from_connection_string(server.connection(), eventhub_name="visits") as client:
            assert client.get_partition_ids() == ["0", "1"]


async def test_a_connection_that_shows_no_token_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SECONDS_WITHOUT_TOKEN", 0.05)
    keys = [Key.parse("all=k")]
    namespace = Namespace([HubShape.parse("visits:1")], keys, tmp_path, Retention())
    server = Server(namespace)
    reader, writer = await asyncio.open_connection("127.0.0.1", await server.start(0))
    writer.write(AMQP_HEADER + OPEN + BEGIN)

    said = await asyncio.wait_for(reader.read(), 10)

    assert b"amqp:connection:forced" in said
    writer.close()
    await server.stop()
    namespace.close()
