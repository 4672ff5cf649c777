"""What the worker counts, for Prometheus. No label holds a name."""

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

LATENCY_BUCKETS = (
    *(0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1.0),
    *(1.5, 2, 5, 15, 60, 300, 3600),
)


class Metrics:
    """The worker's counters in a registry of their own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.pictures = Counter("footfall_pictures_done", "Pictures analyzed, made safe, deleted", registry=registry)
        self.faces = Counter("footfall_faces", "Faces in them", registry=registry)
        self.traffic = Counter("footfall_traffic_done", "Traffic blobs made safe and deleted", registry=registry)
        self.poisoned = Counter("footfall_blobs_poisoned", "Blobs put to poison", ["reason"], registry=registry)
        self.kept = Counter("footfall_blobs_kept", "Tries that failed and left the blob", ["why"], registry=registry)
        self.missed = Counter("footfall_blobs_missed", "Blobs another worker had first", registry=registry)
        self.purged = Counter("footfall_blobs_purged", "Blobs deleted for their age", registry=registry)
        self.undeletable = Gauge("footfall_blobs_undeletable", "Blobs that storage won't delete", registry=registry)
        self.freed = Counter("footfall_leases_broken", "Leases of others that had lasted too long", registry=registry)
        self.crowded = Gauge(
            "footfall_cameras_crowded", "Cameras with more waiting than a look takes in", registry=registry
        )
        self.messages = Counter("footfall_messages", "Messages acknowledged by Event Hubs", registry=registry)
        self.dropped = Counter(
            "footfall_visitors_dropped", "Display visitors under MIN_GROUP at a day's end", registry=registry
        )
        self.in_work = Gauge("footfall_blobs_in_work", "Blobs being worked on", registry=registry)
        self.pause = Gauge("footfall_pause_seconds", "Time left of a pause after failures", registry=registry)
        self.latency = Histogram(
            "footfall_capture_to_safe_seconds",
            "From the capture to Event Hubs' acknowledgement or, with MIN_GROUP, into the pool",
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )


class Publication:
    """The metrics as text, as they were at most `every_seconds` ago.

    Counters that are read each second tell when a single person came; with MIN_GROUP they are told by the quarter hour.
    """

    def __init__(
        self, registry: CollectorRegistry, every_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._registry, self._every, self._clock = registry, every_seconds, clock
        self._text, self._made = b"", -every_seconds
        self.text()

    def text(self) -> bytes:
        """In Prometheus' format."""
        now = self._clock()
        if now - self._made >= self._every:
            self._text, self._made = generate_latest(self._registry), now
        return self._text
