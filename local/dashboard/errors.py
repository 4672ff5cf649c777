"""What can go wrong in the dashboard."""

from local.errors import LocalError


class SettingWrong(LocalError):
    """A setting or argument has no meaning; the message says which and what would do."""


class RowUnreadable(LocalError):
    """A line of the rows file is not a window row. The message never repeats the line."""


class TooManyViewers(LocalError):
    """More pages are open than the process keeps streams for."""
