"""Brings back what ends, as whoever runs the processes does."""

import signal
import time
from collections.abc import Callable

from local.child import Child
from local.errors import LocalError
from tests.soak.stack import SoakStack

PAUSE_SECONDS = 2.0
"""Before a process that could not start, or ended as it should, is started anew."""


class Supervisor:
    """ended: what each process said that ended against its contract. waited: how often the query's start was too early.

    What was killed with -9 was killed by a disturbance, which brings it back itself.
    """

    def __init__(self, stack: SoakStack, tell: Callable[[str], None]) -> None:
        self._stack, self._tell = stack, tell
        self._not_before: dict[str, float] = {}
        self.ended: list[str] = []
        self.waited = 0

    def go_on(self, seconds: float) -> None:
        """For so long, and once at least."""
        until = time.monotonic() + seconds
        while True:
            for name, child in list(self._stack.named.items()):
                if child.status is not None:
                    self._bring_back(name, child)
            if time.monotonic() >= until:
                return
            time.sleep(0.1)

    def _bring_back(self, name: str, child: Child) -> None:
        if child.status == -signal.SIGKILL or time.monotonic() < self._not_before.get(name, 0):
            return
        if name == "windows" and not _was_ready(child):  # what it needs was away when it started; an orchestrator waits
            self.waited += 1
            self._not_before[name] = time.monotonic() + PAUSE_SECONDS
        elif name == "edge" and _by_contract(child):
            self._not_before[name] = time.monotonic() + PAUSE_SECONDS
        else:
            self.ended.append(f"{name} with status {child.status}: {child.last_words}")
            self._tell(self.ended[-1])
        self._stack.revive(name)


def _by_contract(camera: Child) -> bool:
    """The film's end; pictures left, as storage is away; garbage in the twin at a start, refused in a line."""
    words = camera.last_words
    return camera.status == 0 or "wait in the spool" in words or (camera.status == 2 and "settings:" in words)


def _was_ready(child: Child) -> bool:
    try:
        child.wait_for("ready", 0.01)
    except LocalError:
        return False
    return True
