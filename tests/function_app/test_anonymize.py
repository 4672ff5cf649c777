"""The anonymizer: what each sighting adds to, and that nothing else gets through."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from function_app.anonymize import anonymize
from function_app.columns import EMOTIONS
from function_app.faces import Face, Visit
from function_app.keys import AnonymizationKeys
from function_app.names import Picture
from function_app.schema import schemas

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "tally.schema.json").read_text())
KEYS = AnonymizationKeys(b"k" * 32)
PICTURE = Picture.named("store-1/cam-1/2026/11/22/101530.987Z-0123abcd.jpg")
ID = "5a1e7f3c-0b1d-4c7e-9a57-31f0c2a4b6d8"
NEUTRAL = dict.fromkeys(EMOTIONS, 0.0) | {"neutral": 1.0}
FIRST, AGAIN = Visit("new", first_at_camera=True), Visit("present", first_at_camera=False)


def counts(*sightings: tuple[Face, Visit]) -> dict[str, int]:
    faces, visits = [face for face, _ in sightings], [visit for _, visit in sightings]
    return anonymize(PICTURE, faces, visits, KEYS).counts()


@pytest.mark.parametrize(
    ("age", "column"),
    [
        (0, "age0to12"), (12.99, "age0to12"), (13, "age13to17"), (17.99, "age13to17"), (18, "age18to24"),
        (24.9, "age18to24"), (25, "age25to34"), (35, "age35to44"), (45, "age45to54"), (54.999, "age45to54"),
        (55, "age55to64"), (64.9, "age55to64"), (65, "age65plus"), (150, "age65plus"),
    ],
)  # fmt: skip
def test_a_display_visitors_age_counts_in_its_band(age: float, column: str) -> None:
    expected = {"faces": 1, "displayVisitors": 1, "visitors": 1, "newVisitors": 1, column: 1}
    assert counts((Face(ID, age=age), FIRST)) == expected


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        (None, {}),
        (dict.fromkeys(EMOTIONS, 0.0), {}),
        (NEUTRAL, {"neutral": 1}),
        (NEUTRAL | {"neutral": 0.1, "happiness": 0.86}, {"happiness": 1, "sentimentTenths": 9}),
        (NEUTRAL | {"neutral": 0.2, "surprise": 0.5, "happiness": 0.3}, {"surprise": 1, "sentimentTenths": 6}),
        (NEUTRAL | {"neutral": 0.0, "sadness": 0.6, "anger": 0.4}, {"sadness": 1, "sentimentTenths": -10}),
        (dict.fromkeys(EMOTIONS, 1.0), {"anger": 1, "sentimentTenths": -10}),
        (NEUTRAL | {"contempt": 0.04}, {"neutral": 1}),
    ],
)
def test_of_the_emotions_the_strongest_and_a_mood_in_tenths_remain(
    scores: dict[str, float] | None, expected: dict[str, int]
) -> None:
    assert counts((Face(ID, emotion=scores), AGAIN)) == {"faces": 1, **expected}


def test_who_is_still_present_counts_as_a_face_and_in_no_band() -> None:
    assert counts((Face(ID, age=30, gender="male"), AGAIN)) == {"faces": 1}


def test_a_visitor_seen_at_another_camera_before_is_this_displays_visitor_and_not_the_stores() -> None:
    elsewhere = Visit("present", first_at_camera=True)
    assert counts((Face(ID, gender="male"), elsewhere)) == {"faces": 1, "displayVisitors": 1, "male": 1}


def test_companions_are_added_up() -> None:
    returning = Visit("returning", first_at_camera=True)
    assert counts((Face(ID, gender="male"), FIRST), (Face(ID, gender="female"), returning)) == {
        "faces": 2,
        "displayVisitors": 2,
        "visitors": 2,
        "newVisitors": 1,
        "returningVisitors": 1,
        "female": 1,
        "male": 1,
    }


@pytest.mark.parametrize(
    ("clock", "span"),
    [
        ("101530.001", ("2026-11-22T10:15:30Z", "2026-11-22T10:15:45Z")),
        ("101530.000", ("2026-11-22T10:15:15Z", "2026-11-22T10:15:30Z")),
        ("235959.999", ("2026-11-22T23:59:45Z", "2026-11-23T00:00:00Z")),
    ],
)
def test_the_only_time_is_the_quarter_minute(clock: str, span: tuple[str, str]) -> None:
    picture = Picture.named(f"store-1/cam-1/2026/11/22/{clock}Z-0123abcd.jpg")
    tally = anonymize(picture, [Face(ID)], [FIRST], KEYS)
    assert (tally.window_start, tally.window_end) == span


def test_the_same_picture_has_one_tally_id_and_others_have_others() -> None:
    other = Picture.named("store-1/cam-1/2026/11/22/101530.987Z-0123abce.jpg")
    first, again = (anonymize(PICTURE, [Face(ID)], [FIRST], KEYS) for _ in range(2))
    assert first == again
    others = {
        anonymize(other, [Face(ID)], [FIRST], KEYS).tally_id,
        anonymize(PICTURE, [Face(ID)], [FIRST], AnonymizationKeys(b"z" * 32)).tally_id,
        KEYS.observation_id(PICTURE),
    }
    assert len(others | {first.tally_id}) == 4


def test_a_key_rotation_does_not_change_the_ids_of_pictures_taken_before_it() -> None:
    old, new = AnonymizationKeys(b"o" * 32), AnonymizationKeys(b"n" * 32)
    rotation = PICTURE.captured_at + timedelta(minutes=1)
    rotating = AnonymizationKeys(b"n" * 32, b"o" * 32, rotation)
    later = Picture.named("store-1/cam-1/2026/11/22/101630.987Z-0123abcd.jpg")
    assert rotating.tally_id(PICTURE) == old.tally_id(PICTURE)
    assert rotating.observation_id(PICTURE) == old.observation_id(PICTURE)
    assert rotating.tally_id(later) == new.tally_id(later)
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
    first_at_camera=st.booleans(),
)


@settings(deadline=None)
@example(at=datetime(1000, 1, 1, tzinfo=UTC), store="s", camera="c", token="0" * 8, seen=[])
@given(
    at=st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001 (bounds)
    store=PLACES,
    camera=PLACES,
    token=st.from_regex("[0-9a-f]{8}", fullmatch=True),
    seen=st.lists(st.tuples(FACES, VISITS), max_size=4),
)
def test_nothing_of_the_answer_or_the_name_gets_into_a_tally_but_what_the_schema_allows(
    at: datetime, store: str, camera: str, token: str, seen: list[tuple[Face, Visit]]
) -> None:
    clock = f"{at.hour:02}{at.minute:02}{at.second:02}.{at.microsecond // 1000:03}Z"
    name = f"{store}/{camera}/{at.year:04}/{at.month:02}/{at.day:02}/{clock}-{token}.jpg"
    tally = anonymize(Picture.named(name), [face for face, _ in seen], [visit for _, visit in seen], KEYS)
    text = tally.to_json()
    body = json.loads(text)
    jsonschema.validate(body, SCHEMA)
    rest = re.sub(rf'"(tallyId|store|camera)":"({body["tallyId"]}|{store}|{camera})"', "", text)
    assert token not in rest
    assert clock not in rest
    assert all(face.face_id not in text for face, _ in seen)
    assert all(isinstance(value, str) or value == int(value) for value in body.values()), "no exact age or score"
    assert body.get("faces", 0) == len(seen)


@pytest.mark.parametrize("name", ["tally.schema.json", "traffic.schema.json"])
def test_the_schemas_in_the_docs_are_the_models_own(name: str) -> None:
    assert schemas()[name] == json.loads((DOCS / name).read_text()), "run: python -m function_app.schema docs"
