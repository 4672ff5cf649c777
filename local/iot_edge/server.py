"""All of the stand-in: MQTT for modules, a workload API each, the service API; and word of where they are."""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

from local.folder import write_private
from local.iot_edge import running
from local.iot_edge.certificates import certificates
from local.iot_edge.errors import BadArgument
from local.iot_edge.http_server import HttpServer
from local.iot_edge.hub import Hub
from local.iot_edge.identity import HUB_NAME, Identity, identities
from local.iot_edge.mqtt.server import MqttServer, listen
from local.iot_edge.running import Running, RunningModule
from local.iot_edge.service import service_api
from local.iot_edge.store import Store
from local.iot_edge.telemetry import TelemetryLog
from local.iot_edge.twin import Properties
from local.iot_edge.workload import workload_api

LOOPBACK = "127.0.0.1"
_LONGEST_SOCKET_PATH = 107


class Server:
    """One device with its modules. Its data folder must be its own."""

    def __init__(
        self, data: Path, device: str, modules: Sequence[str], first_desired: Mapping[str, Properties]
    ) -> None:
        """Take up what the folder holds; `first_desired` is for modules that are new. Raises IotEdgeError."""
        self._data, self._device = data, device
        self._itself, *self._identities = identities(data, device, modules)
        self._hub = Hub([self._itself, *self._identities], Store(data / "twins"), TelemetryLog(data), time.time)
        for module, desired in first_desired.items():
            self._hub.set_first_desired(self._hub.module(f"{device}/{module}"), desired)
        self._running: list[HttpServer] = []
        self._mqtt: MqttServer

    async def start(self, port: int, address: str | None) -> tuple[int, str]:
        """Listen. Answers the service API's port, a free one for 0, and the gateway's address. Raises BadArgument."""
        kept = self._data / "address"
        if address is None and kept.exists():  # modules that live through a restart come back to the same place
            address = kept.read_text().strip()
        gateway, address = listen(address)
        write_private(kept, address)
        made = certificates(self._data, address, datetime.now(UTC))
        self._mqtt = MqttServer(self._hub, made)
        await self._mqtt.start(gateway)
        sockets = {each.client_id: await self._start_workload(each, made.root) for each in self._identities}
        token = secrets.token_hex(32)
        port = await self._start_service(port, token)
        about = Running(
            process=os.getpid(),
            started=psutil.Process().create_time(),
            service=f"http://{LOOPBACK}:{port}",
            token=token,
            hub=HUB_NAME,
            device=self._device,
            gateway=address,
            root_certificate=str(made.root.resolve()),
            modules={
                str(each.module): RunningModule(each.generation, sockets[each.client_id], each.key_text)
                for each in self._identities
            },
            device_key=self._itself.key_text,
        )
        running.announce(self._data, about)
        return port, address

    async def stop(self) -> None:
        """Hang up on all, and take back the word."""
        await self._mqtt.stop()
        await asyncio.gather(*(each.stop() for each in self._running))
        running.withdraw(self._data)

    async def _start_workload(self, identity: Identity, root: Path) -> str:
        path = running.socket_folder(self._data) / f"{identity.module}.sock"
        if len(str(path)) > _LONGEST_SOCKET_PATH:
            raise BadArgument(f"{path} is too long for a socket: set TMPDIR to a shorter folder")
        path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(path))
        path.chmod(0o600)
        await self._serve(HttpServer(workload_api(identity, root.read_text())), listening)
        return str(path)

    async def _start_service(self, port: int, token: str) -> int:
        listening = socket.socket(proto=socket.IPPROTO_TCP)  # named, so that asyncio sends answers at once
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((LOOPBACK, port))
        except OSError as error:
            listening.close()
            raise BadArgument(f"--port {port}: {error.strerror} on {LOOPBACK}: choose another, or 0") from None
        await self._serve(HttpServer(service_api(self._hub, token)), listening)
        return int(listening.getsockname()[1])

    async def _serve(self, server: HttpServer, listening: socket.socket) -> None:
        await server.start(listening)
        self._running.append(server)
