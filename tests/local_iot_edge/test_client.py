"""Unmodified azure-iot-device clients against the stand-in, with the service's side on the other end."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from azure.iot.device import Message, MethodRequest, MethodResponse
from azure.iot.device.aio import IoTHubModuleClient
from azure.iot.device.exceptions import ClientError, CredentialError

from local.iot_edge.environment import debugging_environment
from local.iot_edge.errors import TwinRefused
from tests.local_iot_edge.conftest import FIRST_DESIRED, SDK_WARNINGS, Connect, Served

pytestmark = SDK_WARNINGS

Patches = asyncio.Queue[Mapping[str, Any]]


async def listen(client: IoTHubModuleClient, served: Served) -> Patches:
    """The module's desired patches from now on: waits until the module is known to listen."""
    patches: Patches = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def on_patch(patch: Mapping[str, Any]) -> None:  # in a thread of the SDK's
        loop.call_soon_threadsafe(patches.put_nowait, patch)

    client.on_twin_desired_properties_patch_received = on_patch
    number = 0
    while patches.empty():
        number += 1
        await asyncio.to_thread(patch, served, {"Listening": number})
        await asyncio.sleep(0.05)
    while (await patches.get()).get("Listening") != number:
        pass
    return patches


def patch(served: Served, desired: dict[str, Any]) -> dict[str, Any]:
    with served.service() as service:
        return service.patch_desired(desired)


def call(served: Served, method: str, payload: Any = None, seconds: float = 10.0) -> tuple[int, Any]:
    with served.service() as service:
        return service.call(method, payload, seconds)


async def next_of(patches: Patches) -> Mapping[str, Any]:
    return await asyncio.wait_for(patches.get(), 10)


async def test_a_module_finds_what_is_desired_of_it_at_the_start(served: Served, connect: Connect) -> None:
    client = await connect(served.environment)

    twin = await client.get_twin()

    assert twin["desired"].items() >= FIRST_DESIRED.items()
    assert twin["reported"] == {"$version": 1}
    assert isinstance(twin["desired"]["$version"], int)


async def test_a_change_reaches_the_module_at_once_and_so_does_a_removal(served: Served, connect: Connect) -> None:
    client = await connect(served.environment)
    patches = await listen(client, served)

    await asyncio.to_thread(patch, served, {"ConfidenceThreshold": 0.6, "RequireFace": True})
    changed = await next_of(patches)
    await asyncio.to_thread(patch, served, {"RequireFace": None})
    removed = await next_of(patches)

    assert (changed["ConfidenceThreshold"], changed["RequireFace"]) == (0.6, True)
    assert removed["RequireFace"] is None
    assert removed["$version"] == changed["$version"] + 1
    desired = (await client.get_twin())["desired"]
    assert "RequireFace" not in desired
    assert desired["$version"] == removed["$version"]


async def test_what_a_module_reports_is_merged_and_seen_by_the_service(served: Served, connect: Connect) -> None:
    client = await connect(served.environment)

    await client.patch_twin_reported_properties({"camera": {"state": "on", "frames": 1}, "error": "x"})
    await client.patch_twin_reported_properties({"camera": {"frames": 2}, "error": None})

    with served.service() as service:
        twin: Any = service.twin()
    assert twin["properties"]["reported"] == {"camera": {"state": "on", "frames": 2}, "$version": 3}
    assert twin["connectionState"] == "Connected"


async def test_reported_properties_beyond_the_limit_are_refused(served: Served, connect: Connect) -> None:
    client = await connect(served.environment)

    with pytest.raises(ClientError):
        await client.patch_twin_reported_properties({f"text{n}": "x" * 4000 for n in range(10)})
    assert (await client.get_twin())["reported"] == {"$version": 1}


async def test_direct_methods_are_run_and_answered(served: Served, connect: Connect) -> None:
    client = await connect(served.environment)

    async def on_method(request: MethodRequest) -> None:
        status = 200 if request.name == "ping" else 404
        answer = MethodResponse.create_from_method_request(
            request, status, {"name": request.name, "got": request.payload}
        )
        await client.send_method_response(answer)

    client.on_method_request_received = on_method
    await listen(client, served)

    assert await asyncio.to_thread(call, served, "ping", {"a": [1, None]}) == (
        200,
        {"name": "ping", "got": {"a": [1, None]}},
    )
    assert await asyncio.to_thread(call, served, "no such", "text") == (404, {"name": "no such", "got": "text"})


async def test_a_method_is_refused_while_the_module_is_away_deaf_or_slow(served: Served, connect: Connect) -> None:
    with pytest.raises(TwinRefused, match="not connected"):
        await asyncio.to_thread(call, served, "ping")
    client = await connect(served.environment)
    with pytest.raises(TwinRefused, match="takes no direct methods"):
        await asyncio.to_thread(call, served, "ping")

    def say_nothing(_: MethodRequest) -> None:
        """Never answers."""

    client.on_method_request_received = say_nothing
    await listen(client, served)
    with pytest.raises(TwinRefused, match=r"did not answer ping in 0\.3 s"):
        await asyncio.to_thread(call, served, "ping", None, 0.3)


async def test_telemetry_to_an_output_is_kept(served: Served, connect: Connect) -> None:
    client = await connect(served.environment)
    message = Message(json.dumps({"max": 3, "mean": 1.5}))  # type: ignore[no-untyped-call]
    message.content_type, message.content_encoding = "application/json", "utf-8"
    message.custom_properties["kind"] = "per minute & more"

    await client.send_message_to_output(message, "counts")

    with served.service() as service:
        kept: list[Any] = [each for each in service.telemetry(1000) if each["module"] == served.module]  # type: ignore[index,call-overload]
    assert [(each["output"], each["body"]) for each in kept] == [("counts", {"max": 3, "mean": 1.5})]
    assert kept[0]["properties"]["kind"] == "per minute & more"


async def test_a_development_tools_connection_string_works_too(served: Served, connect: Connect) -> None:
    client = await connect(debugging_environment(served.running, served.module))

    assert (await client.get_twin())["desired"]["Store"] == "demo"


async def test_a_wrong_key_is_refused(served: Served, connect: Connect) -> None:
    environment = debugging_environment(served.running, served.module)
    key = served.running.modules[served.module].key
    wrong = key[:5] + ("A" if key[5] != "A" else "B") + key[6:]

    with pytest.raises(CredentialError):
        await connect({name: text.replace(key, wrong) for name, text in environment.items()})


async def test_a_modules_key_opens_no_other_module(served: Served, shared: Any, connect: Connect) -> None:
    other = shared().module
    environment = debugging_environment(served.running, served.module)

    with pytest.raises(CredentialError):
        await connect({name: text.replace(served.module, other) for name, text in environment.items()})


async def test_several_modules_are_connected_at_once_each_with_its_own_twin(
    served: Served, shared: Any, connect: Connect
) -> None:
    other: Served = shared()
    one, two = await connect(served.environment), await connect(other.environment)
    heard_one, heard_two = await listen(one, served), await listen(two, other)

    await asyncio.to_thread(patch, served, {"Camera": "one"})
    await asyncio.to_thread(patch, other, {"Camera": "two"})

    assert (await next_of(heard_one))["Camera"] == "one"
    assert (await next_of(heard_two))["Camera"] == "two"
    await one.patch_twin_reported_properties({"who": 1})
    assert "who" not in (await two.get_twin())["reported"]
