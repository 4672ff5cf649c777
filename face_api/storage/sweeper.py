"""Expiry that does not wait for a reader: a thread that deletes and scrubs on a timer."""

import threading
from collections.abc import Callable, Sequence

import structlog

from face_api.errors import Unavailable
from face_api.storage.database import Database

log = structlog.get_logger()


class Sweeper:
    """Runs each of `forget` (which return how many rows they deleted) at start and every `seconds`.

    When anything was deleted, the database's files are scrubbed of it too.
    """

    def __init__(self, database: Database, forget: Sequence[Callable[[], int]], seconds: float) -> None:
        self._database = database
        self._forget = forget
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        """Sweeps once, so that nothing expired is ever served, then in the background."""
        self.sweep()
        self._thread.start()

    def sweep(self) -> int:
        """One pass; returns how many rows were deleted."""
        deleted = sum(forget() for forget in self._forget)
        if deleted:
            self._database.scrub()
        return deleted

    def stop(self) -> None:
        """Ends the thread; a pass that is under way is finished."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                self.sweep()
            except Unavailable:
                pass  # the probe has said so, once; the next pass makes up for this one
            except Exception as error:  # noqa: BLE001 - a sweep that fails is tried again; it must not end the thread
                log.error("sweep failed", cause=type(error).__name__)
