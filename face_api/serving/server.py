"""The HTTP server: bound before the models are loaded, ready after, stopped gracefully."""

import resource
import signal
import socket

import structlog
import uvicorn
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from face_api.errors import CannotStart
from face_api.serving.connections import Connections, guarded

log = structlog.get_logger()

_SHUTDOWN_SECONDS = 20
_FILES = 4096


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises CannotStart if the address can't be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        raise CannotStart(f"can't listen on {host}:{port}: {getattr(error, 'strerror', error)}") from None
    # Connections inherit it. asyncio sets it only where the listener's protocol number was given, and without it an
    # answer in two writes waits some 40 ms for the client's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Answers until SIGTERM or SIGINT; then finishes what is under way."""
    _allow_files(_FILES)  # so that a burst of connections can be accepted before the first of them are ended
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        lifespan="off",
        http=guarded(Connections()),
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        server_header=False,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn hands the signal on once it has stopped; there is nothing left to do then.
        signal.signal(number, lambda *_: None)
    _Server(config).run(sockets=[listener])


def _allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # Loads what threads need, some 100 ms: the first request would wait for it.
        await run_in_threadpool(lambda: None)
        await super().startup(sockets)
        if self.started and sockets:
            log.info("ready", port=sockets[0].getsockname()[1])
