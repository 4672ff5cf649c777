"""What SendTallies hands to the host's output binding, and when that has been acknowledged.

The host sends after the function has returned and tells nobody. But with an endless retry it comes back with the same
call until the sending has succeeded, and only then with a new one. So a new call says that all that the call before it
handed out, in this process, has arrived. After a restart nothing is known, and all is sent again under the same ids.
"""

from collections.abc import Callable
from datetime import datetime

from function_app.dispatch import Dispatch, Parcel

MOST_MESSAGES = 500


class Desk:
    """One process' part; the host calls one at a time."""

    def __init__(self, dispatch: Dispatch, now: Callable[[], datetime]) -> None:
        self._dispatch, self._now = dispatch, now
        self._handed_out: list[Parcel] = []

    def hand_out(self, again: bool) -> list[str]:
        """The messages to send, as JSON. `again`: the host repeats a call whose sending failed."""
        if not again:
            for parcel in self._handed_out:
                self._dispatch.acknowledged(parcel.place, parcel.messages)
            self._handed_out = []
        if not self._handed_out:
            self._collect()
        return [message.body for parcel in self._handed_out for message in parcel.messages]

    def _collect(self) -> None:
        messages = 0
        for parcel in self._dispatch.waiting(self._now()):
            self._handed_out.append(parcel)
            messages += len(parcel.messages)
            if messages >= MOST_MESSAGES:
                return
