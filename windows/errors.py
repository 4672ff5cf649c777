"""What can go wrong with the window runner; `cli` turns each into one line and an exit status."""


class WindowsError(Exception):
    """Root of the room's errors; its text is one line that says what to do."""


class QueryInvalidError(WindowsError):
    """The query is not well formed, or names what does not exist."""


class NotSupportedError(WindowsError):
    """The query uses something that this runner does not do; Stream Analytics may."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the local runner does not support {what}")


class UntypedFieldError(NotSupportedError):
    """The query uses an event's field as it comes, where its meaning depends on what the event holds."""

    def __init__(self, field: str) -> None:
        super().__init__(f"the field {field} without a type: write TRY_CAST({field} AS …), best in the first step")


class SettingsInvalidError(WindowsError):
    """An event-order setting or an environment variable is missing or out of range."""


class EventsUnreadableError(WindowsError):
    """The events file is missing, or a line in it is not an event."""


class CheckpointInvalidError(WindowsError):
    """The checkpoint belongs to another query, or the output files are not those it speaks of."""


class FaultError(WindowsError):
    """Nothing the operator wrote is wrong, but the run cannot go on; starting it again takes it up."""


class EvaluationError(FaultError):
    """The query came upon a value that it cannot take; what the value is stays unsaid."""


class CheckpointTakenError(FaultError):
    """Another runner writes this checkpoint or these files."""


class StorageError(FaultError):
    """The checkpoint storage does not answer."""


class HubError(FaultError):
    """Event Hubs refuses the connection, or does not answer."""
