"""Peers that idle or mean ill: nobody else waits for them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from face_api.serving.connections import GRACE_SECONDS, MOST_OF_A_PEER, Connections, guarded
from tests.face_api.pictures import error_code
from tests.face_api.server import FaceServer, face_server

SILENT = 2000
_HEAD_SECONDS = 0.5


@pytest.fixture(scope="module")
def open_service() -> Iterator[FaceServer]:
    """A service without a key, on loopback."""
    with face_server("--workers", "1", environment={"FACE_API_KEY": None}) as server:
        yield server


def test_under_two_thousand_silent_connections_everybody_is_answered(open_service: FaceServer) -> None:
    with ExitStack() as silent:
        for _ in range(SILENT):
            silent.enter_context(socket.create_connection(("127.0.0.1", open_service.port)))
        for _ in range(50):
            silent.enter_context(socket.create_connection(("127.0.0.1", open_service.port)))
            assert httpx.get(f"{open_service.url}/ready").status_code == 200


def test_connections_that_begin_a_request_and_never_end_its_head_hold_nobody_up(open_service: FaceServer) -> None:
    with ExitStack() as slow:
        for _ in range(3 * MOST_OF_A_PEER):
            one = slow.enter_context(socket.create_connection(("127.0.0.1", open_service.port)))
            try:
                one.sendall(b"GET /ready HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            except OSError:
                continue  # it was the oldest by then
        assert httpx.get(f"{open_service.url}/ready").status_code == 200


@asynccontextmanager
async def listening(connections: Connections, release: asyncio.Event) -> AsyncIterator[int]:
    """A server with these connections; a request is answered once `release` is set."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await release.wait()
        await PlainTextResponse("done")(scope, receive, send)

    protocol = guarded(connections, _HEAD_SECONDS)
    config = uvicorn.Config(app, lifespan="off", log_config=None, http=protocol, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server._serve([listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


async def end_of(reader: asyncio.StreamReader) -> bytes:
    """What comes until the server hangs up."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("said", [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\n"])
async def test_who_sends_no_whole_head_is_hung_up_on(said: bytes) -> None:
    released = asyncio.Event()
    released.set()
    async with listening(Connections(), released) as port, asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        assert await end_of(reader) == b""
        writer.close()


async def test_who_falls_silent_after_an_answer_is_hung_up_on() -> None:
    released = asyncio.Event()
    released.set()
    async with listening(Connections(), released) as port, asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nG")
        assert (await end_of(reader)).endswith(b"done")
        writer.close()


async def test_a_request_under_way_is_never_ended_for_a_silent_connection_nor_beyond_the_limit() -> None:
    release = asyncio.Event()
    async with listening(Connections(most_of_a_peer=2), release) as port, asyncio.timeout(30):
        asking = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for _, writer in asking:
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        late, late_writer = b"", None
        while b"503" not in late:  # until both have been heard
            reader, late_writer = await asyncio.open_connection("127.0.0.1", port)
            late = await end_of(reader)
        assert b"ServiceUnavailable" in late
        release.set()
        for reader, writer in asking:
            assert (await reader.read()).endswith(b"done")
            writer.close()
        assert late_writer
        late_writer.close()


async def test_of_the_silent_the_oldest_makes_room_but_none_that_has_only_just_come() -> None:
    now = [0.0]
    released = asyncio.Event()
    released.set()
    connections = Connections(most_of_a_peer=3, clock=lambda: now[0])
    async with listening(connections, released) as port, asyncio.timeout(30):

        async def opened() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            before = connections._count
            pair = await asyncio.open_connection("127.0.0.1", port)
            while connections._count == before:
                await asyncio.sleep(0)
            return pair

        first = [await opened() for _ in range(6)]
        assert connections._count == 6
        now[0] = GRACE_SECONDS
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert [await end_of(one) for one, _ in first[:4]] == [b""] * 4
        assert connections._count == 3
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b"done")
        for _, one in [*first, (reader, writer)]:
            one.close()


@pytest.mark.parametrize("path", ["/ready", "/metrics", "/swagger", "/face/v1.0/facelists", "/visitors/v1/shop"])
def test_without_a_key_only_this_machine_is_answered(open_service: FaceServer, path: str) -> None:
    method = "DELETE" if path.startswith("/visitors") else "GET"
    for host in ("evil.example", f"evil.example:{open_service.port}", "127.0.0.1.evil.example", ""):
        answer = httpx.request(method, open_service.url + path, headers={"Host": host})
        assert (answer.status_code, error_code(answer)) == (400, "BadArgument")
    for host in ("localhost", f"localhost:{open_service.port}", "127.0.0.1", "[::1]:80"):
        assert httpx.request(method, open_service.url + path, headers={"Host": host}).status_code == 200


def test_words_may_be_a_megabyte_and_no_more(open_service: FaceServer) -> None:
    body = b'{"name": "' + b"x" * 2**20 + b'"}'
    answer = httpx.put(f"{open_service.url}/face/v1.0/facelists/x", content=body, timeout=30)
    assert (answer.status_code, error_code(answer)) == (413, "RequestBodyTooLarge")
