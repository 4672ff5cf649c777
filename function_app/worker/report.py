"""What the log says of work done: sums of a period, never one picture, whose time would be one person's."""

from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from function_app.worker.metrics import Metrics


class Report:
    """A line `counts` each period. With MIN_GROUP that is an hour, whose sums leave anyway, else a minute."""

    def __init__(
        self, metrics: Metrics, every: timedelta, log: structlog.typing.FilteringBoundLogger, begin: datetime
    ) -> None:
        self._counters: dict[str, Counter] = {
            "pictures": metrics.pictures,
            "faces": metrics.faces,
            "traffic": metrics.traffic,
            "messages": metrics.messages,
            "dropped": metrics.dropped,
        }
        self._every, self._log = every, log
        self._said = dict.fromkeys(self._counters, 0)
        self._next = begin + every

    def due(self, now: datetime) -> None:
        """Say it if a period is over."""
        if now >= self._next:
            self._next = now + self._every
            self.last()

    def last(self) -> None:
        """Say what has not been said."""
        totals = {name: _value(counter) for name, counter in self._counters.items()}
        self._log.info("counts", **{name: total - self._said[name] for name, total in totals.items()})
        self._said = totals


def _value(counter: Counter) -> int:
    return int(
        next(
            sample.value for metric in counter.collect() for sample in metric.samples if sample.name.endswith("_total")
        )
    )
