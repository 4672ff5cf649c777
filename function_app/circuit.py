"""A circuit breaker: when a service has failed several times in a row, leave it alone for a while."""

import threading
import time
from collections.abc import Callable

from function_app.errors import FaceApiUnavailable


class Circuit:
    """Opens after `threshold` failures in a row, for `rest_seconds`; then lets one caller try. Thread-safe."""

    def __init__(
        self, threshold: int = 5, rest_seconds: float = 5.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._threshold, self._rest, self._clock = threshold, rest_seconds, clock
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_again_at = 0.0

    def enter(self) -> None:
        """Ask leave to call. Raises FaceApiUnavailable with the time left while the circuit is open."""
        with self._lock:
            if self._failures < self._threshold:
                return
            left = self._closed_again_at - self._clock()
            if left > 0:
                raise FaceApiUnavailable("the Face API has failed several times; the circuit is open", left)
            self._closed_again_at = self._clock() + self._rest  # one caller tries; the others go on waiting

    def is_open(self) -> bool:
        """Whether a call now would be refused."""
        with self._lock:
            return self._failures >= self._threshold and self._clock() < self._closed_again_at

    def succeeded(self) -> None:
        """The service answered, be it with a refusal."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """The service did not answer, or answered that it can't."""
        with self._lock:
            self._failures += 1
            self._closed_again_at = self._clock() + self._rest
