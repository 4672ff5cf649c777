"""azure-iot-device, as its quickstarts use it: one client a process."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from azure.iot.device import Message, MethodResponse
from azure.iot.device.aio import IoTHubDeviceClient, IoTHubModuleClient

Asked = dict[str, Any]
Say = Callable[[Any], None]
_client: list[Any] = []


def _made(asked: Asked) -> Any:
    if "connection" not in asked:
        return IoTHubModuleClient.create_from_edge_environment(connection_retry_interval=1)
    kind = IoTHubModuleClient if "ModuleId=" in asked["connection"] else IoTHubDeviceClient
    return kind.create_from_connection_string(
        asked["connection"], server_verification_cert=Path(asked["ca"]).read_text(), connection_retry_interval=1
    )


async def connect(asked: Asked, say: Say) -> Any:
    """Sign in, and stay."""
    client = _made(asked)

    async def method(request: Any) -> None:
        say({"method": request.name})
        answer = MethodResponse.create_from_method_request(request, 200, {"echo": request.payload})
        await client.send_method_response(answer)

    client.on_twin_desired_properties_patch_received = lambda patch: say({"desired": patch})
    client.on_method_request_received = method
    await client.connect()
    _client.append(client)
    await client.get_twin()
    say({"open": True})
    try:
        await asyncio.Event().wait()
    finally:
        await client.shutdown()


async def report(asked: Asked, say: Say) -> Any:
    """One reported property, again and again."""
    for number in range(asked.get("times", 1)):
        await _client[0].patch_twin_reported_properties({"number": number})
        say(number)
    return {}


async def telemetry(asked: Asked, say: Say) -> Any:
    """Messages."""
    for number in range(asked.get("times", 1)):
        message = Message(json.dumps({"number": number}))  # type: ignore[no-untyped-call]
        message.custom_properties["kind"] = "count"
        await _client[0].send_message(message)
        say(number)
    return {}


async def twin(_: Asked, __: Say) -> Any:
    """The whole twin."""
    return await _client[0].get_twin()


HANDLERS: dict[str, Callable[[Asked, Say], Awaitable[Any]]] = {
    "connect": connect,
    "report": report,
    "telemetry": telemetry,
    "twin": twin,
}
