"""From the spool to picture storage, oldest first, for as long as it takes."""

import random
import threading
from collections.abc import Callable

import structlog

from edge.errors import UploadFailed
from edge.parcel import Parcel
from edge.spool.spool import Spool
from edge.upload import PictureStorage

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0

log = structlog.get_logger()


class Forwarder:
    """Sends what the spool holds, in a thread. Use as a context manager."""

    def __init__(self, spool: Spool, connect: Callable[[], PictureStorage]) -> None:
        """connect: opens the storage that the settings name now; called again after `reconnect`."""
        self._spool = spool
        self._connect = connect
        self._storage: PictureStorage | None = None
        self._hurry = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="forward", daemon=True)
        self.last_error: str | None = None
        self.failure: Exception | None = None

    def __enter__(self) -> "Forwarder":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._hurry.set()
        self._thread.join(timeout=30)

    def reconnect(self) -> None:
        """The storage's address or SAS has changed: use the new one, at once."""
        self._storage = None
        self.hurry()

    def hurry(self) -> None:
        """Try again now, not after the pause that a failure is followed by."""
        self._hurry.set()

    def _run(self) -> None:
        try:
            self._forward()
        except Exception as error:  # noqa: BLE001 - the module must not go on with nobody sending
            self.failure = error

    def _forward(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            waiting = self._spool.oldest(timeout=0.2)
            if waiting is None:
                continue
            entry, parcel = waiting
            failed = self._send(parcel, failures)
            if failed is None:
                self._spool.done(entry)
                failures = 0
                continue
            if failed.its_own:
                self._spool.postpone(entry)
            failures += 1
            self._pause(failures)

    def _send(self, parcel: Parcel, failures: int) -> UploadFailed | None:
        """Why it couldn't be sent, if so."""
        try:
            storage = self._storage = self._storage or self._connect()
            storage.put(parcel)
        except UploadFailed as failed:
            if failed.reason != self.last_error:
                log.warning("upload failed", reason=failed.reason, hint=failed.hint)
            self.last_error = failed.reason
            return failed
        if failures:
            log.info("upload works again", waiting=self._spool.waiting)
        self.last_error = None
        return None

    def _pause(self, failures: int) -> None:
        """Longer with each failure, never the same for two cameras; cut short by `hurry`."""
        longest = min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
        self._hurry.wait(longest * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
        self._hurry.clear()
