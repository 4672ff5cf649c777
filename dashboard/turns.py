"""Whoever reads history gives way to whoever looks, for a while."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LULL_SECONDS = 0.3
"""A page that opens asks for file after file; so long after the last it may go on asking."""
GIVE_WAY_SECONDS = 1.0
"""At most, between two pieces: pages that ask without end do not stop the reading."""


class Turns:
    """Knows whether anyone looks. Numbers are worked out one at a time (Board), so that counting needs no lock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` in seconds."""
        self._clock = clock
        self._looking = 0
        self._asked = float("-inf")

    def asked(self) -> None:
        """Note that someone asked for something."""
        self._asked = self._clock()

    @contextmanager
    def looking(self) -> Iterator[None]:
        """While numbers are worked out."""
        self._looking += 1
        try:
            yield
        finally:
            self._looking -= 1
            self.asked()

    def are_taken(self) -> bool:
        """Whether someone looks, or did a moment ago."""
        return self._looking > 0 or self._clock() - self._asked < LULL_SECONDS
