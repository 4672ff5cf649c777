"""Stand-ins for these tests: one for all, with a module of its own for each test, and others that may be killed."""

import itertools
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from azure.iot.device.aio import IoTHubModuleClient

from local.child import Child
from local.iot_edge import running
from local.iot_edge.environment import module_environment
from local.iot_edge.running import Running
from local.twin.service import TwinService

MODULES = 40
FIRST_DESIRED = {"Store": "demo", "TimeBetweenPicturesInSeconds": 5}


@dataclass(frozen=True)
class Served:
    """A module on a running stand-in."""

    module: str
    data: Path
    child: Child
    temporary: str

    @property
    def running(self) -> Running:
        """Where everything is."""
        return running.load(self.data)

    @property
    def environment(self) -> dict[str, str]:
        """What the module's process is given."""
        return module_environment(self.running, self.module)

    def service(self) -> TwinService:
        """The service's side."""
        return TwinService(self.running, self.module)


SDK_WARNINGS = pytest.mark.filterwarnings("ignore:ssl.PROTOCOL_TLSv1_2 is deprecated:DeprecationWarning")
"""What azure-iot-device 2.14 warns of on Python 3.11."""

Connect = Callable[[Mapping[str, str]], Awaitable[IoTHubModuleClient]]


def start(data: Path, modules: list[str], temporary: str) -> Child:
    """A stand-in that leaves word in a runtime folder of its own."""
    named = [part for module in modules for part in ("--module", module)]
    command = [sys.executable, "-m", "local", "iot-edge", "--data", str(data), *named]
    child = Child("iot-edge", command, {"TMPDIR": temporary})
    child.wait_for("ready")
    return child


@pytest.fixture(scope="session")
def shared() -> Iterator[Callable[[], Served]]:
    """Gives out modules, none twice, of one stand-in."""
    modules = [f"module-{number}" for number in range(MODULES)]
    with tempfile.TemporaryDirectory(prefix="iot-") as temporary:
        first = Path(temporary) / "desired.json"
        first.write_text(json.dumps(FIRST_DESIRED))
        data = Path(temporary) / "data"
        child = start(data, [f"{module}={first}" for module in modules], temporary)
        numbers = itertools.count()
        yield lambda: Served(modules[next(numbers)], data, child, temporary)
        assert child.stop() == 0, child.last_words


@pytest.fixture
def served(shared: Callable[[], Served]) -> Served:
    """A module that no other test uses."""
    return shared()


@pytest.fixture
def starts() -> Iterator[Callable[[], Served]]:
    """Starts stand-ins of one data folder, one after the other."""
    children: list[Child] = []
    with tempfile.TemporaryDirectory(prefix="iot-") as temporary:
        data = Path(temporary) / "data"

        def start_one() -> Served:
            children.append(start(data, ["edge"], temporary))
            return Served("edge", data, children[-1], temporary)

        yield start_one
        for child in children:
            child.stop()


@pytest.fixture
async def connect(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connect]:
    """Connects real modules' clients, and shuts them down at the end."""
    clients: list[IoTHubModuleClient] = []

    async def connect_one(environment: Mapping[str, str]) -> IoTHubModuleClient:
        for name in [name for name in os.environ if name.startswith(("IOTEDGE_", "Edge"))]:
            monkeypatch.delenv(name)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        client = IoTHubModuleClient.create_from_edge_environment(connection_retry_interval=1)
        clients.append(client)
        await client.connect()
        return client

    yield connect_one
    for client in clients:
        await client.shutdown()
