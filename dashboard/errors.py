"""What can go wrong in the dashboard."""


class DashboardError(Exception):
    """Root of the room's errors; its text is one line that says what to do."""


class SettingWrong(DashboardError):
    """A setting or argument has no meaning; the message says which and what would do."""


class HistoryInUse(DashboardError):
    """Another process holds the database beside the rows."""


class TooManyViewers(DashboardError):
    """More pages are open than the process keeps streams for."""


class NoBrowser(DashboardError):
    """There is no Chromium to make a PDF with, or it failed."""
