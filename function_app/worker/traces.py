"""Traces of single pictures, from the capture until they are safe: when, and how long each step took; never whose.

Off unless TRACES_ENDPOINT names an OpenTelemetry collector. No span has an attribute: no store, camera, name or id.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from opentelemetry.trace import NoOpTracer, Span, Tracer

from function_app.faces import Face, FaceService, Visit

SERVICE = "footfall-worker"


class Traces:
    """Spans of the pictures at work, one trace a picture."""

    def __init__(self, tracer: Tracer, close: Callable[[], object] = lambda: None) -> None:
        self._tracer, self._close = tracer, close

    @contextmanager
    def picture(self, captured_at: datetime) -> Iterator[Span]:
        """The whole of it, begun at the capture; its first step, the way here, is over."""
        began = round(captured_at.timestamp() * 1e9)
        with self._tracer.start_as_current_span(
            "picture", start_time=began, record_exception=False, set_status_on_exception=False
        ) as span:
            self._tracer.start_span("on its way", start_time=began).end()
            yield span

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step of the picture in this thread. What it raises is not recorded: its text may quote anything."""
        with self._tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False):
            yield

    def close(self) -> None:
        """Send what is left."""
        self._close()


def none() -> Traces:
    """No traces."""
    return Traces(NoOpTracer())


def to_collector(endpoint: str) -> Traces:
    """Traces over OTLP/HTTP, in batches, dropped where the collector does not answer."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - seldom needed
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource({"service.name": SERVICE}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint, timeout=5)))
    return Traces(provider.get_tracer(SERVICE), provider.shutdown)


class TracedFaces:
    """A Face API whose calls are steps of a trace."""

    def __init__(self, service: FaceService, traces: Traces) -> None:
        self._service, self._traces = service, traces

    def detect(self, picture: bytes) -> Sequence[Face]:
        """As the service's."""
        with self._traces.step("detect"):
            return self._service.detect(picture)

    def observe(self, observation_id: str, seen_at: datetime, camera: str, face_ids: Sequence[str]) -> Sequence[Visit]:
        """As the service's."""
        with self._traces.step("observe"):
            return self._service.observe(observation_id, seen_at, camera, face_ids)

    def reads_a_blank_picture(self) -> bool:
        """As the service's."""
        return self._service.reads_a_blank_picture()
