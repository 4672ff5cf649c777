"""What can go wrong with the window runner; `cli` turns each into one line and an exit status."""


class WindowsError(Exception):
    """Root of the room's errors; its text is one line that says what to do."""


class QueryInvalidError(WindowsError):
    """The query is not well formed, or names what does not exist."""


class NotSupportedError(WindowsError):
    """The query uses something that this runner does not do; Stream Analytics may."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the local runner does not support {what}")


class SettingsInvalidError(WindowsError):
    """An event-order setting or an environment variable is missing or out of range."""


class EventsUnreadableError(WindowsError):
    """The events file is missing, or a line in it is not an event."""


class CheckpointInvalidError(WindowsError):
    """The checkpoint belongs to another query, or the output files are not those it speaks of."""


class CheckpointTakenError(WindowsError):
    """Another runner writes this checkpoint."""
