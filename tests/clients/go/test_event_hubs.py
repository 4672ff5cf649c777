"""The official go client against the Event Hubs server."""

from tests.clients.event_hubs_suite import EventHubsSuite


class TestEventHubs(EventHubsSuite):
    """All of it."""

    language = "go"
