"""Joining IoT Edge: whatever way the hub is away, the module waits for it, and leaves no client behind."""

import threading
from typing import Any

import pytest
from azure.iot.device.common import transport_exceptions as transport
from azure.iot.device.exceptions import ClientError
from pydantic import JsonValue

from edge.iot import join
from edge.iot.client import EdgeHub, HubUnreachable

AWAY = (ClientError("away"), transport.NoConnectionError("away"), transport.ConnectionDroppedError("away"), OSError())


class Sdk:
    """A client of the SDK's whose connection is gone by the time the twin is asked for, in this way."""

    def __init__(self, fault: Exception) -> None:
        self.fault, self.closed = fault, False

    def connect(self) -> None:
        """It is there."""

    def get_twin(self) -> dict[str, JsonValue]:
        """It no longer is."""
        raise self.fault

    def shutdown(self) -> None:
        """The end."""
        self.closed = True


@pytest.mark.parametrize("fault", AWAY, ids=lambda fault: type(fault).__module__ + type(fault).__name__)
def test_a_hub_that_goes_while_the_twin_is_asked_for_is_waited_for_and_its_client_closed(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping, made = threading.Event(), list[Sdk]()

    def create() -> Any:
        made.append(Sdk(fault))
        if len(made) == 2:
            stopping.set()
        return made[-1]

    monkeypatch.setattr("edge.iot.client.IoTHubModuleClient.create_from_edge_environment", create)
    monkeypatch.setattr(join, "FIRST_PAUSE", 0.001)
    assert join.join(stopping) is None
    assert [each.closed for each in made] == [True, True]
    with pytest.raises(HubUnreachable, match=type(fault).__name__):
        EdgeHub().desired()
