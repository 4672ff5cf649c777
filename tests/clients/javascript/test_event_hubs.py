"""The official JavaScript client against the Event Hubs server."""

from tests.clients.event_hubs_suite import EventHubsSuite


class TestEventHubs(EventHubsSuite):
    """All of it."""

    language = "javascript"
    differs = "a message in flight when the connection breaks is waited for until `timeoutInMs`, a minute by default"
    ways = ("batch", "list", "buffered")
