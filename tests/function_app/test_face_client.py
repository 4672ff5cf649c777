"""The Face API's client: what it asks, what it retries, how it names what went wrong."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from function_app import face_answers
from function_app.analyze import analyze
from function_app.circuit import Circuit
from function_app.errors import (
    FaceApiAnswerInvalid,
    FaceApiFailing,
    FaceApiRefused,
    FaceApiThrottled,
    FaceApiUnavailable,
    FaceApiUnreachable,
    FunctionAppError,
    PictureTooLarge,
    PictureUnreadable,
)
from function_app.face_client import MAX_ANSWER_BYTES, FaceClient
from function_app.faces import Face, Visit
from function_app.keys import AnonymizationKeys
from function_app.names import MAX_BYTES, Picture
from function_app.settings import ATTRIBUTES
from function_app.tally import Tally
from tests.function_app.face_service import KEY, MEMORY, FaceService, face, picture_of

SEEN_AT = datetime(2026, 11, 22, 10, 15, 30, 987000, tzinfo=UTC)
IDS = ["5a1e7f3c-0b1d-4c7e-9a57-31f0c2a4b6d8", "6b2e7f3c-0b1d-4c7e-9a57-31f0c2a4b6d8"]
Answer = tuple[int, bytes, dict[str, str]]


def client_of(endpoint: str, *, key: str = KEY, attributes: Any = ATTRIBUTES, **options: Any) -> FaceClient:
    return FaceClient(endpoint, key, MEMORY, attributes, connections=2, **{"sleep": lambda _: None, **options})


@contextmanager
def answering(*answers: Answer) -> Iterator[tuple[FaceClient, list[str]]]:
    """A client of a server that gives these answers in turn, the last one for ever; and the paths asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, body, headers = answers[min(len(asked), len(answers) - 1)]
            asked.append(self.path)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    client = client_of(f"http://127.0.0.1:{server.server_address[1]}")
    try:
        yield client, asked
    finally:
        client.close()
        server.shutdown()
        server.server_close()


def error(status: int, code: str = "Some", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, json.dumps({"error": {"code": code, "message": "secret detail"}}).encode(), named


def test_it_asks_for_ids_and_exactly_the_attributes_that_are_wanted(face_service: FaceService) -> None:
    for attributes, asked in (
        (("age", "gender", "emotion"), "&returnFaceAttributes=age,gender,emotion"),
        (("age",), "&returnFaceAttributes=age"),
        ((), ""),
    ):
        client_of(face_service.endpoint + "/", attributes=attributes).detect(picture_of(face()))
        assert face_service.queries[-1] == f"returnFaceId=true&faceIdTimeToLive=60{asked}&detectionModel=detection_01"


def test_attributes_that_were_not_asked_for_are_dropped_even_when_the_service_tells_them() -> None:
    known = {"age": 30, "gender": "male", "emotion": dict.fromkeys(face_answers._Emotion.model_fields, 0.1)}
    body = json.dumps([{"faceId": IDS[0], "faceAttributes": known}]).encode()
    assert face_answers.faces(body, ()) == [Face(IDS[0])]
    (found,) = face_answers.faces(body, ("gender",))
    assert (found.age, found.gender, found.emotion) == (None, "male", None)


def test_an_observation_names_the_faces_and_the_time_and_comes_back_in_the_order_asked(
    face_service: FaceService,
) -> None:
    client = client_of(face_service.endpoint)
    found = client.detect(picture_of(face(visit="present"), face(visit="returning")))
    ids = [each.face_id for each in found]
    visits = client.observe("0" * 32, SEEN_AT, "cam-1", ids)
    assert [visit.kind for visit in visits] == ["present", "returning"]
    asked = {"observationId": "0" * 32, "seenAt": "2026-11-22T10:15:30.987Z", "camera": "cam-1", "faceIds": ids}
    assert face_service.bodies == [asked]
    told = [
        {"faceId": IDS[0], "visit": "new", "firstAtCamera": True},
        {"faceId": IDS[1], "visit": "present", "firstAtCamera": False},
    ]
    reversed_answer = json.dumps(told)
    assert face_answers.visits(reversed_answer.encode(), IDS[::-1]) == [Visit("present", False), Visit("new", True)]


@pytest.mark.parametrize("answered", [[{}], [{"faceId": ""}], [{"faceId": IDS[0]}] * 2])
def test_when_faces_shall_be_remembered_each_must_have_an_id_of_its_own(answered: list[dict[str, str]]) -> None:
    body = json.dumps(answered).encode()
    with pytest.raises(FaceApiAnswerInvalid):
        face_answers.faces(body, ATTRIBUTES)
    assert face_answers.faces(body, ATTRIBUTES, with_ids=False) == [Face("")] * len(answered)


@pytest.mark.parametrize(
    ("answer", "named", "tries"),
    [
        (error(400, "InvalidImage"), PictureUnreadable, 1),
        (error(400, "InvalidImageSize"), PictureUnreadable, 1),
        (error(400, "BadArgument"), FaceApiRefused, 1),
        ((400, b"<html>", {}), FaceApiRefused, 1),
        (error(401, "401"), FaceApiRefused, 1),
        (error(404, "InvalidImage"), FaceApiRefused, 1),
        (error(429), FaceApiThrottled, 3),
        (error(429, Retry_After="7"), FaceApiThrottled, 1),
        (error(500), FaceApiFailing, 3),
        (error(503, Retry_After="30"), FaceApiFailing, 1),
        ((200, b"", {}), FaceApiAnswerInvalid, 1),
        ((200, b"[{]", {}), FaceApiAnswerInvalid, 1),
        ((200, b'{"faceId": "x"}', {}), FaceApiAnswerInvalid, 1),
        ((200, b"[{}]", {}), FaceApiAnswerInvalid, 1),
        ((200, b" " * (MAX_ANSWER_BYTES + 1), {}), FaceApiAnswerInvalid, 1),
        ((302, b"", {"Location": "http://elsewhere.example/"}), FaceApiAnswerInvalid, 1),
        ((204, b"", {}), FaceApiAnswerInvalid, 1),
    ],
)
def test_each_fault_has_its_name_and_only_what_may_help_is_tried_again(
    answer: Answer, named: type[FunctionAppError], tries: int
) -> None:
    with answering(answer) as (client, asked):
        with pytest.raises(named) as raised:
            client.detect(b"a picture")
        assert type(raised.value) is named
        assert "secret" not in str(raised.value)
        assert len(asked) == tries


def test_a_fault_that_passes_is_not_noticed() -> None:
    with answering(error(503), error(429, Retry_After="1"), (200, b"[]", {})) as (client, asked):
        assert client.detect(b"a picture") == []
        assert len(asked) == 3


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("100000", 300), ("-3", 0), ("soon", None), ("nan", None), ("2.5", 2.5)]
)
def test_retry_after_is_passed_on_within_bounds(header: str, seconds: float | None) -> None:
    with answering(error(429, Retry_After=header)) as (client, _), pytest.raises(FaceApiThrottled) as raised:
        client.detect(b"a picture")
    assert raised.value.retry_after == seconds


def test_retry_after_may_be_a_date() -> None:
    date = format_datetime(datetime.fromtimestamp(time.time() + 60, UTC), usegmt=True)
    with answering(error(429, Retry_After=date)) as (client, _), pytest.raises(FaceApiThrottled) as raised:
        client.detect(b"a picture")
    assert raised.value.retry_after == pytest.approx(60, abs=3)


def test_when_nothing_listens_it_says_so_after_three_tries() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = client_of(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(FaceApiUnreachable):
            client.detect(b"a picture")
        assert not client.is_ready()


def test_when_the_answer_does_not_come_in_time_it_is_not_asked_again(face_service: FaceService) -> None:
    face_service.mode = "slow"
    client = client_of(face_service.endpoint, read_seconds=0.2)
    began = time.monotonic()
    with pytest.raises(FaceApiUnavailable):
        client.detect(picture_of(face()))
    assert time.monotonic() - began < 2


def test_readiness_is_asked_of_the_service(face_service: FaceService) -> None:
    client = client_of(face_service.endpoint)
    assert client.is_ready()
    assert client.reads_a_blank_picture()
    face_service.mode = "failing"
    assert not client.is_ready()
    assert not client.reads_a_blank_picture()


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_circuit_opens_after_failures_in_a_row_and_lets_one_try_after_a_rest() -> None:
    clock = Clock()
    circuit = Circuit(threshold=2, rest_seconds=5, clock=clock)
    circuit.failed()
    circuit.succeeded()
    circuit.failed()
    circuit.enter()
    circuit.failed()
    assert circuit.is_open()
    with pytest.raises(FaceApiUnavailable) as refusal:
        circuit.enter()
    assert refusal.value.retry_after == 5
    clock.now += 5
    assert not circuit.is_open()
    circuit.enter()  # the one that tries
    with pytest.raises(FaceApiUnavailable):
        circuit.enter()
    circuit.succeeded()
    circuit.enter()


def test_an_open_circuit_spares_the_service() -> None:
    with answering(error(500)) as (client, asked):
        for _ in range(5):
            with pytest.raises(FaceApiUnavailable):
                client.detect(b"a picture")
        assert len(asked) == 5


def test_a_picture_above_the_services_limit_is_not_sent(face_service: FaceService) -> None:
    picture = Picture.named("store-1/cam-1/2026/11/22/101530.987Z-0123abcd.jpg")
    with pytest.raises(PictureTooLarge):
        analyze(picture, b"\0" * (MAX_BYTES + 1), client_of(face_service.endpoint), AnonymizationKeys(b"k" * 32))
    assert face_service.detects == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(IDS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["faceId", "faceAttributes", "age", "gender", "emotion", "visit", "firstAtCamera", "anger", "x"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
SCORES = st.fixed_dictionaries(dict.fromkeys(face_answers._Emotion.model_fields, st.floats(-0.1, 1.1)))
NEARLY_FACES = st.lists(
    st.fixed_dictionaries(
        {"faceId": st.sampled_from(IDS) | st.uuids().map(str) | JSON},
        optional={
            "faceAttributes": st.fixed_dictionaries(
                {},
                optional={
                    "age": st.floats(-1, 200) | JSON,
                    "gender": st.sampled_from(["female", "male", "Male", ""]) | JSON,
                    "emotion": SCORES | JSON,
                },
            ),
            "faceRectangle": JSON,
        },
    ),
    max_size=3,
)
NEARLY_VISITS = st.lists(
    st.fixed_dictionaries(
        {"faceId": st.sampled_from(IDS), "visit": st.sampled_from(["new", "present", "unknown", "gone"])},
        optional={"visits": st.integers(), "firstAtCamera": st.booleans() | st.integers() | st.text()},
    ),
    max_size=3,
)


class Fuzzed:
    """A Face API whose answers hypothesis makes up."""

    def __init__(self, detected: bytes, observed: Callable[[list[str]], bytes]) -> None:
        self._detected, self._observed = detected, observed

    def reads_a_blank_picture(self) -> bool:
        return True

    def detect(self, _picture: bytes, /) -> Any:
        return face_answers.faces(self._detected, ATTRIBUTES)

    def observe(self, _observation_id: str, _seen_at: datetime, _camera: str, face_ids: Any, /) -> Any:
        return face_answers.visits(self._observed(face_ids), face_ids)


@settings(deadline=None)
@given(
    detected=st.binary(max_size=60) | (JSON | NEARLY_FACES).map(lambda value: json.dumps(value).encode()),
    observed=JSON | NEARLY_VISITS,
    fitting=st.booleans(),
)
def test_whatever_the_face_api_answers_a_tally_or_a_named_error_come_out(
    detected: bytes, observed: Any, fitting: bool
) -> None:
    def answer(ids: list[str]) -> bytes:
        good = [{"faceId": face_id, "visit": "present", "visits": 2, "firstAtCamera": True} for face_id in ids]
        return json.dumps(good if fitting else observed).encode()

    picture = Picture.named("store-1/cam-1/2026/11/22/101530.987Z-0123abcd.jpg")
    try:
        tally = analyze(picture, b"picture", Fuzzed(detected, answer), AnonymizationKeys(b"k" * 32))
    except FunctionAppError as named:
        assert isinstance(named, FaceApiAnswerInvalid)  # noqa: PT017 (either outcome is right)
    else:
        assert tally is None or Tally.model_validate_json(tally.to_json()) == tally
