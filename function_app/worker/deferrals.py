"""Which pictures failed lately, so that one that always fails does not stand in the way of the others."""

import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 30.0
MAX_PICTURES = 10_000


class Deferrals:
    """A waiting time per picture that doubles with each of its failures. Bounded; thread-safe."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`jitter` gives numbers in 0…1."""
        self._clock, self._jitter = clock, jitter
        self._lock = threading.Lock()
        self._pictures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def defer(self, name: str) -> None:
        """The picture failed: leave it for 0.5 s, the next time for twice as long, at most 30 s, with jitter."""
        with self._lock:
            failures = self._pictures.pop(name, (0, 0.0))[0]
            pause = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(failures, 16)) * (0.5 + 0.5 * self._jitter())
            self._pictures[name] = (failures + 1, self._clock() + pause)
            if len(self._pictures) > MAX_PICTURES:
                self._pictures.popitem(last=False)

    def forget(self, name: str) -> None:
        """The picture is done."""
        if self._pictures:
            with self._lock:
                self._pictures.pop(name, None)

    def waiting(self, name: str) -> bool:
        """Whether to leave it yet."""
        with self._lock:
            return self._pictures.get(name, (0, 0.0))[1] > self._clock()
