"""Listens for modules: TLS on port 8883, which azure-iot-device has fixed, of a loopback address of its own."""

import asyncio
import errno
import secrets
import socket
import ssl
from ipaddress import IPv4Address, ip_address

from local.iot_edge.certificates import Certificates
from local.iot_edge.errors import BadArgument
from local.iot_edge.hub import Hub
from local.iot_edge.mqtt.connection import Connection

PORT = 8883
MOST_CONNECTIONS = 64
_TRIES = 100


def listen(address: str | None) -> tuple[socket.socket, str]:
    """A socket on port 8883 of `address`, or of a free address in 127.64.0.0/10, so that many servers can run at once.

    Raises BadArgument.
    """
    if address is not None:
        try:
            loopback = ip_address(address).is_loopback and ip_address(address).version == 4
            if loopback:
                return _bound(address), address
        except ValueError:
            loopback = False
        except OSError as error:
            raise BadArgument(f"--address {address}: port {PORT}: {error.strerror}; choose another address") from None
        raise BadArgument(f"--address {address}: an address in 127.0.0.0/8 is expected")
    for _ in range(_TRIES):
        chosen = str(IPv4Address("127.64.0.1") + secrets.randbelow(2**22 - 2))
        try:
            return _bound(chosen), chosen
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise BadArgument(f"{chosen}: {error.strerror}; give --address 127.0.0.1") from None
    raise BadArgument("no loopback address is free on port 8883; give --address 127.0.0.1")


class MqttServer:
    """The listening socket and all connections."""

    def __init__(self, hub: Hub, certificates: Certificates) -> None:
        self._hub = hub
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.load_cert_chain(certificates.server, certificates.key)
        self._connections: dict[Connection, None] = {}
        self._server: asyncio.Server

    async def start(self, listening: socket.socket) -> None:
        """Take connections on the socket."""
        self._server = await asyncio.start_server(
            self._serve, sock=listening, ssl=self._context, ssl_handshake_timeout=10, ssl_shutdown_timeout=1
        )

    async def stop(self) -> None:
        """Hang up on all."""
        self._server.close()
        for connection in tuple(self._connections):
            connection.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(self._hub, reader, writer)
        if len(self._connections) >= MOST_CONNECTIONS:
            stranger = next((each for each in self._connections if not each.known), None)
            if stranger is None:
                connection.abort()
                return
            stranger.abort()  # the oldest that has not signed in makes room: silence keeps nobody out
            del self._connections[stranger]
        self._connections[connection] = None
        try:
            await connection.serve()
        finally:
            self._connections.pop(connection, None)


def _bound(address: str) -> socket.socket:
    bound = socket.socket(proto=socket.IPPROTO_TCP)  # named, so that asyncio sends small packets at once
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, PORT))
        bound.listen()
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)
    return bound
