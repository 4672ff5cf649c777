"""Traces from capture to acknowledgement: each step's time, and nothing that tells whose."""

import http.server
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from function_app.errors import SettingsInvalid
from function_app.faces import Visit
from function_app.settings import WorkerSettings, load
from function_app.worker.traces import SERVICE, TracedFaces, none, to_collector

CAPTURED = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)


class Collector:
    """What came over OTLP/HTTP."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        bodies = self.bodies

        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v1/traces"

    def requests(self) -> list[ExportTraceServiceRequest]:
        return [ExportTraceServiceRequest.FromString(body) for body in self.bodies]


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.server.serve_forever)
    thread.start()
    yield collector
    collector.server.shutdown()
    thread.join()
    collector.server.server_close()


class Faces:
    """A Face API that fails on the second picture, in words that quote it."""

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, picture: bytes, /) -> list[object]:
        self.asked += 1
        if self.asked == 2:
            raise ValueError(f"secret-face-id in {picture!r}")
        return []

    def observe(self, *_: object) -> list[Visit]:
        return []

    def reads_a_blank_picture(self) -> bool:
        return True


def test_a_picture_is_a_trace_of_its_steps_that_says_when_and_never_whose(collector: Collector) -> None:
    traces = to_collector(collector.address)
    faces = TracedFaces(Faces(), traces)  # type: ignore[arg-type]
    with traces.picture(CAPTURED):
        faces.detect(b"picture")
        faces.observe("observation", CAPTURED, "secret-store/secret-camera", ["secret-face-id"])
    with pytest.raises(ValueError, match="secret"), traces.picture(CAPTURED + timedelta(seconds=1)):
        faces.detect(b"secret")
    traces.close()

    spans = [
        span
        for request in collector.requests()
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    first = [span for span in spans if span.trace_id == spans[0].trace_id]
    assert {span.name for span in first} == {"picture", "on its way", "detect", "observe"}
    assert {span.trace_id for span in spans} != {spans[0].trace_id}
    (root,) = (span for span in first if span.name == "picture")
    assert root.start_time_unix_nano == round(CAPTURED.timestamp() * 1e9)
    assert not [span for span in spans if span.attributes or span.events or span.status.message]
    assert b"secret" not in b"".join(collector.bodies)
    resource = collector.requests()[0].resource_spans[0].resource
    assert {one.key: one.value.string_value for one in resource.attributes} == {"service.name": SERVICE}


def test_without_an_endpoint_nothing_is_recorded() -> None:
    with none().picture(CAPTURED) as span:
        assert not span.is_recording()


@pytest.mark.parametrize(("group", "refused"), [("5", True), ("1", False)])
def test_traces_and_pooling_exclude_each_other(monkeypatch: pytest.MonkeyPatch, group: str, refused: bool) -> None:
    given = {
        "PictureStorage": "UseDevelopmentStorage=true",
        "FACE_API_ENDPOINT": "http://127.0.0.1:1",
        "FACE_API_KEY": "k" * 32,
        "ANONYMIZATION_KEY": "a" * 64,
        "VISITOR_MEMORY": "",
        "EventHub": "host.example.com",
        "EVENT_HUB_NAME": "footfall",
        "MIN_GROUP": group,
        "TRACES_ENDPOINT": "http://collector:4318/v1/traces",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    if refused:
        with pytest.raises(SettingsInvalid, match="TRACES_ENDPOINT: traces tell when each person came"):
            load(WorkerSettings)
    else:
        assert load(WorkerSettings).traces_endpoint == given["TRACES_ENDPOINT"]
