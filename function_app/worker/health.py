"""`/health` and `/metrics` over HTTP."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from prometheus_client import CONTENT_TYPE_LATEST

STUCK_AFTER_SECONDS = 60.0
HEAD_SECONDS, HEAD_BYTES = 5.0, 8192
BACKLOG = 4096
"""Connections that say nothing cost a coroutine each and end after HEAD_SECONDS, so that a probe gets its answer."""
TURNS_TO_ACCEPT = 5
"""Of the event loop; asyncio takes three to make a connection of what the system has taken in."""


class Pulse:
    """When the worker's loop last turned round, and what it is waiting for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self.waiting_for = ""
        self.crowded = 0
        """How many cameras have more waiting than a look takes in."""

    def beat(self, waiting_for: str = "") -> None:
        """The loop turns; `waiting_for` is what has failed, in a few words."""
        self._last, self.waiting_for = self._clock(), waiting_for

    @property
    def seconds(self) -> float:
        """Since the last turn."""
        return self._clock() - self._last


class HealthServer:
    """Healthy means: the loop turns. A Face API that is down is said in the body; a restart would not help."""

    def __init__(self, host: str, port: int, pulse: Pulse, metrics: Callable[[], bytes]) -> None:
        """Listens at once; port 0 takes a free one. `metrics` gives their text. Raises OSError for a taken port."""
        self._pulse, self._metrics = pulse, metrics
        self._listener = socket.create_server((host, port), backlog=BACKLOG)
        self.port: int = self._listener.getsockname()[1]
        self._loop: asyncio.AbstractEventLoop
        self._peers: set[asyncio.StreamWriter] = set()
        self._serving = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="health", daemon=True)

    def start(self) -> None:
        """Answer."""
        self._thread.start()
        self._serving.wait()

    def stop(self) -> None:
        """Stop listening."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(5)

    async def _run(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._serve, sock=self._listener, limit=HEAD_BYTES)
        self._serving.set()
        await self._over.wait()
        for _ in range(TURNS_TO_ACCEPT):  # whom the system has taken in can't be served, nor hung up on, once it closes
            await asyncio.sleep(0)
        server.close()
        await self._hang_up()

    async def _hang_up(self) -> None:
        """On everyone who is still there."""
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for peer in self._peers:
                peer.transport.abort()
            await asyncio.wait(others, timeout=0.1)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One answer a connection; whoever sends no whole head in time gets none."""
        self._peers.add(writer)
        try:
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_SECONDS)
                writer.write(self._response(head.split(b" ")[:2]))
                await asyncio.wait_for(writer.drain(), HEAD_SECONDS)
        finally:
            self._peers.discard(writer)
            writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def _response(self, request: list[bytes]) -> bytes:
        status, content_type, body = self._answer(request)
        lines = (
            f"HTTP/1.1 {status.value} {status.phrase}",
            f"Content-Type: {content_type}",
            f"Content-Length: {len(body)}",
            "Connection: close",
        )
        return "\r\n".join((*lines, "", "")).encode() + body

    def _answer(self, request: list[bytes]) -> tuple[HTTPStatus, str, bytes]:
        if request == [b"GET", b"/health"]:
            well = self._pulse.seconds < STUCK_AFTER_SECONDS
            body = {
                "status": "ok" if well else "stuck",
                "waitingFor": self._pulse.waiting_for or None,
                "crowded": self._pulse.crowded,
            }
            status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
            return status, "application/json", json.dumps(body).encode()
        if request == [b"GET", b"/metrics"]:
            return HTTPStatus.OK, CONTENT_TYPE_LATEST, self._metrics()
        return HTTPStatus.NOT_FOUND, "application/json", b'{"status": "no such page"}'
