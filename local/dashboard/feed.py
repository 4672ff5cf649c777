"""From the growing rows file into the history, and word to all open pages when there is something new."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from local.dashboard.errors import RowUnreadable
from local.dashboard.health import Source, Strip, survey
from local.dashboard.history import History
from local.dashboard.pooling import Pooling
from local.dashboard.tail import Batch, Tail
from local.dashboard.windows import Release, read_row

LOOK_SECONDS = 0.25
HEALTH_SECONDS = 1.0
log = structlog.get_logger()


class Feed:
    """Owns the only writer of the history. `version` grows with every change a page could show."""

    def __init__(
        self,
        tail: Tail,
        new_pooling: Callable[[], Pooling],
        history: History,
        health: Sequence[Source],
        clock: Callable[[], datetime],
    ) -> None:
        """`new_pooling` makes an empty one: at the start, and when the rows file is replaced."""
        self._tail, self._new_pooling, self._history = tail, new_pooling, history
        self._sources, self._clock = health, clock
        self._pooling = new_pooling()
        self.version = 0
        self.unreadable = 0
        self.strip = Strip(None, None, None, len(health), len(health))

    async def follow_rows(self) -> None:
        """Read on for ever."""
        while True:
            batch = await asyncio.to_thread(self._tail.read)
            if batch.restarted or batch.lines or batch.overlong:
                await asyncio.to_thread(self._take, batch)
                self.version += 1
            if not batch.more:
                await asyncio.sleep(LOOK_SECONDS)

    async def follow_health(self) -> None:
        """Ask the health sources for ever."""
        while True:
            self.strip = await survey(self._sources, self._clock())
            await asyncio.sleep(HEALTH_SECONDS)

    def _take(self, batch: Batch) -> None:
        if batch.restarted:
            log.warning("rows file replaced")
            self._history.clear()
            self._pooling = self._new_pooling()
            self.unreadable = 0
        unreadable = batch.overlong
        releases: list[Release] = []
        for line in batch.lines:
            try:
                releases.extend(self._pooling.add(read_row(line)))
            except RowUnreadable as error:
                unreadable += 1
                log.warning("row left out", reason=str(error))
        self.unreadable += unreadable
        self._history.add(releases)
