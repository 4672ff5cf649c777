"""The stand-in's sudden death: what it held is there again, and modules find back by themselves."""

import asyncio
import gc
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from azure.iot.device import MethodRequest, MethodResponse

from tests.local_iot_edge.conftest import SDK_WARNINGS, Connect, Served, start
from tests.local_iot_edge.test_client import call, listen, next_of, patch

pytestmark = [
    SDK_WARNINGS,
    pytest.mark.filterwarnings(  # paho-mqtt forgets the sockets of a connection it has lost
        "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
    ),
]

Starts = Callable[[], Served]


@pytest.fixture(autouse=True)
def _collect_lost_sockets() -> Iterator[None]:
    yield
    gc.collect()


async def test_a_module_lives_through_a_kill_and_takes_changes_and_methods_again(
    starts: Starts, connect: Connect
) -> None:
    served = starts()
    client = await connect(served.environment)
    patches = await listen(client, served)

    async def on_method(request: MethodRequest) -> None:
        await client.send_method_response(MethodResponse.create_from_method_request(request, 200, "here"))

    client.on_method_request_received = on_method
    await client.patch_twin_reported_properties({"frames": 7})
    version = patch(served, {"Store": "kept"})["properties"]["desired"]["$version"]
    assert (await next_of(patches))["Store"] == "kept"
    gateway = served.running.gateway

    served.child.kill()
    again = starts()
    assert again.running.gateway == gateway
    await asyncio.wait_for(asyncio.to_thread(again.child.wait_for, "module connected"), 30)

    patch(again, {"Camera": "after"})
    change = await next_of(patches)
    assert (change["Camera"], change["$version"]) == ("after", version + 1)
    assert await asyncio.to_thread(call, again, "ping") == (200, "here")
    twin = await client.get_twin()
    assert (twin["desired"]["Store"], twin["reported"]["frames"]) == ("kept", 7)


async def test_what_was_changed_while_a_module_was_away_reaches_it_when_it_is_back(
    starts: Starts, connect: Connect
) -> None:
    served = starts()
    client = await connect(served.environment)
    patches = await listen(client, served)
    await client.disconnect()

    patch(served, {"Store": "changed meanwhile"})
    await client.connect()

    assert (await next_of(patches))["Store"] == "changed meanwhile"


def test_keys_certificates_and_place_stay_and_only_the_user_may_read_them(starts: Starts) -> None:
    served = starts()
    first = served.running
    root = Path(first.root_certificate).read_text()
    socket = Path(first.modules["edge"].workload_socket)

    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    for name in ("identities.json", "running.json", "server.key", "twins/edge-device~edge.json"):
        file = served.data / name
        if name.startswith("twins"):
            patch(served, {"a": 1})
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, name
    served.child.stop()
    second = starts().running

    assert (second.gateway, second.modules) == (first.gateway, first.modules)
    assert Path(second.root_certificate).read_text() == root
    assert second.token != first.token


def test_a_stopped_stand_in_takes_back_its_word(starts: Starts) -> None:
    served = starts()
    assert served.child.stop() == 0

    assert not (served.data / "running.json").exists()
    assert not list(Path(served.temporary).glob("footfall-*/*"))


def test_any_number_of_stand_ins_run_at_once(starts: Starts, tmp_path: Path) -> None:
    served = starts()
    second = start(tmp_path / "other", ["edge"], served.temporary)
    try:
        other = Served("edge", tmp_path / "other", second, served.temporary)
        assert other.running.gateway != served.running.gateway
        assert other.environment["IOTEDGE_WORKLOADURI"] != served.environment["IOTEDGE_WORKLOADURI"]
    finally:
        assert second.stop() == 0
