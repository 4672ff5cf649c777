"""Which blobs failed lately: one that always fails stands in nobody's way, and one at fault is given up."""

import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 30.0
MAX_BLOBS = 10_000
STRIKES = 3


@dataclass(frozen=True, slots=True)
class _Record:
    failures: int
    wait_until: float
    strikes: int


class Deferrals:
    """A waiting time per blob that doubles with each of its failures. Bounded; thread-safe."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`jitter` gives numbers in 0…1."""
        self._clock, self._jitter = clock, jitter
        self._lock = threading.Lock()
        self._blobs: OrderedDict[str, _Record] = OrderedDict()

    def defer(self, name: str, its_own_fault: bool) -> None:
        """The blob failed: leave it for 0.5 s, the next time for twice as long, at most 30 s, with jitter."""
        with self._lock:
            before = self._blobs.pop(name, _Record(0, 0.0, 0))
            pause = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(before.failures, 16)) * (0.5 + 0.5 * self._jitter())
            strikes = before.strikes + 1 if its_own_fault else 0
            self._blobs[name] = _Record(before.failures + 1, self._clock() + pause, strikes)
            if len(self._blobs) > MAX_BLOBS:
                self._blobs.popitem(last=False)

    def failed_before(self, name: str) -> bool:
        """Whether it has failed already."""
        return name in self._blobs

    def hopeless(self, name: str) -> bool:
        """Whether it failed STRIKES times in a row by its own fault."""
        with self._lock:
            record = self._blobs.get(name)
            return record is not None and record.strikes >= STRIKES

    def forget(self, name: str) -> None:
        """The blob is done."""
        with self._lock:
            self._blobs.pop(name, None)

    def waiting(self, name: str) -> bool:
        """Whether to leave it yet."""
        with self._lock:
            record = self._blobs.get(name)
            return record is not None and record.wait_until > self._clock()
