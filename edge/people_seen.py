"""How many people were in view: what telemetry says of a stretch of time."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PeopleSeen:
    """Over a stretch of time: frames looked at, the most people in one of them, and the mean."""

    frames: int
    most: int
    mean: float


class PeopleMeter:
    """Adds up frame by frame; `take` starts anew. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames = self._most = self._sum = 0

    def add(self, people: int) -> None:
        """One frame with so many people."""
        with self._lock:
            self._frames += 1
            self._most = max(self._most, people)
            self._sum += people

    def take(self) -> PeopleSeen:
        """What was added since the last take."""
        with self._lock:
            mean = self._sum / self._frames if self._frames else 0.0
            seen = PeopleSeen(self._frames, self._most, round(mean, 2))
            self._frames = self._most = self._sum = 0
            return seen
