"""What can go wrong in the local stack; each message is one line that says what to do."""


class LocalError(Exception):
    """Root of the room's errors."""


class SurroundingsUnfit(LocalError):
    """Something the stack needs on this machine is missing or taken."""


class ChildDied(LocalError):
    """A process of the stack ended by itself."""


class NotReady(LocalError):
    """A process did not come up in time."""


class ChildRefused(LocalError):
    """A process would not start with the settings it was given; the message is its own line."""


class NothingToShow(LocalError):
    """The footage named does not exist or holds nothing."""
