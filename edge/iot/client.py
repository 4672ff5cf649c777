"""The one place that knows the IoT SDK."""

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from azure.iot.device import IoTHubModuleClient, Message, MethodRequest, MethodResponse
from azure.iot.device.common import transport_exceptions as transport
from azure.iot.device.exceptions import ClientError, OperationCancelled, OperationTimeout
from pydantic import JsonValue

from edge.errors import EdgeError

ANYWHERE_IN_EDGE = ("IOTEDGE_WORKLOADURI", "EdgeHubConnectionString")

Answer = tuple[int, dict[str, JsonValue]]
"""A direct method's status and payload."""


OUTAGES = (
    ClientError,
    OperationCancelled,
    OperationTimeout,
    OSError,
    transport.ConnectionDroppedError,
    transport.ConnectionFailedError,
    transport.NoConnectionError,
    transport.ProtocolClientError,
    transport.TlsExchangeAuthError,
    transport.UnauthorizedError,
)
"""What the SDK raises where the hub can't be had; its transport's own come through where it turns a feature on."""


class HubUnreachable(EdgeError):
    """The edge hub didn't answer; it may later."""


def in_iot_edge(environment: Mapping[str, str]) -> bool:
    """Whether this process was started by IoT Edge (or its simulator)."""
    return any(environment.get(name) for name in ANYWHERE_IN_EDGE)


class EdgeHub:
    """The module's connection to the edge hub. The SDK reconnects by itself once it was connected."""

    def __init__(self) -> None:
        """Raises HubUnreachable if the workload API doesn't answer."""
        self._client: Any = _attempt(IoTHubModuleClient.create_from_edge_environment)

    def connect(self) -> None:
        """Raises HubUnreachable."""
        _attempt(self._client.connect)

    def desired(self) -> dict[str, JsonValue]:
        """The twin's desired properties. Raises HubUnreachable."""
        twin: dict[str, dict[str, JsonValue]] = _attempt(self._client.get_twin)
        return twin["desired"]

    def on_desired(self, patched: Callable[[dict[str, JsonValue]], object]) -> None:
        """Call `patched` with each patch of the desired properties, from another thread."""
        self._client.on_twin_desired_properties_patch_received = patched

    def on_method(self, answer: Callable[[str], Answer]) -> None:
        """Answer direct methods with `answer(name)`, from another thread."""

        def received(request: MethodRequest) -> None:
            try:
                status, payload = answer(request.name)
            except Exception as error:  # noqa: BLE001 - who asked gets an answer, and the module goes on
                status, payload = 500, {"reason": type(error).__name__}
            response = MethodResponse(request.request_id, status, cast("Any", payload))
            _attempt(lambda: self._client.send_method_response(response))

        self._client.on_method_request_received = received

    def report(self, properties: Mapping[str, JsonValue]) -> None:
        """Patch the reported properties. Raises HubUnreachable."""
        _attempt(lambda: self._client.patch_twin_reported_properties(dict(properties)))

    def send(self, output: str, body: Mapping[str, JsonValue]) -> None:
        """Send telemetry to an output. Raises HubUnreachable."""
        message = Message(  # type: ignore[no-untyped-call]
            json.dumps(body), content_encoding="utf-8", content_type="application/json"
        )
        _attempt(lambda: self._client.send_message_to_output(message, output))

    def close(self) -> None:
        """Disconnect for good."""
        try:
            _attempt(self._client.shutdown)
        except HubUnreachable:
            return


def _attempt(action: Callable[[], Any]) -> Any:
    """Do it; whatever the SDK raises becomes HubUnreachable, without its text, which may hold names and tokens."""
    try:
        return action()
    except OUTAGES as error:
        raise HubUnreachable(f"edge hub: {type(error).__name__}") from None
