"""Listens on loopback and keeps count of connections."""

import asyncio

import structlog

from local.event_hubs.broker.namespace import Namespace
from local.event_hubs.errors import Refused
from local.event_hubs.wire.connection import Connection

MOST_CONNECTIONS = 512
LOOPBACK = "127.0.0.1"


class Server:
    """The listening socket and all connections."""

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace
        self._connections: dict[Connection, None] = {}
        self._listening: asyncio.Server
        self._log = structlog.get_logger()

    async def start(self, port: int) -> int:
        """Listen; answers the port, a free one for 0. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._connection, LOOPBACK, port)
        return int(self._listening.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Tell all clients and hang up."""
        self._listening.close()
        for connection in tuple(self._connections):
            connection.close(Refused("amqp:connection:forced", "The server is stopped."))
        await asyncio.sleep(0)  # what was written goes out with the transports' close

    def _connection(self) -> Connection:
        return Connection(self._namespace, self._admit, self._left)

    def _admit(self, connection: Connection) -> bool:
        if len(self._connections) >= MOST_CONNECTIONS:
            stranger = next((each for each in self._connections if not each.known), None)
            if stranger is None:
                self._log.warning("connection refused", connections=len(self._connections))
                return False
            stranger.abort()  # the oldest without a token makes room: silence keeps nobody out
            self._left(stranger)
        self._connections[connection] = None
        return True

    def _left(self, connection: Connection) -> None:
        self._connections.pop(connection, None)
