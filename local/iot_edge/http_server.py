"""FastAPI apps on sockets that are bound already, several in one event loop."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from local.iot_edge.patience import patient


class HttpServer(uvicorn.Server):
    """A uvicorn server that leaves signals to its owner."""

    def __init__(self, api: FastAPI) -> None:
        super().__init__(uvicorn.Config(api, http=patient(), log_config=None, access_log=False, lifespan="off"))
        self._serving: asyncio.Task[None]

    async def start(self, listening: socket.socket) -> None:
        """Serve on the socket."""
        self._serving = asyncio.create_task(self.serve([listening]))
        while not self.started and not self._serving.done():
            await asyncio.sleep(0.001)

    async def stop(self) -> None:
        """Finish what is being answered, and stop."""
        self.should_exit = self.force_exit = True
        await self._serving

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
