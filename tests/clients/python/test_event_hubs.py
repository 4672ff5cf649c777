"""The official python client against the Event Hubs server."""

from tests.clients.event_hubs_suite import EventHubsSuite


class TestEventHubs(EventHubsSuite):
    """All of it."""

    language = "python"
    differs = "its buffered producer takes another partition than all else does for keys whose hash is below 0"
    ways = ("batch", "single", "buffered", "sync")
