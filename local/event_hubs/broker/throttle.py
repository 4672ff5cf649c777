"""How much senders may send, as a namespace's throughput units set it in Azure."""

from collections.abc import Callable

from local.event_hubs.errors import Refused


class Throttle:
    """Lets so many events a second pass, and a second's worth at once."""

    def __init__(self, events_per_second: float | None, now: Callable[[], float]) -> None:
        """None lets all pass; `now` gives seconds."""
        self._rate, self._now = events_per_second, now
        self._room, self._seen = events_per_second or 0.0, now()

    def admit(self, events: int) -> None:
        """Raises Refused, as Azure does, when too much has come; a client waits a little and tries again."""
        if self._rate is None:
            return
        now = self._now()
        self._room = min(self._rate, self._room + max(now - self._seen, 0.0) * self._rate)
        self._seen = now
        if self._room < min(events, self._rate):
            raise Refused("com.microsoft:server-busy", "The request was terminated: too many events. Try again later.")
        self._room -= events
