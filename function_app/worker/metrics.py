"""What the worker counts, for Prometheus. No label holds a name."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LATENCY_BUCKETS = (0.1, 0.2, 0.35, 0.5, 0.75, 1, 2, 5, 15, 60, 300, 3600)


class Metrics:
    """The worker's counters in a registry of their own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.done = Counter("footfall_pictures_done", "Pictures analyzed, sent and deleted", registry=registry)
        self.poisoned = Counter("footfall_pictures_poisoned", "Pictures put to poison", ["reason"], registry=registry)
        self.kept = Counter(
            "footfall_pictures_kept", "Tries that failed and left the picture", ["why"], registry=registry
        )
        self.missed = Counter("footfall_pictures_missed", "Pictures another worker had first", registry=registry)
        self.purged = Counter("footfall_pictures_purged", "Pictures deleted for their age", registry=registry)
        self.events = Counter("footfall_events", "Visit events acknowledged by Event Hubs", registry=registry)
        self.in_work = Gauge("footfall_pictures_in_work", "Pictures being worked on", registry=registry)
        self.pause = Gauge("footfall_pause_seconds", "Time left of a pause after failures", registry=registry)
        self.latency = Histogram(
            "footfall_capture_to_ack_seconds",
            "From the capture to Event Hubs' acknowledgement",
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
