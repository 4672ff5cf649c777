"""The anonymizer: each field's rule, and that nothing else gets through."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from function_app.anonymize import OPERATORS, Sighting, anonymize
from function_app.events import SENTIMENTS
from function_app.faces import EMOTIONS, Face, Visit
from function_app.keys import AnonymizationKeys
from function_app.pictures import Picture
from function_app.schema import visit_event_schema

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "visit-event.schema.json").read_text())
KEYS = AnonymizationKeys(b"k" * 32)
PICTURE = Picture.named("store-1/cam-1/2026/11/22/101530.987Z-0123abcd.jpg")
ID = "5a1e7f3c-0b1d-4c7e-9a57-31f0c2a4b6d8"
NEUTRAL = dict.fromkeys(EMOTIONS, 0.0) | {"neutral": 1.0}


def field(name: str, face: Face | None = None, visit: Visit | None = None) -> object:
    return OPERATORS[name](Sighting(PICTURE, 0, face or Face(ID), visit or Visit("new", 0), KEYS))


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, "0-12"), (12.99, "0-12"), (13, "13-17"), (17.99, "13-17"), (18, "18-24"), (24.9, "18-24"), (25, "25-34"),
        (35, "35-44"), (45, "45-54"), (54.999, "45-54"), (55, "55-64"), (64.9, "55-64"), (65, "65+"), (150, "65+"),
        (None, "unknown"),
    ],
)  # fmt: skip
def test_an_age_becomes_a_band(age: float | None, band: str) -> None:
    assert field("age_band", Face(ID, age=age)) == band


@pytest.mark.parametrize(
    ("scores", "strongest", "mood"),
    [
        (None, "unknown", 0.0),
        (dict.fromkeys(EMOTIONS, 0.0), "unknown", 0.0),
        (NEUTRAL, "neutral", 0.0),
        (NEUTRAL | {"neutral": 0.1, "happiness": 0.86}, "happiness", 0.9),
        (NEUTRAL | {"neutral": 0.2, "surprise": 0.5, "happiness": 0.3}, "surprise", 0.6),
        (NEUTRAL | {"neutral": 0.0, "sadness": 0.6, "anger": 0.4}, "sadness", -1.0),
        (dict.fromkeys(EMOTIONS, 1.0), "anger", -1.0),
        (NEUTRAL | {"contempt": 0.04}, "neutral", 0.0),
    ],
)
def test_of_the_emotions_the_strongest_and_a_mood_in_tenths_remain(
    scores: dict[str, float] | None, strongest: str, mood: float
) -> None:
    face = Face(ID, emotion=scores)
    assert (field("emotion", face), field("sentiment", face)) == (strongest, mood)
    assert not str(field("sentiment", face)).startswith("-0.0")


@pytest.mark.parametrize(("kind", "dwell"), [("new", 0), ("returning", 0), ("unknown", 0), ("present", 41)])
def test_only_a_visitor_still_present_has_dwelt(kind: str, dwell: int) -> None:
    assert field("dwell_seconds", visit=Visit(kind, 41.9)) == dwell  # type: ignore[arg-type]


def test_the_capture_time_is_cut_to_the_second() -> None:
    assert field("seen_at") == "2026-11-22T10:15:30Z"


def test_the_same_face_of_the_same_picture_has_one_event_id_and_others_have_others() -> None:
    other = Picture.named("store-1/cam-1/2026/11/22/101530.987Z-0123abce.jpg")
    faces, visits = [Face(ID)] * 3, [Visit("new", 0)] * 3
    first, again = anonymize(PICTURE, faces, visits, KEYS), anonymize(PICTURE, faces, visits, KEYS)
    assert first == again
    ids = {event.event_id for event in [*first, *anonymize(other, faces, visits, KEYS)]}
    assert len(ids) == 6
    assert {event.event_id for event in anonymize(PICTURE, faces, visits, AnonymizationKeys(b"z" * 32))} & ids == set()
    assert KEYS.observation_id(PICTURE) not in ids


def test_a_key_rotation_does_not_change_the_ids_of_pictures_taken_before_it() -> None:
    old, new = AnonymizationKeys(b"o" * 32), AnonymizationKeys(b"n" * 32)
    rotation = PICTURE.captured_at + timedelta(minutes=1)
    rotating = AnonymizationKeys(b"n" * 32, b"o" * 32, rotation)
    later = Picture.named("store-1/cam-1/2026/11/22/101630.987Z-0123abcd.jpg")
    assert rotating.event_id(PICTURE, 0) == old.event_id(PICTURE, 0)
    assert rotating.observation_id(PICTURE) == old.observation_id(PICTURE)
    assert rotating.event_id(later, 0) == new.event_id(later, 0)
    assert b"o" * 32 not in repr(rotating).encode()


PLACES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
SCORES = st.floats(0, 1)
FACES = st.builds(
    Face,
    face_id=st.uuids().map(str),
    age=st.none() | st.floats(0, 150),
    gender=st.none() | st.sampled_from(["female", "male"]),
    emotion=st.none() | st.fixed_dictionaries(dict.fromkeys(EMOTIONS, SCORES)),
)
VISITS = st.builds(
    Visit,
    kind=st.sampled_from(["new", "returning", "present", "unknown"]),
    dwell_seconds=st.floats(0, 1e12),
)


@settings(deadline=None)
@given(
    at=st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 (bounds are naive)
    store=PLACES,
    camera=PLACES,
    token=st.from_regex("[0-9a-f]{8}", fullmatch=True),
    seen=st.lists(st.tuples(FACES, VISITS), max_size=4),
)
def test_nothing_of_the_answer_or_the_name_gets_into_an_event_but_what_the_schema_allows(
    at: datetime, store: str, camera: str, token: str, seen: list[tuple[Face, Visit]]
) -> None:
    clock = f"{at.hour:02}{at.minute:02}{at.second:02}.{at.microsecond // 1000:03}Z"
    name = f"{store}/{camera}/{at.year:04}/{at.month:02}/{at.day:02}/{clock}-{token}.jpg"
    events = anonymize(Picture.named(name), [face for face, _ in seen], [visit for _, visit in seen], KEYS)
    assert len(events) == len(seen)
    for event, (face, _) in zip(events, seen, strict=True):
        text = event.to_json()
        body = json.loads(text)
        jsonschema.validate(body, SCHEMA)
        assert set(body) == set(SCHEMA["properties"])
        rest = re.sub(rf'"(eventId|store|camera)":"({body["eventId"]}|{store}|{camera})"', "", text)
        assert token not in rest
        assert clock not in rest
        assert face.face_id not in text
        if face.age is not None and face.age != int(face.age):
            assert str(face.age) not in rest
        assert body["sentiment"] in SENTIMENTS


def test_the_schema_in_the_docs_is_the_models_own() -> None:
    assert visit_event_schema() == SCHEMA, "run: python -m function_app.schema > docs/visit-event.schema.json"
