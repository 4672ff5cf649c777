"""The official javascript IoT client against the gateway."""

from tests.clients.iot_suite import IotRefusalSuite, IotSuite, gateway

__all__ = ["gateway"]


class TestIot(IotSuite):
    """All of it."""

    language = "javascript"


class TestIotRefusal(IotRefusalSuite):
    """All of it."""

    language = "javascript"
