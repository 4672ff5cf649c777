"""The official Java client against the Event Hubs server."""

from tests.clients.event_hubs_suite import EventHubsSuite


class TestEventHubs(EventHubsSuite):
    """All of it."""

    language = "java"
    differs = "an asynchronous consumer's stream completes when the connection breaks: subscribe again; processors do"
    ways = ("batch", "async", "buffered")
    inclusive_offsets = False
