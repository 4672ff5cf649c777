"""What can go wrong in the Event Hubs server."""

from local.errors import LocalError


class EventHubsError(LocalError):
    """Root of this server's errors."""


class BadArgument(EventHubsError):
    """A hub or key on the command line is not as it must be."""


class DataFolderUnfit(EventHubsError):
    """The data folder holds something else, or hubs of another shape."""


class DecodeError(EventHubsError):
    """Bytes from a peer are not the AMQP 1.0 that was expected."""


class Refused(EventHubsError):
    """A peer may not do, or have, what it asked for; `condition` is the AMQP error condition."""

    def __init__(self, condition: str, description: str) -> None:
        super().__init__(description)
        self.condition, self.description = condition, description
