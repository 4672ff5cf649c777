"""`python -m local iot-edge`."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import structlog

from local import log
from local.errors import LocalError
from local.folder import claim
from local.iot_edge import payload
from local.iot_edge.errors import BadArgument, NotJson
from local.iot_edge.identity import checked_name
from local.iot_edge.server import Server
from local.iot_edge.twin import Properties


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT: 0 stopped, 1 failed, 2 the caller's mistake."""
    log.configure()
    try:
        if not 0 <= arguments.port <= 65535:
            raise BadArgument("--port is 0 to 65535")
        device = checked_name(arguments.device)
        modules = dict(_module(text) for text in arguments.module)
        with claim(arguments.data):
            server = Server(arguments.data, device, list(modules), {k: v for k, v in modules.items() if v})
            asyncio.run(_serve(server, arguments.port, arguments.address))
    except LocalError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _module(text: str) -> tuple[str, Properties]:
    name, _, file = text.partition("=")
    if not file:
        return checked_name(name), {}
    try:
        desired = payload.parse(Path(file).read_bytes())
    except (OSError, NotJson) as error:
        raise BadArgument(f"--module {text}: {getattr(error, 'strerror', None) or error}") from None
    if not isinstance(desired, dict):
        raise BadArgument(f"--module {text}: the file must hold a JSON object")
    return checked_name(name), desired


async def _serve(server: Server, port: int, address: str | None) -> None:
    logger = structlog.get_logger()
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.set_exception_handler(
        lambda _, about: logger.error("connection failed", error=type(about.get("exception")).__name__)
    )
    port, gateway = await server.start(port, address)
    logger.info("ready", port=port, gateway=gateway)
    await stop.wait()
    await server.stop()
