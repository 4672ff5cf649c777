"""Can the store be written? Asked by every probe, found out every few seconds."""

import threading
import time
from collections.abc import Callable

import structlog

from face_api.errors import Unavailable
from face_api.storage.database import Database

log = structlog.get_logger()
_SECONDS = 2.0


class StoreProbe:
    """Writes a row now and then; says once when that fails, and once when it works again. `clock`: steady seconds."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._asked = threading.Lock()
        self._writable, self._known_at, self._away_since = True, -_SECONDS, 0.0
        with database.transaction() as transaction:
            transaction.lock("schema")
            transaction.execute("CREATE TABLE IF NOT EXISTS probe (one BIGINT PRIMARY KEY, written BIGINT NOT NULL)")
            transaction.execute("INSERT INTO probe VALUES (1, 0) ON CONFLICT DO NOTHING")

    def writable(self) -> bool:
        """Whether the store could be written when it was last tried, at most a few seconds ago. Waits for no other."""
        if self._asked.acquire(blocking=False):
            try:
                if self._clock() - self._known_at >= _SECONDS:
                    self._note(self._fault())
                    self._known_at = self._clock()
            finally:
                self._asked.release()
        return self._writable

    def _fault(self) -> str | None:
        try:
            with self._database.transaction() as transaction:
                transaction.execute("UPDATE probe SET written = written + 1 WHERE one = 1")
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with the store, the answer is no
            return (fault.cause if isinstance(fault, Unavailable) else None) or type(fault).__name__
        return None

    def _note(self, fault: str | None) -> None:
        if fault and self._writable:
            self._away_since = self._clock()
            log.error("store can't be written", cause=fault)
        elif not fault and not self._writable:
            log.info("store can be written", seconds=round(self._clock() - self._away_since))
        self._writable = not fault
