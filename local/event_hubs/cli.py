"""`python -m local event-hubs`."""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from local import log
from local.errors import LocalError
from local.event_hubs.broker.access import Key
from local.event_hubs.broker.event_log import Retention
from local.event_hubs.broker.hub import HubShape
from local.event_hubs.broker.namespace import Namespace
from local.event_hubs.errors import BadArgument
from local.event_hubs.wire.server import LOOPBACK, Server

KEYS_VARIABLE = "EVENT_HUBS_KEYS"


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT: 0 stopped, 1 failed, 2 the caller's mistake."""
    log.configure()
    try:
        if not 0 <= arguments.port <= 65535 or not arguments.retention_hours > 0:
            raise BadArgument("--port is 0 to 65535, --retention-hours more than 0")
        if arguments.events_per_second is not None and not arguments.events_per_second > 0:
            raise BadArgument("--events-per-second must be more than 0")
        shapes = [HubShape.parse(text) for text in arguments.hub]
        keys = [Key.parse(text) for text in _key_texts(arguments.key, arguments.keys, os.environ)]
        with tempfile.TemporaryDirectory(prefix="event-hubs-") as temporary:
            folder = arguments.data or Path(temporary)
            namespace = Namespace(
                shapes,
                keys,
                folder,
                Retention(hours=arguments.retention_hours),
                events_per_second=arguments.events_per_second,
            )
            try:
                asyncio.run(_serve(namespace, arguments.port))
            finally:
                namespace.close()
    except LocalError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _key_texts(given: Sequence[str], file: Path | None, environment: Mapping[str, str]) -> list[str]:
    """The keys of all three ways, as written."""
    try:
        in_file = file.read_text() if file else ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadArgument(f"--keys {file}: {getattr(error, 'strerror', None) or 'not a text file'}") from None
    lines = [*in_file.splitlines(), *environment.get(KEYS_VARIABLE, "").splitlines()]
    texts = [*given, *(line.strip() for line in lines if line.strip())]
    if not texts:
        raise BadArgument(f"no shared access key: give --key NAME=KEY, --keys FILE or {KEYS_VARIABLE}")
    return texts


async def _serve(namespace: Namespace, port: int) -> None:
    logger = structlog.get_logger()
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.set_exception_handler(
        lambda _, about: logger.error("connection failed", error=type(about.get("exception")).__name__)
    )
    dropped = sum(hub.dropped for hub in namespace.hubs.values())
    if dropped:
        logger.warning("half-written events dropped", bytes=dropped)
    damaged = sum(hub.damaged for hub in namespace.hubs.values())
    if damaged:
        logger.error("damaged events passed over", bytes=damaged)
    server = Server(namespace)
    try:
        port = await server.start(port)
    except OSError as error:
        raise BadArgument(f"--port {port}: {error.strerror} on {LOOPBACK}: choose another, or 0") from None
    logger.info("ready", port=port)
    await stop.wait()
    await server.stop()
