"""What every official IoT client must find on our gateway, as a device and as a module, by either way in."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
import pytest_asyncio

from local.child import Child
from local.iot_edge import running
from local.iot_edge.environment import debugging_environment, device_connection_string, module_environment
from local.twin.service import TwinService
from tests.clients.conftest import Start
from tests.clients.driver import Driver, Failed, Request

WAYS = ("device", "module", "workload")


class Gateway:
    """A stand-in that may be killed and started again over the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._data = folder, folder / "data"
        self._child: Child | None = None

    async def start(self) -> None:
        """Start it."""
        command = [sys.executable, "-m", "local", "iot-edge", "--data", str(self._data), "--module", "edge"]
        self._child = await asyncio.to_thread(Child, "iot-edge", command, {"TMPDIR": str(self.folder)})
        await asyncio.to_thread(self._child.wait_for, "ready")

    async def kill(self) -> None:
        """As a power cut would."""
        if self._child is not None:
            await asyncio.to_thread(self._child.kill)

    def sign_in(self, way: str) -> tuple[dict[str, str], dict[str, str]]:
        """What the program's request says, and its environment."""
        about = running.load(self._data)
        if way == "workload":
            return {}, module_environment(about, "edge")
        ca = about.root_certificate
        if way == "device":
            return {"connection": device_connection_string(about), "ca": ca}, {}
        return {"connection": debugging_environment(about, "edge")["EdgeHubConnectionString"], "ca": ca}, {}

    def service(self, way: str) -> TwinService:
        """The service's side."""
        return TwinService(running.load(self._data), None if way == "device" else "edge")


@pytest_asyncio.fixture(scope="class", loop_scope="class")
async def gateway() -> AsyncIterator[Gateway]:
    """A stand-in for all tests of a class."""
    with tempfile.TemporaryDirectory(prefix="iot-") as folder:
        gateway = Gateway(Path(folder))
        await gateway.start()
        yield gateway
        await gateway.kill()


async def until(request: Request, name: str) -> Any:
    """The next thing of that name which came of a request."""
    while True:
        got = await request.got()
        if name in got:
            return got[name]


@pytest.mark.asyncio(loop_scope="class")
@pytest.mark.parametrize("way", WAYS)
class IotSuite:
    """A language's class names it."""

    language: ClassVar[str]

    async def _signed_in(self, start: Start, gateway: Gateway, way: str) -> tuple[Driver, Request]:
        asked, environment = gateway.sign_in(way)
        client = await start(environment)
        connected = await client.ask("connect", **asked)
        await until(connected, "open")
        return client, connected

    async def test_twin_methods_and_telemetry_go_both_ways(self, start: Start, gateway: Gateway, way: str) -> None:
        client, connected = await self._signed_in(start, gateway, way)
        with gateway.service(way) as service:
            await asyncio.to_thread(service.patch_desired, {"Wish": way})
            while (await until(connected, "desired")).get("Wish") != way:
                pass
            status, payload = await asyncio.to_thread(service.call, "ping", {"a": [1, None, "ü"]})
            assert (status, payload) == (200, {"echo": {"a": [1, None, "ü"]}})

            await client.run("report", times=1)
            whole = await client.run("twin")
            assert (whole["desired"]["Wish"], whole["reported"]["number"]) == (way, 0)
            await client.run("telemetry", times=3)
            newest: list[Any] = await asyncio.to_thread(service.telemetry, 3)
        assert [message["body"] for message in newest] == [{"number": number} for number in range(3)]
        assert {message["module"] for message in newest} == {None if way == "device" else "edge"}
        assert newest[0]["properties"]["kind"] == "count"
        await client.kill()

    async def test_of_a_hundred_reports_in_a_row_none_hangs(self, start: Start, gateway: Gateway, way: str) -> None:
        client, _ = await self._signed_in(start, gateway, way)

        await client.run("report", times=100, seconds=60)

        with gateway.service(way) as service:
            twin: Any = await asyncio.to_thread(service.twin)
        assert twin["properties"]["reported"]["number"] == 99
        await client.kill()

    async def test_it_comes_back_by_itself_after_a_kill_9_of_the_gateway(
        self, start: Start, gateway: Gateway, way: str
    ) -> None:
        client, connected = await self._signed_in(start, gateway, way)
        await gateway.kill()
        await gateway.start()
        with gateway.service(way) as service:
            async with asyncio.timeout(60):
                while (await asyncio.to_thread(service.twin))["connectionState"] != "Connected":
                    await asyncio.sleep(0.1)
            await client.run("telemetry", times=1)
            await asyncio.to_thread(service.patch_desired, {"Wish": f"{way} again"})
            while (await until(connected, "desired")).get("Wish") != f"{way} again":
                pass
        await client.kill()


@pytest.mark.asyncio(loop_scope="class")
class IotRefusalSuite:
    """A language's class names it."""

    language: ClassVar[str]

    async def test_a_wrong_key_is_refused(self, start: Start, gateway: Gateway) -> None:
        asked, _ = gateway.sign_in("module")
        key = asked["connection"].partition("SharedAccessKey=")[2]
        wrong = asked["connection"].replace(key, "d3Jvbmc=")
        client = await start()
        with pytest.raises(Failed):
            await client.run("connect", connection=wrong, ca=asked["ca"], seconds=60)
        await client.kill()
