"""Retention in the background: once a minute, what is too old is deleted."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from function_app.errors import StorageUnavailable
from function_app.purge import purge
from function_app.storage import Container
from function_app.worker.metrics import Metrics

EVERY_SECONDS = 60.0


class Housekeeping:
    """Purges the containers until stopped."""

    def __init__(
        self,
        containers: Sequence[Container],
        retention: timedelta,
        metrics: Metrics,
        log: structlog.typing.FilteringBoundLogger,
        now: Callable[[], datetime],
    ) -> None:
        self._containers, self._retention, self._metrics, self._log, self._now = (
            containers,
            retention,
            metrics,
            log,
            now,
        )
        self._every = min(EVERY_SECONDS, retention.total_seconds())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the deletion under way."""
        self._stop.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            self._once()

    def _once(self) -> None:
        before = self._now() - self._retention
        for container in self._containers:
            try:
                purged = purge(container, before)
            except StorageUnavailable:
                continue  # the loop says it
            if purged:
                self._metrics.purged.inc(purged)
                self._log.warning("pictures purged", pictures=purged)
