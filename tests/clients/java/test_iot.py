"""The official java IoT client against the gateway."""

from tests.clients.iot_suite import IotRefusalSuite, IotSuite, gateway

__all__ = ["gateway"]


class TestIot(IotSuite):
    """All of it. Its synchronous calls may miss an answer that has arrived: see Answer in Iot.java."""

    language = "java"
    differs = (
        "`updateReportedProperties()` and `getTwin()` may miss an answer that has arrived and time out, a race of the "
        "SDK's threads ([its issue 1803](https://github.com/Azure/azure-iot-sdk-java/issues/1803), open): use the "
        "asynchronous forms and heed `onResponseAcknowledged` too; it gives up when the workload socket is away: open "
        "again"
    )


class TestIotRefusal(IotRefusalSuite):
    """All of it."""

    language = "java"
