"""When which disturbance begins: all kinds in random order, again and again, a few at a time."""

import random
import time
from collections.abc import Callable

from tests.soak.disturbances import Disturber, Steps

TICK_SECONDS, A_TICK = 0.2, 0.1
"""How often it is looked at, and how likely something begins then."""
MOST_AT_ONCE = 3
TIMES = {"kill -9": 4, "clock step": 2, "odd events": 2}
"""How often a kind is done while each of the others is done once; a death of storage takes it away for longest."""


class Schedule:
    """One disturbance of a kind at a time."""

    def __init__(self, disturber: Disturber, chance: random.Random, tell: Callable[[str], None]) -> None:
        self._disturber, self._chance, self._tell = disturber, chance, tell
        self._often = [kind for kind in disturber.kinds for _ in range(TIMES.get(kind, 1))]
        self._waiting: list[str] = []
        self.going_on: dict[str, tuple[float, Steps]] = {}

    def step(self, *, may_begin: bool) -> None:
        """Go on with what is due, and perhaps begin something."""
        for kind, (due, steps) in list(self.going_on.items()):
            if time.monotonic() >= due:
                self._go_on(kind, steps)
        if not may_begin or len(self.going_on) >= MOST_AT_ONCE or self._chance.random() > A_TICK:
            return
        self._waiting = self._waiting or self._chance.sample(self._often, len(self._often))
        kind = self._waiting.pop()
        if kind in self.going_on:
            self._waiting.insert(0, kind)
        else:
            self._tell(kind)
            self._go_on(kind, self._disturber.start(kind))

    def _go_on(self, kind: str, steps: Steps) -> None:
        try:
            self.going_on[kind] = (time.monotonic() + next(steps), steps)
        except StopIteration:
            self.going_on.pop(kind, None)
