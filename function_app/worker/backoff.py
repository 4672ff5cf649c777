"""When to leave the picture container alone because something behind it is down."""

import random
import threading
import time
from collections.abc import Callable

FIRST_SECONDS, LONGEST_SECONDS = 0.25, 15.0


class Backoff:
    """A pause that grows with each failure in a row and ends with the first success. Thread-safe.

    Failures of pictures that were taken before the pause began count as one: a burst of them is one outage.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`jitter` gives numbers in 0…1."""
        self._clock, self._jitter = clock, jitter
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0
        self.reason = ""

    def failed(self, reason: str, retry_after: float | None = None) -> bool:
        """Pause: as long as the other side asked, else 0.25 s doubled each time, at most 15 s, with jitter.

        True when all was well before.
        """
        with self._lock:
            first = self._failures == 0
            now = self._clock()
            if now >= self._until:
                self._failures += 1
            longest = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(self._failures - 1, 16))
            pause = longest * (0.5 + 0.5 * self._jitter())
            self._until = max(self._until, now + max(pause, retry_after or 0.0))
            self.reason = reason
            return first

    def succeeded(self) -> bool:
        """All is well again. True when it was not before."""
        with self._lock:
            recovered = self._failures > 0
            self._failures, self._until, self.reason = 0, 0.0, ""
            return recovered

    @property
    def seconds_left(self) -> float:
        """How long to wait yet."""
        with self._lock:
            return max(0.0, self._until - self._clock())

    @property
    def failing(self) -> bool:
        """The last thing tried failed: try one picture, not many."""
        with self._lock:
            return self._failures > 0
