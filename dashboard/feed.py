"""From the growing files of rows into the history, and word to all open pages when there is something new."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import structlog

from dashboard.columns import OUTPUTS, Output
from dashboard.health import Source, Strip, survey
from dashboard.history import History
from dashboard.tail import Batch, Tail
from dashboard.turns import GIVE_WAY_SECONDS, Turns

LOOK_SECONDS = 0.25
HEALTH_SECONDS = 1.0
TURN_SECONDS = 0.05
REFUSED_WITHIN = timedelta(days=1)
TELL_SECONDS = 2.0
"""While a long history is read, pages hear of it this often."""
log = structlog.get_logger()


class Feed:
    """Owns the only writer of the history. `version` grows with every change a page could show."""

    def __init__(self, rows: Path, history: History, health: Sequence[Source], clock: Callable[[], datetime]) -> None:
        """Follow the outputs' files in `rows`, each from where the history has it."""
        self._tails = {output.name: Tail(rows / output.file, history.mark(output)) for output in OUTPUTS}
        self._history, self._sources, self._clock = history, health, clock
        self.turns = Turns()
        self._progress: dict[str, tuple[int, int]] = {}
        self._missed: set[str] = set()
        self._told = 0.0
        self._tidied: date | None = None
        self.version = 0
        self.unreadable = history.unreadable()
        self.refused = 0
        self.caught_up = False
        self.strip = Strip(None, None, None, len(health), len(health))

    @property
    def reading(self) -> float | None:
        """Which share of the files is read, while there is more to read at once."""
        if self.caught_up:
            return None
        done, size = (sum(part) for part in zip(*self._progress.values(), strict=True)) if self._progress else (0, 0)
        return round(min(1.0, done / size), 3) if size else 0.0

    def read_all(self) -> None:
        """Read what is there, once."""
        while self.read_piece():
            pass
        self._tidy()

    def read_piece(self) -> bool:
        """Read the next piece of each file; answer whether any has more. Between two, pages see what there is."""
        changed = more = False
        for output in OUTPUTS:
            batch = self._read(output)
            if batch is None:
                continue
            self._progress[output.name] = (batch.mark.offset, batch.size)
            if batch.restarted or batch.lines or batch.overlong:
                self._take(output, batch)
                changed = True
            more = more or batch.more
        if more:
            self.caught_up = self.caught_up and not changed
        if changed and (not more or time.monotonic() - self._told > TELL_SECONDS):
            self._told = time.monotonic()
            self.version += 1
        return more

    def _read(self, output: Output) -> Batch | None:
        """None where the file can't be read now; that is said once, and the other files are read all the same."""
        try:
            batch = self._tails[output.name].read()
        except OSError as error:
            if output.name not in self._missed:
                log.warning("rows can't be read", output=output.name, reason=error.strerror)
            self._missed.add(output.name)
            return None
        self._missed.discard(output.name)
        return batch

    async def follow_rows(self) -> None:
        """Read on for ever."""
        while True:
            more = await asyncio.to_thread(self.read_piece)
            if more:
                await self._give_way()
            else:
                if not self.caught_up or self._tidied != self._clock().date():
                    await asyncio.to_thread(self._tidy)
                if not self.caught_up:
                    self.caught_up = True
                    self.version += 1
                await asyncio.sleep(LOOK_SECONDS)

    async def follow_health(self) -> None:
        """Ask the health sources for ever."""
        while True:
            self.strip = await survey(self._sources, self._clock())
            if self.caught_up:
                self.refused = await asyncio.to_thread(self._history.refused, self._clock() - REFUSED_WITHIN)
            await asyncio.sleep(HEALTH_SECONDS)

    async def _give_way(self) -> None:
        end = time.monotonic() + GIVE_WAY_SECONDS
        while self.turns.are_taken() and time.monotonic() < end:
            await asyncio.sleep(TURN_SECONDS)

    def _tidy(self) -> None:
        self._history.tidy(self._clock())
        self._tidied = self._clock().date()

    def _take(self, output: Output, batch: Batch) -> None:
        if batch.restarted:
            log.warning("rows file replaced", output=output.name)
            self._history.clear(output)
        unreadable = self._history.add(output, batch.lines, batch.overlong, batch.mark, self._clock())
        if unreadable:
            log.warning("rows left out", output=output.name, lines=unreadable)
        self.unreadable = self._history.unreadable()
