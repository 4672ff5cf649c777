"""Figures for Prometheus: counts and times, nothing about a picture or a person."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Metrics:
    """One registry for one service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("face_api_requests", "Answers.", ["operation", "status"], registry=self.registry)
        self._seconds = Histogram(
            "face_api_request_seconds", "Time to answer.", ["operation"], buckets=_BUCKETS, registry=self.registry
        )
        self._stages = Histogram(
            "face_api_stage_seconds",
            "Time of a stage of a picture.",
            ["stage"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._faces = Counter("face_api_faces", "Faces found.", registry=self.registry)
        self._visits = Counter(
            "face_api_visits", "Faces observed, by what they were.", ["visit"], registry=self.registry
        )

    def watch(self, name: str, text: str, value: Callable[[], float]) -> None:
        """A gauge that is asked when it is scraped."""
        Gauge(name, text, registry=self.registry).set_function(value)

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(operation, str(status)).inc()
        self._seconds.labels(operation).observe(seconds)

    def stage(self, name: str, seconds: float) -> None:
        """A picture has passed a stage."""
        self._stages.labels(name).observe(seconds)

    def found(self, faces: int) -> None:
        """Faces were found in a picture."""
        self._faces.inc(faces)

    def observed(self, visit: str) -> None:
        """The visitor memory has answered about a face."""
        self._visits.labels(visit).inc()

    def text(self) -> bytes:
        """All figures in the Prometheus text format."""
        return generate_latest(self.registry)
