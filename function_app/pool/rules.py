"""What the operator decides about leaving."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from function_app.moments import DayStart

LEAVING = timedelta(minutes=5)
"""Full steps of the clock at which what tells that somebody was at a display leaves, and ends: the moment at which it
became full is one person's, and who that was may be told by when the shop was empty."""
IN_TIME = timedelta(seconds=45)
"""So long after its end an hour or a day is closed, if its camera has not said before that it is over: while no row of
the minute after it has left, which would move the windows on and this one's rest into the next hour."""
QUIET_HOUR, QUIET_DAY = timedelta(seconds=90), timedelta(hours=1)
"""What comes later still, as after an outage, waits so long for more of its hour, or of its day."""


def closes_at(end: datetime, touched: datetime, quiet: timedelta) -> datetime:
    """When what lies before `end`, and was last added to at `touched`, is closed: in time whatever was counted last."""
    in_time = end + IN_TIME
    return in_time if touched <= in_time else touched + quiet


@dataclass(frozen=True, slots=True)
class Rules:
    """`least`: how many people make a group; 0 or 1: everything leaves at once.

    `recognised`: a visitor memory is kept, so that display visitors are different people. `make_id`: the id of a
    message by what it was made of: a keyed hash, 32 hex digits.
    """

    least: int
    day: DayStart
    recognised: bool
    make_id: Callable[[str], str]

    @property
    def pooled(self) -> bool:
        """Whether counts wait for company."""
        return self.least > 1
