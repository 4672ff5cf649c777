"""What is done once a minute in the background: retention, and a line in the log."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from function_app.errors import FunctionAppError
from function_app.retention import keep_to
from function_app.storage.container import Container
from function_app.worker.metrics import Metrics
from function_app.worker.report import Report

EVERY_SECONDS = 60.0


class Housekeeping:
    """Keeps the containers to the retention, and reports, until stopped."""

    def __init__(
        self,
        containers: Sequence[Container],
        retention: timedelta,
        report: Report,
        *,
        metrics: Metrics,
        log: structlog.typing.FilteringBoundLogger,
        now: Callable[[], datetime],
    ) -> None:
        self._containers, self._retention, self._report = containers, retention, report
        self._metrics, self._log, self._now = metrics, log, now
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
        self._report.last()

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            try:
                self._report.due(self._now())
                self._metrics.undeletable.set(sum([self._keep(container) for container in self._containers]))
            except Exception as fault:  # noqa: BLE001 (of ours: without this thread pictures would stay)
                self._log.error("fault", kind=type(fault).__name__)

    def _keep(self, container: Container) -> int:
        try:
            kept = keep_to(container, self._retention, self._now())
        except FunctionAppError:
            return 0  # the loop says it
        self._metrics.purged.inc(kept.purged)
        self._metrics.freed.inc(kept.freed)
        if kept.purged or kept.undeletable or kept.freed:
            self._log.warning("retention", purged=kept.purged, undeletable=kept.undeletable, freed=kept.freed)
        return kept.undeletable
